import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { updateDirectory } from "../../src/actions/directories/update-directory.ts";
import { deactivateUsers } from "../../src/actions/users/deactivate-users.ts";
import { deleteUsers } from "../../src/actions/users/delete-users.ts";
import type { DirectorySettings } from "../../src/model/directory-settings.ts";
import type { User } from "../../src/model/entities.ts";
import { newId, publicId } from "../../src/model/id.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
beforeEach(async () => {
  house = await buildSyncedHouse({ onLeave: "DELETE" });
  for (const name of ["ada", "bea", "cy"]) house.script.person(name, `${name}@acme.example`);
  house.script.group("g1", "Team", ["ada", "bea", "cy"]);
  await house.sync();
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await house.close();
});

const userAt = async (email: string) => (await house.rows<User>("SELECT * FROM User WHERE email = ?", [email]))[0];

async function write(sql: string, params: (string | number | null)[]): Promise<void> {
  const transaction = await house.database.ground.begin();
  await transaction.write(sql, params);
  await transaction.commit();
}

/** Lets so many days pass since the directory was first seen without somebody. */
async function pass(days: number): Promise<void> {
  const then = new Date(Date.now() - days * 86_400_000).toISOString();
  await write("UPDATE User SET leftDirectoryAt = ? WHERE leftDirectoryAt IS NOT NULL", [then]);
}

async function set(settings: Partial<DirectorySettings>): Promise<void> {
  await house.act((work) => updateDirectory(work, { id: house.directoryId, settings }));
}

async function reportContent(email: string): Promise<void> {
  const user = await userAt(email);
  await write("INSERT INTO ContentCount (userId, applicationId, kind, count) VALUES (?, ?, 'AUTHORED', 3)", [
    user?.id ?? "",
    newId(),
  ]);
}

describe("rule 5.3: a directory that deletes who leaves (S11)", () => {
  it("deactivates at once, and deletes 30 days later with a trail of its own", async () => {
    house.script.leave("ada");
    const first = await house.syncAtOnce();
    expect(await house.changes(first)).toEqual(["APPLIED USER_DEACTIVATE ada@acme.example"]);
    await pass(29);
    expect(await house.changes(await house.syncAtOnce())).toEqual([]);
    await pass(30);
    const last = await house.syncAtOnce();
    expect(await house.changes(last)).toEqual(["APPLIED USER_DELETE ada@acme.example"]);
    expect(await userAt("ada@acme.example")).toBeUndefined();
    expect(await house.rows("SELECT actorLabel, subjectCount FROM AuditEvent WHERE action = 'userDelete'")).toEqual([
      { actorLabel: "Workspace", subjectCount: 1 },
    ]);
    expect(await house.rows("SELECT memberCount FROM `Group` WHERE name = 'Team'")).toEqual([{ memberCount: 2 }]);
    expect(await house.changes(await house.syncAtOnce())).toEqual([]);
  });

  it("starts to count when somebody is gone, and not when they were suspended before", async () => {
    house.script.person("ada", "ada@acme.example", { suspended: true });
    await house.syncAtOnce();
    await write("UPDATE User SET deactivatedAt = '2020-01-01T00:00:00.000Z' WHERE email = ?", ["ada@acme.example"]);
    house.script.leave("ada");
    expect(await house.changes(await house.syncAtOnce())).toEqual(["APPLIED USER_UPDATE ada@acme.example"]);
    expect(await userAt("ada@acme.example")).toMatchObject({ status: "DEACTIVATED" });
    await pass(31);
    expect(await house.changes(await house.syncAtOnce())).toEqual(["APPLIED USER_DELETE ada@acme.example"]);
  });

  it("never deletes who is suspended or archived, however long", async () => {
    house.script.person("ada", "ada@acme.example", { suspended: true });
    house.script.person("bea", "bea@acme.example", { archived: true });
    await house.syncAtOnce();
    await pass(1000);
    expect(await house.changes(await house.syncAtOnce())).toEqual([]);
  });

  it("forgets the count when somebody comes back, with their groups", async () => {
    house.script.leave("ada");
    await house.syncAtOnce();
    await pass(29);
    house.script.person("ada", "ada@acme.example");
    house.script.group("g1", "Team", ["ada", "bea", "cy"]);
    await house.syncAtOnce();
    expect(await userAt("ada@acme.example")).toMatchObject({ status: "ACTIVE", leftDirectoryAt: null });
    house.script.leave("ada");
    await house.syncAtOnce();
    await pass(29);
    expect(await house.changes(await house.syncAtOnce())).toEqual([]);
  });

  it("leaves who has content deactivated, and says so in every run", async () => {
    house.script.leave("ada");
    await house.syncAtOnce();
    await pass(31);
    await reportContent("ada@acme.example");
    const runId = await house.syncAtOnce();
    expect(await house.changes(runId)).toEqual(["SKIPPED USER_DELETE ada@acme.example"]);
    expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED" });
    expect(await userAt("ada@acme.example")).toMatchObject({ status: "DEACTIVATED" });
  });

  it("deletes nobody whom the directory has when asked for by itself (S12)", async () => {
    house.script.leave("ada");
    await house.syncAtOnce();
    await pass(31);
    house.script.person("ada", "ada@acme.example", { suspended: true });
    house.script.hidden.add("ada");
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({ status: "HELD", failure: expect.stringContaining("ada@acme.example") });
    expect(await userAt("ada@acme.example")).toMatchObject({ status: "DEACTIVATED" });
  });

  it("counts deletions by the limits, like everything that goes (S13)", async () => {
    for (let n = 0; n < 8; n++) house.script.person(`u${n}`, `u${n}@acme.example`);
    await house.sync();
    for (let n = 0; n < 8; n++) house.script.leave(`u${n}`);
    await house.sync({ approveRemovals: true });
    await pass(31);
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({ status: "HELD", failure: expect.stringContaining("would remove 8") });
    expect((await house.rows("SELECT id FROM User WHERE directoryId IS NOT NULL")).length).toBe(11);
  });

  it("has an admin deleted by a plan that a person applied, and by no other (S15)", async () => {
    const ada = await userAt("ada@acme.example");
    await write("UPDATE User SET role = 'MANAGER' WHERE id = ?", [ada?.id ?? ""]);
    house.script.leave("ada");
    await house.sync();
    await pass(31);
    expect(await house.changes(await house.syncAtOnce())).toEqual(["HELD USER_DELETE ada@acme.example"]);
    expect(await house.changes(await house.sync({ approveRemovals: true }))).toEqual(["APPLIED USER_DELETE ada@acme.example"]);
  });
});

describe("rule 5.3: who left, whatever the settings do about it,", () => {
  it("can be deleted by hand, also where leavers are kept", async () => {
    await set({ onLeave: "KEEP" });
    await house.sync();
    house.script.leave("ada");
    const runId = await house.syncAtOnce();
    expect(await house.changes(runId)).toEqual(["APPLIED USER_UPDATE ada@acme.example"]);
    const ada = await userAt("ada@acme.example");
    expect(ada).toMatchObject({ status: "ACTIVE", leftDirectoryAt: expect.any(String) });
    await house.act((work) => deleteUsers(work, { ids: [publicId("User", ada?.id ?? "")] }));
    expect(await userAt("ada@acme.example")).toBeUndefined();
  });

  it("can be deleted by hand though a person had deactivated them before", async () => {
    const ada = await userAt("ada@acme.example");
    await house.act((work) => deactivateUsers(work, { ids: [publicId("User", ada?.id ?? "")] }));
    house.script.leave("ada");
    await house.syncAtOnce();
    await house.act((work) => deleteUsers(work, { ids: [publicId("User", ada?.id ?? "")] }));
    expect(await userAt("ada@acme.example")).toBeUndefined();
  });

  it("is not noted as gone by a list that leaves out who is there, nor by a partial one", async () => {
    await set({ onLeave: "KEEP" });
    await house.sync();
    house.script.hidden.add("ada");
    expect(await house.runOf(await house.syncAtOnce())).toMatchObject({ status: "HELD" });
    house.script.listsAre = "partial";
    expect(await house.runOf(await house.syncAtOnce())).toMatchObject({ status: "SUCCEEDED" });
    expect(await userAt("ada@acme.example")).toMatchObject({ leftDirectoryAt: null });
  });
});
