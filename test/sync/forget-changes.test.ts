import { afterEach, beforeEach, expect, it } from "vitest";
import { forgetChanges } from "../../src/actions/directories/forget-changes.ts";
import { operator } from "../support/house.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
beforeEach(async () => {
  house = await buildSyncedHouse();
  house.script.person("p1", "ada@acme.example");
});
afterEach(() => house.close());

const longAgo = "2020-01-01T00:00:00.000Z";
const before = "2020-02-01T00:00:00.000Z";
const forget = () => house.door.act({ siteId: "", actor: operator }, (work) => forgetChanges(work, { before }));
const steps = async (runId: string) => (await house.rows("SELECT seq FROM SyncStep WHERE runId = ?", [runId])).length;
async function age(runId: string, status: string): Promise<void> {
  const transaction = await house.database.ground.begin();
  await transaction.write("UPDATE SyncRun SET createdAt = ?, status = ? WHERE id = ?", [longAgo, status, runId]);
  await transaction.commit();
}

it("forgets the changes of old runs, and keeps the runs, the trail and what the run did", async () => {
  const runId = await house.sync();
  await age(runId, "SUCCEEDED");
  const content = await house.content();
  const events = await house.rows("SELECT id FROM AuditEvent");
  expect(await forget()).toBe(1);
  expect(await steps(runId)).toBe(0);
  expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED" });
  expect(await house.content()).toBe(content);
  expect(await house.rows("SELECT id FROM AuditEvent")).toEqual(events);
  expect(await forget()).toBe(0);
});

it("keeps those of younger runs, and of a run that holds something for a person", async () => {
  const runId = await house.sync();
  expect(await forget()).toBe(0);
  await age(runId, "HELD");
  expect(await forget()).toBe(0);
  expect(await steps(runId)).toBeGreaterThan(0);
});

it("is the operator's alone", async () => {
  const withoutScope = { ...house.admin, scopes: new Set<never>() };
  const act = house.door.act({ siteId: house.siteId, actor: withoutScope }, (work) => forgetChanges(work, { before }));
  await expect(act).rejects.toMatchObject({ problems: [{ code: "FORBIDDEN" }] });
});
