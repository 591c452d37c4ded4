import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { password } from "../../support/rule-house.ts";
import { bring, buildCases, type CasesHouse, type SyncedSite, whoIs } from "./synced-site.ts";

let house: CasesHouse;
let site: SyncedSite;
beforeEach(async () => {
  house = await buildCases();
  site = house.site;
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await house.close();
});

/** `n` people who are here, in the group Team, by which they open the wiki. */
async function here(n: number): Promise<void> {
  site.script.group("g1", "Team", bring(site, n));
  await site.sync();
  await site.opened("wiki", ["Team"]);
}

describe("an address that changes in the directory", () => {
  it("renamed: somebody keeps user, groups and access, and both addresses are told", async () => {
    await here(2);
    const before = await site.at("u0@acme.example");
    site.script.person("u0", "ada@acme.example", { fullName: "Ada Byron" });
    const run = await site.scheduled();
    expect(run).toMatchObject({ status: "SUCCEEDED", lines: ["APPLIED USER_UPDATE u0@acme.example"] });
    expect(await site.at("ada@acme.example")).toEqual({ ...before, email: "ada@acme.example", fullName: "Ada Byron" });
    expect(await site.at("u0@acme.example")).toBeNull();
    expect((await site.trailOf(before?.id ?? ""))[0]).toBe(
      "userUpdate: email u0@acme.example > ada@acme.example, fullName u0 > Ada Byron",
    );
    for (const address of ["u0@acme.example", "ada@acme.example"])
      expect((await house.mail.waitFor(address))[0]?.text).toContain("Workspace changed the email address");
  });

  it("renamed only in case: nothing happens", async () => {
    await here(2);
    site.script.person("u0", "U0@ACME.example", { fullName: "u0" });
    expect((await site.scheduled()).lines).toEqual([]);
  });

  it("swapped addresses: each keeps what is theirs", async () => {
    await here(2);
    const [one, other] = [await site.at("u0@acme.example"), await site.at("u1@acme.example")];
    site.script.person("u0", "u1@acme.example", { fullName: "u0" });
    site.script.person("u1", "u0@acme.example", { fullName: "u1" });
    expect(await site.scheduled()).toMatchObject({ status: "SUCCEEDED", summary: { applied: 2 } });
    expect(await site.at("u1@acme.example")).toEqual({ ...one, email: "u1@acme.example" });
    expect(await site.at("u0@acme.example")).toEqual({ ...other, email: "u0@acme.example" });
  });

  it("chain of renames: everybody moves up by one, and a newcomer gets the address at its end", async () => {
    await here(4);
    const before = await Promise.all([0, 1, 2, 3].map((n) => site.at(`u${n}@acme.example`)));
    for (const n of [0, 1, 2]) site.script.person(`u${n}`, `u${n + 1}@acme.example`, { fullName: `u${n}` });
    site.script.person("u3", "last@acme.example", { fullName: "u3" });
    site.script.person("n1", "u0@acme.example");
    expect(await site.scheduled()).toMatchObject({ status: "SUCCEEDED", summary: { applied: 5 } });
    for (const [n, user] of before.entries()) {
      const email = n === 3 ? "last@acme.example" : `u${n + 1}@acme.example`;
      expect(await site.at(email)).toEqual({ ...user, email });
    }
    expect(await site.at("u0@acme.example")).toMatchObject({ externalId: "n1", groups: [], opens: [] });
  });

  it("chain of renames behind an address that may not be given up: all of it waits, with its reason, and nobody is mixed up", async () => {
    await here(3);
    const admin = await site.at("u2@acme.example");
    await site.succeed("userUpdate", { id: admin?.id, role: "ADMIN" }, "user { id }");
    for (const n of [0, 1]) site.script.person(`u${n}`, `u${n + 1}@acme.example`, { fullName: `u${n}` });
    site.script.person("u2", "last@acme.example", { fullName: "u2" });
    const run = await site.scheduled();
    expect(run.lines).toEqual([
      "DISPUTED USER_UPDATE u0@acme.example",
      "DISPUTED USER_UPDATE u1@acme.example",
      "HELD USER_UPDATE u2@acme.example",
    ]);
    expect(run.why["DISPUTED USER_UPDATE u0@acme.example"]).toContain("still belongs to somebody else here");
    expect(await site.sync()).toMatchObject({ status: "SUCCEEDED", summary: { applied: 3 } });
    expect(await site.at("last@acme.example")).toMatchObject({ id: admin?.id, role: "ADMIN" });
  });

  it("rename to an address that was added here by hand: disputed, and both stay who they are", async () => {
    await here(2);
    const hand = await site.invite("hand@acme.example");
    site.script.person("u0", "hand@acme.example", { fullName: "u0" });
    const run = await site.scheduled();
    expect(run.lines).toEqual(["DISPUTED USER_UPDATE u0@acme.example"]);
    expect(run.why["DISPUTED USER_UPDATE u0@acme.example"]).toContain("added by hand");
    expect(await site.by(hand)).toMatchObject({ email: "hand@acme.example", status: "INVITED", synced: false });
  });
});

describe("domain change of everyone at once", () => {
  const everyoneMoves = (n: number) => {
    site.script.domains = ["acme.example", "new.example"];
    for (let at = 0; at < n; at++) site.script.person(`u${at}`, `u${at}@new.example`, { fullName: `u${at}` });
  };

  it("is no removal: nobody is held up, and everybody keeps what is theirs", async () => {
    await here(30);
    const before = await site.at("u7@acme.example");
    everyoneMoves(30);
    expect(await site.scheduled()).toMatchObject({ status: "SUCCEEDED", summary: { applied: 30, held: 0, failed: 0 } });
    expect(await site.at("u7@new.example")).toEqual({ ...before, email: "u7@new.example" });
    expect(await site.membersOf("Team")).toHaveLength(30);
    expect((await site.scheduled()).lines).toEqual([]);
  });

  it("locks nobody out: whoever had a password signs in with it at the new address", async () => {
    const { id } = await site.join("u0@acme.example");
    await here(2);
    everyoneMoves(2);
    await site.scheduled();
    expect(await site.signIn("u0@new.example", password)).toMatchObject({ viewer: { user: { id } }, userErrors: [] });
    expect((await site.signIn("u0@acme.example", password)).session).toBeNull();
  });

  it("an admin among them waits for a person, alone, and the letter speaks of an address and not of a removal", async () => {
    await here(3);
    const admin = await site.at("u0@acme.example");
    await site.succeed("userUpdate", { id: admin?.id, role: "ADMIN" }, "user { id }");
    everyoneMoves(3);
    const run = await site.scheduled();
    expect(run).toMatchObject({ status: "HELD", summary: { applied: 2, held: 1 } });
    const [told] = await house.mail.waitFor("u0@acme.example");
    expect(told?.text).toContain("- the address of 1 user\n");
    expect((await site.sync()).status).toBe("SUCCEEDED");
    expect(await site.at("u0@new.example")).toMatchObject({ id: admin?.id, role: "ADMIN", opens: ["wiki"] });
  });

  it("takes the directory's word for the new domain alone: one that an admin removed stays removed", async () => {
    await here(2);
    const { domains } = await site.query<{ domains: { id: string }[] }>("{ domains { id } }");
    await site.succeed("domainRemove", { id: domains[0]?.id }, "deletedId");
    everyoneMoves(2);
    await site.scheduled();
    expect(await site.query("{ domains { name status } }")).toEqual({
      domains: [{ name: "new.example", status: "VERIFIED" }],
    });
  });

  it("to a domain that the organization has not verified: everybody stays as they are, and the run says why", async () => {
    await here(6);
    for (let at = 0; at < 6; at++) site.script.person(`u${at}`, `u${at}@typo.example`, { fullName: `u${at}` });
    const run = await site.scheduled();
    expect(run.lines).toHaveLength(6);
    expect(run.why["SKIPPED USER_UPDATE u0@acme.example"]).toBe("The organization has not verified the domain typo.example.");
    expect(await site.at("u0@acme.example")).toMatchObject({ status: "ACTIVE", opens: ["wiki"] });
  });
});

describe("adopted from a hand-made user", () => {
  it("keeps role, groups, content, password and session, and belongs to the directory from now on", async () => {
    const { id, token } = await site.join("u0@acme.example", "MANAGER");
    await site.group("By hand", [id]);
    await here(2);
    expect(await site.by(id)).toMatchObject({ role: "MANAGER", synced: true, groups: ["By hand", "Team"], opens: ["wiki"] });
    expect(await whoIs(house, token)).toBe(id);
    expect(await site.signIn("u0@acme.example", password)).toMatchObject({ viewer: { user: { id, status: "ACTIVE" } } });
  });

  it("an invited one is in at once, and the link of the invitation is void", async () => {
    const id = await site.invite("u0@acme.example", { sendEmail: true });
    const link = await house.linkTo("u0@acme.example");
    await here(2);
    expect(await site.by(id)).toMatchObject({ status: "ACTIVE", synced: true, opens: ["wiki"] });
    expect((await site.accept(link)).session).toBeNull();
  });

  it("a deactivated one stays deactivated until an admin activates them", async () => {
    const id = await site.invite("u0@acme.example");
    await site.succeed("userDeactivate", { ids: [id] }, "users { id }");
    await here(2);
    expect(await site.by(id)).toMatchObject({ status: "DEACTIVATED", synced: true, groups: ["Team"] });
    await site.succeed("userActivate", { ids: [id] }, "users { id }");
    await site.scheduled();
    expect(await site.by(id)).toMatchObject({ status: "ACTIVE", groups: ["Team"], opens: ["wiki"] });
  });

  it("is left alone where the settings say so, and the run tells of it", async () => {
    await here(1);
    await site.set({ onMatch: "REPORT" });
    const id = await site.invite("hand@acme.example");
    site.script.person("u5", "hand@acme.example");
    const run = await site.scheduled();
    expect(run).toMatchObject({ status: "SUCCEEDED", lines: ["SKIPPED USER_ADOPT hand@acme.example"] });
    expect(run.why["SKIPPED USER_ADOPT hand@acme.example"]).toContain("added by hand");
    expect(await site.by(id)).toMatchObject({ status: "INVITED", synced: false });
  });
});

describe("disputed", () => {
  it("two people of the directory with one address: the first is brought, the second is told of in every run", async () => {
    site.script.person("u1", "desk@acme.example");
    site.script.person("u2", "DESK@acme.example");
    const run = await site.sync();
    expect(run.lines).toEqual(["APPLIED USER_CREATE desk@acme.example", "DISPUTED USER_CREATE desk@acme.example"]);
    expect((await site.scheduled()).why).toEqual({
      "DISPUTED USER_CREATE desk@acme.example": "Two people of the directory have this address.",
    });
    expect(await site.at("desk@acme.example")).toMatchObject({ externalId: "u1" });
  });
});
