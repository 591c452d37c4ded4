import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { disconnectDirectory } from "../../src/actions/directories/disconnect-directory.ts";
import { newId } from "../../src/model/id.ts";
import { holdMembers } from "../../src/queries/held-members.ts";
import { holdGroup, holdUser, nothingHeld, plan, told } from "../support/planning.ts";
import { scriptedDirectory } from "../support/scripted-directory.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

const day = 86_400_000;

describe("a group that leaves the scope (S20)", () => {
  let house: SyncedHouse;
  beforeEach(async () => {
    house = await buildSyncedHouse({ scope: "GROUPS", groupEmails: ["all@acme.example"] });
    for (const id of ["u1", "u2"]) house.script.person(id, `${id}@acme.example`);
    house.script.group("g1", "Team", ["u1", "u2"]);
    house.script.group("all", "All", ["g1", "u1", "u2"], { email: "all@acme.example" });
    await house.sync();
  });
  afterEach(async () => {
    expect(house.told).toEqual([]);
    await house.close();
  });

  const team = async () => (await house.rows<TeamRow>("SELECT * FROM `Group` WHERE name = 'Team'"))[0];
  interface TeamRow {
    id: string;
    memberCount: number;
    outOfScopeSince: string | null;
  }
  const leaveScope = () => house.script.group("all", "All", ["u1", "u2"], { email: "all@acme.example" });
  const comeBack = () => house.script.group("all", "All", ["g1", "u1", "u2"], { email: "all@acme.example" });
  const write = async (sql: string, params: (string | null)[] = []) => {
    const transaction = await house.database.ground.begin();
    await transaction.write(sql, params);
    await transaction.commit();
  };
  /** As if so many days had gone by since it left. */
  const daysLater = (days: number) =>
    write("UPDATE `Group` SET outOfScopeSince = ? WHERE name = 'Team'", [new Date(Date.now() - days * day).toISOString()]);

  it("is emptied and keeps its grants, and the moment is noted once", async () => {
    const grantId = newId();
    const before = await team();
    await write("INSERT INTO `Grant` (id, siteId, applicationId, groupId, role, isDefault) VALUES (?, ?, ?, ?, 'USER', 0)", [
      grantId,
      house.siteId,
      newId(),
      before?.id ?? "",
    ]);
    leaveScope();
    const runId = await house.syncAtOnce();
    expect(await house.changes(runId)).toEqual([
      "APPLIED GROUP_UPDATE All",
      "APPLIED GROUP_UPDATE Team",
      "APPLIED MEMBER_REMOVE u1@acme.example in Team",
      "APPLIED MEMBER_REMOVE u2@acme.example in Team",
    ]);
    const after = await team();
    expect(after).toMatchObject({ id: before?.id, memberCount: 0, outOfScopeSince: expect.stringMatching(/^20/) });
    expect(await house.changes(await house.syncAtOnce())).toEqual([]);
    expect(await team()).toEqual(after);
    expect(await house.rows("SELECT id FROM `Grant` WHERE id = ?", [grantId])).toEqual([{ id: grantId }]);
  });

  it("is what it was when it comes back, and its time begins anew", async () => {
    leaveScope();
    await house.syncAtOnce();
    await daysLater(29);
    comeBack();
    await house.syncAtOnce();
    expect(await team()).toMatchObject({ memberCount: 2, outOfScopeSince: null });
    leaveScope();
    await house.syncAtOnce();
    expect(Date.parse((await team())?.outOfScopeSince ?? "")).toBeGreaterThan(Date.now() - day);
  });

  it("is removed after 30 days, and not a day before", async () => {
    leaveScope();
    await house.syncAtOnce();
    await daysLater(29);
    expect(await house.changes(await house.syncAtOnce())).toEqual([]);
    await daysLater(31);
    const runId = await house.syncAtOnce();
    expect(await house.changes(runId)).toEqual(["APPLIED GROUP_DELETE Team"]);
    expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED" });
    expect(await team()).toBeUndefined();
    comeBack();
    await house.syncAtOnce();
    expect(await team()).toMatchObject({ memberCount: 2, outOfScopeSince: null });
  });

  it("stays while somebody is in it by hand", async () => {
    leaveScope();
    await house.syncAtOnce();
    const userId = (await house.rows<{ id: string }>("SELECT id FROM User WHERE email = 'u1@acme.example'"))[0]?.id ?? "";
    await write("INSERT INTO Membership (groupId, userId, byHand, bySync, direct) VALUES (?, ?, 1, 0, 0)", [
      (await team())?.id ?? "",
      userId,
    ]);
    await write("UPDATE `Group` SET memberCount = 1 WHERE name = 'Team'");
    await daysLater(31);
    expect(await house.changes(await house.syncAtOnce())).toEqual([]);
    expect(await team()).toMatchObject({ memberCount: 1 });
  });

  it("is nobody's business any more once the directory is disconnected", async () => {
    leaveScope();
    await house.syncAtOnce();
    await house.act((work) => disconnectDirectory(work, { id: house.directoryId }));
    expect(await team()).toMatchObject({ outOfScopeSince: null });
  });
});

describe("planning for groups out of scope", () => {
  const settings = { scope: "GROUPS" as const, groupEmails: ["all@acme.example"] };
  const now = "2026-03-31T12:00:00.000Z";
  const longAgo = "2026-03-01T11:59:59.999Z";

  /** Two people in All, which is in scope, and in Old, which was. */
  function build() {
    const script = scriptedDirectory();
    const held = nothingHeld();
    for (const id of ["u1", "u2"]) script.person(id, `${id}@acme.example`);
    script.group("all", "All", ["u1", "u2"], { email: "all@acme.example" });
    script.group("g9", "Old", ["u1", "u2"]);
    const users = ["u1", "u2"].map((id) => holdUser(held, id, `${id}@acme.example`));
    holdGroup(held, "all", "All", users);
    const old = holdGroup(held, "g9", "Old", users);
    return { script, held, old, users };
  }

  it("derives nothing from a list that is not complete: memberships are held, and no time begins (S4)", () => {
    const { script, held } = build();
    script.listsAre = "partial";
    expect(told(plan(script, held, settings, false, now))).toEqual([
      "HELD MEMBER_REMOVE u1@acme.example in Old",
      "HELD MEMBER_REMOVE u2@acme.example in Old",
    ]);
  });

  it("waits with removing a group until it was emptied", () => {
    const { script, held, old, users } = build();
    old.outOfScopeSince = longAgo;
    expect(told(plan(script, held, settings, false, now))).toEqual([
      "PLANNED MEMBER_REMOVE u1@acme.example in Old",
      "PLANNED MEMBER_REMOVE u2@acme.example in Old",
    ]);
    held.members = holdMembers();
    for (const { id } of users) held.members.add("here-All", id, true);
    old.memberCount = 0;
    expect(told(plan(script, held, settings, false, now))).toEqual(["PLANNED GROUP_DELETE Old"]);
    expect(told(plan(script, held, settings, false, "2026-03-31T11:59:59.998Z"))).toEqual([]);
  });

  it("counts what it removes by the limits (S13)", () => {
    const { script, held } = build();
    held.members = holdMembers();
    for (let n = 0; n < 6; n++) {
      script.group(`x${n}`, `X${n}`, []);
      const group = holdGroup(held, `x${n}`, `X${n}`);
      group.outOfScopeSince = longAgo;
    }
    const lines = told(plan(script, held, settings, false, now)).filter((line) => line.includes("GROUP_DELETE"));
    expect(lines).toHaveLength(6);
    expect(lines.every((line) => line.startsWith("HELD"))).toBe(true);
  });

  it("touches none that the settings ignore, by its address there or here (S15)", () => {
    const { script, held, old } = build();
    script.group("g9", "Renamed", [], { email: "new@acme.example" });
    old.outOfScopeSince = longAgo;
    for (const ignore of [["g9@acme.example"], ["new@acme.example"]])
      expect(told(plan(script, held, { ...settings, ignore }, false, now))).toEqual([]);
  });

  it("begins no time in a scope of everyone, and ends it there", () => {
    const { script, held, old } = build();
    expect(told(plan(script, held, {}, false, now))).toEqual([]);
    old.outOfScopeSince = longAgo;
    expect(told(plan(script, held, {}, false, now))).toEqual(["PLANNED GROUP_UPDATE Old"]);
  });

  it("ends the time also of a group whose new name is disputed", () => {
    const { script, held, old } = build();
    old.outOfScopeSince = longAgo;
    holdGroup(held, null, "Taken");
    script.group("g9", "Taken", ["u1", "u2"]);
    expect(told(plan(script, held, {}, false, now))).toEqual(["PLANNED GROUP_UPDATE Old", "DISPUTED GROUP_UPDATE Old"]);
  });
});
