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
/** The site's first admin, who connected the directory, is in it like everybody else. */
async function adminIsSynced(): Promise<void> {
  bring(site, 3);
  site.script.person("boss", admin);
  await site.sync();
  expect(await site.at(admin)).toMatchObject({ synced: true, role: "ADMIN" });
}

describe("the admin who connected the directory leaves", () => {
  it("waits for a plan that another admin applies; the directory goes on by itself after", async () => {
    await adminIsSynced();
    const other = await site.join("second@hand.example", "ADMIN");
    site.script.leave("boss");
    const run = await site.scheduled();
    expect(run.lines).toEqual([`HELD USER_DEACTIVATE ${admin}`]);
    expect(run.why[`HELD USER_DEACTIVATE ${admin}`]).toContain("only through a plan that a person applied");
    const approval = { target: { runId: run.id }, approveRemovals: true };
    await site.succeed("syncApply", approval, "run { id }", other.token);
    await house.run(run.id.slice(4));
    expect(await whoIs(house, house.gateway.admin)).toBeNull();
    site.script.person("new", "new@acme.example");
    const again = await site.change<{ run: { id: string } }>(
      "syncApply",
      { target: { directoryId: site.directoryId } },
      "run { id }",
      other.token,
    );
    expect(await house.run(again.run.id.slice(4))).toBe("SUCCEEDED");
    const query = "query ($email: String!) { user(by: { email: $email }) { status } }";
    expect(await site.query(query, { email: "new@acme.example" }, other.token)).toEqual({ user: { status: "ACTIVE" } });
    expect(await site.query(query, { email: admin }, other.token)).toEqual({ user: { status: "DEACTIVATED" } });
  });
});

describe("the last admin suspended in Google", () => {
  it("stays an active admin, by the schedule and by a person's plan, and each run says why", async () => {
    await adminIsSynced();
    site.script.person("boss", admin, { suspended: true });
    expect((await site.scheduled()).lines).toEqual([`HELD USER_DEACTIVATE ${admin}`]);
    const run = await site.sync({ approveRemovals: true });
    expect(run).toMatchObject({ status: "PARTIAL", failure: "1 change could not be made; each says why." });
    expect(run.why[`FAILED USER_DEACTIVATE ${admin}`]).toMatch(/admin/);
    expect(await site.at(admin)).toMatchObject({ status: "ACTIVE", role: "ADMIN" });
    site.script.person("boss", admin);
    expect((await site.scheduled()).lines).toEqual([]);
  });

  it("keeps nobody else in who left with them", async () => {
    await adminIsSynced();
    site.script.person("boss", admin, { suspended: true });
    site.script.person("u1", "u1@acme.example", { suspended: true });
    const run = await site.sync({ approveRemovals: true });
    expect(run.lines).toEqual(["APPLIED USER_DEACTIVATE u1@acme.example", `FAILED USER_DEACTIVATE ${admin}`]);
  });
});

describe("seats run out in mid-run", () => {
  it("newcomers with a default application: who finds no seat is not in at all, and the run says why", async () => {
    const { id } = await site.application("wiki", { seatLimit: 2 });
    await site.set({ applicationIds: [id] });
    site.script.group("g1", "Team", bring(site, 5));
    const run = await site.sync();
    expect(run).toMatchObject({ status: "PARTIAL", summary: { failed: 6 } });
    expect(run.why["FAILED USER_CREATE u4@acme.example"]).toContain("There are not enough seats: wiki has 2 seats");
    expect(run.why["FAILED MEMBER_ADD u4@acme.example in Team"]).toBe("u4@acme.example is not here, because bringing it failed.");
    expect(await site.at("u4@acme.example")).toBeNull();
    expect(await house.rows("SELECT id FROM Account WHERE email = 'u4@acme.example'")).toEqual([]);
    expect(await site.at("u0@acme.example")).toMatchObject({ status: "ACTIVE", groups: ["Team", "wiki-users"], opens: ["wiki"] });
    expect(await site.seatsOf("wiki")).toBe(2);
  });

  it("more seats: the next run brings the others by itself", async () => {
    const { id } = await site.application("wiki", { seatLimit: 2 });
    await site.set({ applicationIds: [id] });
    site.script.group("g1", "Team", bring(site, 5));
    await site.sync();
    await site.succeed("applicationUpdate", { id, seatLimit: 5 }, "application { id }");
    expect(await site.scheduled()).toMatchObject({ status: "SUCCEEDED", summary: { applied: 6 } });
    expect(await site.at("u4@acme.example")).toMatchObject({ status: "ACTIVE", groups: ["Team", "wiki-users"], opens: ["wiki"] });
  });

  it("members of a group that opens something: who finds no seat is not in the group, and has everything else", async () => {
    site.script.group("g1", "Team", []);
    site.script.group("g2", "Others", []);
    await site.sync();
    await site.opened("wiki", ["Team"], { seatLimit: 2 });
    const ids = bring(site, 3);
    site.script.group("g1", "Team", ids);
    site.script.group("g2", "Others", ids);
    const run = await site.scheduled();
    expect(Object.keys(run.why)).toEqual(["FAILED MEMBER_ADD u2@acme.example in Team"]);
    expect(await site.at("u2@acme.example")).toMatchObject({ status: "ACTIVE", groups: ["Others"], opens: [] });
  });

  it("who comes back: stays out until there is a seat, and nothing of them is lost", async () => {
    site.script.group("g1", "Team", bring(site, 2));
    await site.sync();
    const id = await site.opened("wiki", ["Team"], { seatLimit: 2 });
    const before = await site.at("u1@acme.example");
    site.script.person("u1", "u1@acme.example", { suspended: true });
    await site.scheduled();
    site.script.person("u2", "u2@acme.example");
    site.script.group("g1", "Team", ["u0", "u1", "u2"]);
    await site.scheduled();
    site.script.person("u1", "u1@acme.example");
    const run = await site.scheduled();
    expect(run.why["FAILED USER_ACTIVATE u1@acme.example"]).toContain("wiki has 2 seats");
    expect(await site.at("u1@acme.example")).toMatchObject({ status: "DEACTIVATED" });
    await site.succeed("applicationUpdate", { id, seatLimit: 3 }, "application { id }");
    await site.scheduled();
    expect(await site.at("u1@acme.example")).toEqual(before);
  });
});
