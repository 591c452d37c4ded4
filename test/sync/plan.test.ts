import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../../sync/fingerprint.ts";
import { bodiesOf, holdGroup, holdUser, nothingHeld, plan, told } from "../support/planning.ts";
import { scriptedDirectory } from "../support/scripted-directory.ts";

describe("planning users", () => {
  it("brings people, then groups, then memberships (S16)", () => {
    const script = scriptedDirectory();
    script.person("1", "Ada@Acme.example");
    script.group("g1", "Engineers", ["1"]);
    expect(told(plan(script, nothingHeld()))).toEqual([
      "PLANNED USER_CREATE ada@acme.example",
      "PLANNED GROUP_CREATE Engineers",
      "PLANNED MEMBER_ADD ada@acme.example in Engineers",
    ]);
  });

  it("has no steps when nothing changed (S8)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "ada@acme.example");
    script.group("g1", "Engineers", ["1"]);
    holdGroup(held, "g1", "Engineers", [holdUser(held, "1", "ada@acme.example")]);
    expect(plan(script, held).steps).toEqual([]);
  });

  it("rule 4.3: leaves alone what was edited here and not there", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "ada@acme.example", { fullName: "Ada Lovelace", title: "Engineer" });
    holdUser(held, "1", "ada@acme.example", {
      fullName: "Ada L.",
      title: "Countess",
      fingerprint: fingerprintOf(["ada@acme.example", "Ada", "Engineer"]),
    });
    const [change] = bodiesOf(plan(script, held));
    expect(change?.changes).toEqual([{ field: "fullName", from: "Ada L.", to: "Ada Lovelace" }]);
  });

  it("swaps two addresses in one step, before anybody comes (S6)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "grace@acme.example");
    script.person("2", "ada@acme.example");
    script.person("3", "new@acme.example");
    holdUser(held, "1", "ada@acme.example");
    holdUser(held, "2", "grace@acme.example");
    const { steps } = plan(script, held);
    expect(steps.map(({ action, changes }) => [action, changes.length])).toEqual([
      ["USER_UPDATE", 2],
      ["USER_CREATE", 1],
    ]);
  });

  it("rule 1.1b: keeps the address of someone gone for nobody: it is retired before the newcomer has it", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("2", "ada@acme.example");
    holdUser(held, "1", "ada@acme.example");
    const drafts = plan(script, held);
    expect(told(drafts)).toEqual(["PLANNED USER_DEACTIVATE ada@acme.example", "PLANNED USER_CREATE ada@acme.example"]);
    expect(bodiesOf(drafts)[0]).toMatchObject({ retires: true, proof: "ABSENT" });
  });

  it("disputes a newcomer while the retirement of the address is held (S6)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("2", "ada@acme.example");
    holdUser(held, "1", "ada@acme.example", { role: "MANAGER" });
    expect(told(plan(script, held))).toEqual(["HELD USER_DEACTIVATE ada@acme.example", "DISPUTED USER_CREATE ada@acme.example"]);
  });

  it("disputes who has the address of somebody still there", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "ada@acme.example");
    script.person("2", "ADA@acme.example");
    holdUser(held, "1", "ada@acme.example");
    expect(told(plan(script, held))).toEqual(["DISPUTED USER_CREATE ada@acme.example"]);
  });

  it("adopts by address, admins only by a plan that a person applied (S7)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "ada@acme.example");
    script.person("2", "boss@acme.example");
    holdUser(held, null, "ada@acme.example");
    holdUser(held, null, "boss@acme.example", { role: "ADMIN" });
    expect(told(plan(script, held))).toEqual(["PLANNED USER_ADOPT ada@acme.example", "DISPUTED USER_ADOPT boss@acme.example"]);
    expect(told(plan(script, held, {}, true))).toEqual([
      "PLANNED USER_ADOPT ada@acme.example",
      "PLANNED USER_ADOPT boss@acme.example",
    ]);
    expect(told(plan(script, held, { onMatch: "REPORT" }))).toEqual([
      "SKIPPED USER_ADOPT ada@acme.example",
      "SKIPPED USER_ADOPT boss@acme.example",
    ]);
  });

  it("rule 8.4: reports guests, foreign domains and unusable addresses, and brings none of them", () => {
    const script = scriptedDirectory();
    script.person("1", "guest@acme.example", { guest: true });
    script.person("2", "ada@elsewhere.example");
    script.person("3", "zoë@acme.example");
    const steps = plan(script, nothingHeld());
    expect(told(steps).map((line) => line.split(" ")[0])).toEqual(["SKIPPED", "SKIPPED", "SKIPPED"]);
    expect(bodiesOf(steps).every(({ failure }) => failure)).toBe(true);
  });

  it("does not bring who is suspended, and touches nobody whom the settings ignore (S15)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "gone@acme.example", { suspended: true });
    script.person("2", "svc-print@acme.example");
    script.person("3", "svc-mail@acme.example", { archived: true });
    holdUser(held, "3", "svc-mail@acme.example");
    holdUser(held, "4", "svc-lost@acme.example");
    expect(plan(script, held, { ignore: ["svc-*@acme.example"] }).steps).toEqual([]);
  });

  it("deactivates the suspended, the archived, the absent and those out of scope (S11)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "a@acme.example", { suspended: true });
    script.person("2", "b@acme.example", { archived: true });
    script.person("4", "d@acme.example", { orgUnit: "/Sales" });
    for (const [id, name] of [
      ["1", "a"],
      ["2", "b"],
      ["3", "c"],
      ["4", "d"],
    ] as const)
      holdUser(held, id, `${name}@acme.example`);
    const drafts = plan(script, held, { orgUnits: ["/Engineering"] });
    expect(bodiesOf(drafts).map(({ action, proof }) => `${action} ${proof}`)).toEqual([
      "USER_DEACTIVATE RECORD",
      "USER_DEACTIVATE RECORD",
      "USER_DEACTIVATE ABSENT",
      "USER_DEACTIVATE RECORD",
    ]);
    expect(
      told(plan(script, held, { orgUnits: ["/Engineering"], onLeave: "KEEP" })).every((line) => line.includes("USER_UPDATE")),
    ).toBe(true);
  });

  it("activates who comes back, and not whom a person deactivated here (S11)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    for (const [id, name] of [
      ["1", "a"],
      ["2", "b"],
      ["3", "c"],
    ] as const)
      script.person(id, `${name}@acme.example`);
    holdUser(held, "1", "a@acme.example", { status: "DEACTIVATED", suspended: true });
    holdUser(held, "2", "b@acme.example", { status: "DEACTIVATED", deactivatedByDirectory: true });
    holdUser(held, "3", "c@acme.example", { status: "DEACTIVATED" });
    expect(told(plan(script, held))).toEqual(["PLANNED USER_ACTIVATE a@acme.example", "PLANNED USER_ACTIVATE b@acme.example"]);
  });

  it("notes a suspension of someone deactivated here, so that its end activates", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "a@acme.example", { suspended: true });
    holdUser(held, "1", "a@acme.example", { status: "DEACTIVATED" });
    expect(bodiesOf(plan(script, held))[0]).toMatchObject({
      action: "USER_UPDATE",
      changes: [{ field: "suspended", from: "false", to: "true" }],
    });
  });

  it("brings only the members of the groups in scope, and those of groups inside them", () => {
    const script = scriptedDirectory();
    for (const id of ["1", "2", "3"]) script.person(id, `u${id}@acme.example`);
    script.group("g1", "All", ["1", "g2"]);
    script.group("g2", "Inner", ["2"]);
    script.group("g3", "Other", ["3"]);
    const lines = told(plan(script, nothingHeld(), { scope: "GROUPS", groupEmails: ["g1@acme.example"] }));
    expect(lines).toContain("PLANNED USER_CREATE u2@acme.example");
    expect(lines).toContain("PLANNED GROUP_CREATE Inner");
    expect(lines.join()).not.toMatch(/u3|Other/);
  });
});

describe("planning groups and memberships", () => {
  it("rule 6.4: flattens nested groups and keeps the nesting", () => {
    const script = scriptedDirectory();
    script.person("1", "ada@acme.example");
    script.group("g1", "All", ["g2"]);
    script.group("g2", "Engineers", ["1", "g1"]);
    const bodies = bodiesOf(plan(script, nothingHeld()));
    const added = bodies.filter(({ action }) => action === "MEMBER_ADD");
    expect(added.map(({ groupLabel, direct }) => [groupLabel, direct])).toEqual([
      ["All", false],
      ["Engineers", true],
    ]);
    expect(bodies.filter(({ nested }) => nested).map(({ externalId, nested }) => [externalId, nested])).toEqual([
      ["g1", ["g2"]],
      ["g2", ["g1"]],
    ]);
  });

  it("disputes a group that has the name of one made here, members and all (S7)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "ada@acme.example");
    script.group("g1", "engineers", ["1"]);
    holdUser(held, "1", "ada@acme.example");
    holdGroup(held, null, "Engineers");
    expect(told(plan(script, held))).toEqual(["DISPUTED GROUP_ADOPT engineers"]);
  });

  it("calls the second of two groups of one name by its address, too, in every run alike (S7)", () => {
    const script = scriptedDirectory();
    script.group("g2", "Team", []);
    script.group("g1", "team", []);
    expect(told(plan(script, nothingHeld()))).toEqual([
      "PLANNED GROUP_CREATE team",
      "PLANNED GROUP_CREATE Team (g2@acme.example)",
    ]);
    const held = nothingHeld();
    holdGroup(held, "g2", "Team");
    expect(told(plan(script, held))).toEqual(["PLANNED GROUP_CREATE team (g1@acme.example)"]);
  });

  it("lets two groups change names in one step", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.group("g1", "Two", []);
    script.group("g2", "One", []);
    holdGroup(held, "g1", "One");
    holdGroup(held, "g2", "Two");
    const made = plan(script, held);
    expect(made.steps).toHaveLength(1);
    expect(bodiesOf(made).map(({ changes }) => changes[0]?.to)).toEqual(["Two", "One"]);
  });

  it("reports members from outside, and fails nothing (S3)", () => {
    const script = scriptedDirectory();
    script.group("g1", "Team", [
      { id: null, email: "x@elsewhere.example", type: "USER" },
      { id: "99", email: null, type: "USER" },
    ]);
    expect(told(plan(script, nothingHeld()))).toEqual([
      "PLANNED GROUP_CREATE Team",
      "SKIPPED MEMBER_ADD 2 members from outside in Team",
    ]);
  });

  it("rule 5.1: keeps the groups of who is suspended, for the day of return", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "a@acme.example", { suspended: true });
    script.group("g1", "Team", []);
    holdGroup(held, "g1", "Team", [holdUser(held, "1", "a@acme.example")]);
    expect(told(plan(script, held))).toEqual(["PLANNED USER_DEACTIVATE a@acme.example"]);
  });

  it("takes out who left a group, and never whom it did not put there (S10)", () => {
    const script = scriptedDirectory();
    const held = nothingHeld();
    script.person("1", "a@acme.example");
    script.group("g1", "Team", []);
    holdGroup(held, "g1", "Team", [holdUser(held, "1", "a@acme.example"), holdUser(held, null, "hand@acme.example")]);
    expect(told(plan(script, held))).toEqual(["PLANNED MEMBER_REMOVE a@acme.example in Team"]);
  });

  it("packs 1,200 newcomers into three steps, and counts them", () => {
    const script = scriptedDirectory();
    for (let n = 0; n < 1200; n++) script.person(String(n), `u${n}@acme.example`);
    const { steps, summary } = plan(script, nothingHeld());
    expect(steps.map(({ changes }) => changes.length)).toEqual([500, 500, 200]);
    expect(summary).toMatchObject({ usersToCreate: 1200, held: 0 });
  });
});
