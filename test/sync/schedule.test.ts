import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { isOutage } from "../../src/database/dialect.ts";
import { createSyncRunner } from "../../sync/run.ts";
import { createSchedule } from "../../sync/schedule.ts";
import { buildSyncedHouse, quiet, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
beforeEach(async () => {
  house = await buildSyncedHouse();
  house.script.person("1", "ada@acme.example");
});
afterEach(() => house.close());

const schedule = () => {
  const runner = createSyncRunner({ door: house.door, connect: () => house.script.reader(), isOutage, log: quiet });
  return createSchedule({ door: house.door, runner, log: quiet, isOutage });
};
/** Looks once on so many instances at the same moment, and waits for what they started. */
const tick = async (instances = 1) => {
  const schedules = Array.from({ length: instances }, schedule);
  await Promise.all(schedules.map((each) => each.tick()));
  await Promise.all(schedules.map((each) => each.stop()));
};
const makeDue = async () => {
  const transaction = await house.database.ground.begin();
  await transaction.write("UPDATE Directory SET nextRunAt = '2020-01-01T00:00:00.000Z'");
  await transaction.commit();
};
const runs = async () =>
  (await house.rows<{ status: string }>("SELECT status FROM SyncRun ORDER BY id")).map(({ status }) => status);

describe("the schedule", () => {
  it("starts nothing that is not due", async () => {
    await tick();
    expect(await runs()).toEqual([]);
  });

  it("only plans while a directory is new, and not again while a plan waits (S14)", async () => {
    await makeDue();
    await tick();
    expect(await runs()).toEqual(["PLANNED"]);
    await makeDue();
    await tick();
    expect(await runs()).toEqual(["PLANNED"]);
  });

  it("catches up once, on one of many instances, and moves the next start on (S20)", async () => {
    await house.sync();
    await makeDue();
    await tick(3);
    expect(await runs()).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    expect((await house.directory()).nextRunAt?.localeCompare(new Date().toISOString())).toBe(1);
    expect(await house.rows("SELECT startedByKind, startedByLabel FROM SyncRun ORDER BY id DESC LIMIT 1")).toEqual([
      { startedByKind: null, startedByLabel: "schedule" },
    ]);
  });

  it("takes up a run that nobody is making (S17)", async () => {
    await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    await tick();
    expect(await runs()).toEqual(["PLANNED"]);
  });

  it("starts and stops its ticker", async () => {
    const each = schedule();
    each.start();
    await each.stop();
  });
});
