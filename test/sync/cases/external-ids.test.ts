import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

const admin = "admin@acme.example";

/** Brings one person by an id, and says who it became. Everybody else is as before. */
async function bringBy(id: string) {
  const others = await house.rows("SELECT * FROM User WHERE email <> 'x@acme.example' ORDER BY id");
  site.script.person(id, "x@acme.example");
  site.script.group("g1", "Team", [{ id, email: null, type: "USER" }]);
  const run = await site.sync();
  expect(await house.rows("SELECT * FROM User WHERE email <> 'x@acme.example' ORDER BY id")).toEqual(others);
  return { run, user: await site.at("x@acme.example") };
}

describe("T7: an external id that looks like ours", () => {
  it.each(["public", "compact"])("the %s id of the admin is nobody but whom the directory means", async (form) => {
    const { id } = (await site.at(admin)) ?? { id: "" };
    const externalId = form === "public" ? id : id.slice(4);
    const { run, user } = await bringBy(externalId);
    expect(run.status).toBe("SUCCEEDED");
    expect(user).toMatchObject({ externalId, role: "MEMBER", groups: ["Team"] });
    expect(user?.id).not.toBe(id);
    expect((await site.by(id)).email).toBe(admin);
  });

  it("the id of the directory, of the site, and of a group of ours", async () => {
    const local = await site.group("By hand");
    for (const [at, id] of [site.directoryId, site.directoryId.slice(4), house.siteId, local, local.slice(4)].entries()) {
      site.script.person(id, `p${at}@acme.example`);
      site.script.group(`g${id}`, `Group ${at}`, [{ id, email: null, type: "USER" }]);
    }
    expect((await site.sync()).status).toBe("SUCCEEDED");
    expect((await site.scheduled()).lines).toEqual([]);
    expect(await site.membersOf("By hand")).toEqual([]);
    expect(await site.membersOf("Group 3")).toEqual(["p3@acme.example"]);
  });

  it.each(["__proto__", "constructor", "toString", "1", "0", admin, "';DROP TABLE User;--", '"`\\', "%", "a:b", "null"])(
    "%s is an id like any other",
    async (id) => {
      const { run, user } = await bringBy(id);
      expect(run).toMatchObject({ status: "SUCCEEDED", summary: { applied: 3 } });
      expect(user).toMatchObject({ externalId: id, status: "ACTIVE", groups: ["Team"] });
      expect((await site.scheduled()).lines).toEqual([]);
      site.script.leave(id);
      await site.scheduled();
      expect(await site.at("x@acme.example")).toMatchObject({ id: user?.id, status: "DEACTIVATED" });
    },
  );

  it("ids that differ only in case are as many people", async () => {
    for (const [at, id] of ["abc", "ABC", "aBc"].entries()) site.script.person(id, `p${at}@acme.example`);
    await site.sync();
    expect(new Set(await Promise.all([0, 1, 2].map(async (at) => (await site.at(`p${at}@acme.example`))?.id))).size).toBe(3);
    site.script.leave("ABC");
    expect((await site.scheduled()).lines).toEqual(["APPLIED USER_DEACTIVATE p1@acme.example"]);
  });

  it.each([
    ["is empty", ""],
    ["has a NUL in it", "a\0b"],
    ["has a line break in it", "a\nb"],
    ["ends with a blank", "a "],
    ["is half of a character", "a\ud800"],
    ["has letters of another script", "１２３"],
    ["is very long", "9".repeat(10_000)],
    ["is longer than an id can be kept", "9".repeat(201)],
  ])("an id that %s is never brought, and the run says so", async (_what, id) => {
    bring(site, 2);
    await site.sync();
    const { run, user } = await bringBy(id);
    expect(run).toMatchObject({ status: "SUCCEEDED" });
    expect(run.why["SKIPPED USER_CREATE x@acme.example"]).toBe("The directory's id of this cannot be kept.");
    expect(user).toBeNull();
    expect(await site.at("u1@acme.example")).toMatchObject({ status: "ACTIVE" });
  });

  it("a group's id that cannot be kept stops no other group", async () => {
    site.script.group("g".repeat(10_000), "Odd", bring(site, 2));
    site.script.group("g2", "Team", ["u0"]);
    const run = await site.sync();
    expect(run.why["SKIPPED GROUP_CREATE Odd"]).toBe("The directory's id of this cannot be kept.");
    expect(await site.membersOf("Odd")).toBeNull();
    expect(await site.membersOf("Team")).toEqual(["u0@acme.example"]);
  });
});

describe("a directory of one site and another site", () => {
  it("never meet, with the same ids, addresses and group names", async () => {
    const globex = await house.another("globex");
    for (const { script } of [site, globex]) {
      for (const id of ["u0", "u1", "u2"]) script.person(id, `${id}@acme.example`);
      script.group("g1", "Team", ["u0", "u1", "u2"]);
    }
    await site.sync();
    await globex.sync();
    const here = await site.at("u0@acme.example");
    expect((await globex.at("u0@acme.example"))?.id).not.toBe(here?.id);
    const before = await Promise.all(["u0", "u1", "u2"].map((id) => site.at(`${id}@acme.example`)));
    globex.script.leave("u0");
    globex.script.person("u1", "u1@acme.example", { suspended: true });
    globex.script.person("u2", "renamed@acme.example", { fullName: "Renamed" });
    globex.script.group("g1", "Crew", []);
    expect(await globex.sync({ approveRemovals: true })).toMatchObject({ status: "SUCCEEDED" });
    expect(await Promise.all(["u0", "u1", "u2"].map((id) => site.at(`${id}@acme.example`)))).toEqual(before);
    expect(await site.membersOf("Team")).toHaveLength(3);
    expect((await site.scheduled()).lines).toEqual([]);
  });

  it("a newcomer at an address there takes it from nobody here", async () => {
    const { id, token } = await site.join("u0@acme.example");
    bring(site, 1);
    await site.sync();
    const account = await house.rows("SELECT * FROM Account WHERE email = 'u0@acme.example'");
    const globex = await house.another("globex");
    globex.script.person("old", "u0@acme.example");
    await globex.sync();
    globex.script.leave("old");
    globex.script.person("new", "u0@acme.example", { fullName: "New" });
    await globex.sync({ approveRemovals: true });
    expect(await house.rows("SELECT * FROM Account WHERE email = 'u0@acme.example'")).toEqual(account);
    expect(await site.by(id)).toMatchObject({ email: "u0@acme.example", status: "ACTIVE", fullName: "u0" });
    expect(await whoIs(house, token)).toBe(id);
  });

  it("neither plans nor applies, sees nor cancels the other's runs", async () => {
    bring(site, 1);
    const plan = await site.plan();
    const globex = await house.another("globex");
    const asked: [string, object][] = [
      ["syncPlan", { directoryId: site.directoryId }],
      ["syncApply", { target: { runId: plan.id } }],
      ["syncApply", { target: { directoryId: site.directoryId } }],
      ["syncCancel", { runId: plan.id }],
      ["directoryUpdate", { id: site.directoryId, paused: true }],
    ];
    for (const [name, input] of asked) expect(await globex.refused(name, input)).toEqual([expect.stringMatching(/^NOT_FOUND/)]);
    expect(await globex.query("query ($id: ID!) { node(id: $id) { id } }", { id: plan.id })).toEqual({ node: null });
    expect(await site.apply(plan)).toMatchObject({ status: "SUCCEEDED" });
  });
});
