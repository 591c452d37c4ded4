import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { isOutage } from "../../src/database/dialect.ts";
import type { Door } from "../../src/work/door.ts";
import { createSyncRunner } from "../../sync/run.ts";
import { createSchedule } from "../../sync/schedule.ts";
import { DirectoryFault } from "../../sync/snapshot.ts";
import { buildSyncedHouse, quiet, type SyncedHouse, serviceAccountKey } from "../support/synced-house.ts";

let house: SyncedHouse;
beforeEach(async () => {
  house = await buildSyncedHouse();
  house.script.person("1", "ada@acme.example");
});
afterEach(() => house.close());

const schedule = (door = house.door) => {
  const runner = createSyncRunner({ door, connect: () => house.script.reader(), isOutage, log: quiet });
  return createSchedule({ door, runner, log: quiet, isOutage });
};
/** Looks once on so many instances at the same moment, and waits for what they started. */
const tick = async (instances = 1) => {
  const schedules = Array.from({ length: instances }, () => schedule());
  await Promise.all(schedules.map((each) => each.tick()));
  await Promise.all(schedules.map((each) => each.stop()));
};
const write = async (sql: string) => {
  const transaction = await house.database.ground.begin();
  await transaction.write(sql);
  await transaction.commit();
};
const makeDue = () => write("UPDATE Directory SET nextRunAt = '2020-01-01T00:00:00.000Z'");
const expireLeases = () => write("UPDATE Lease SET expiresAt = ''");
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

  it("loses no start to a process that dies in the middle of it (S20)", async () => {
    await house.sync();
    for (let n = 1; n <= 4; n++) {
      const before = await runs();
      await makeDue();
      let acts = 0;
      const dying: Door = {
        look: house.door.look,
        act: (place, change, options) =>
          ++acts >= n ? Promise.reject(new Error("Killed")) : house.door.act(place, change, options),
      };
      const dead = schedule(dying);
      await dead.tick();
      await dead.stop();
      await expireLeases();
      await tick();
      expect({ n, runs: await runs() }).toEqual({ n, runs: [...before, "SUCCEEDED"] });
    }
  });

  it("starts what is due though another directory cannot be (S18)", async () => {
    await house.sync();
    const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: "admin@acme.example" } };
    const broken = await house.act((work) => connectDirectory(work, { name: "Broken", credentials }));
    await makeDue();
    await write(`UPDATE Directory SET settings = '', nextRunAt = '2019-01-01T00:00:00.000Z' WHERE id = '${broken}'`);
    await tick();
    expect(await runs()).toEqual(["SUCCEEDED", "SUCCEEDED"]);
  });

  it("is once a day in quarantine, beginning with the run that led there, and its own again after it (S20)", async () => {
    await house.sync();
    const hoursAway = async () => (Date.parse((await house.directory()).nextRunAt ?? "") - Date.now()) / 3_600_000;
    house.script.fault = new DirectoryFault("UNAVAILABLE", "Google does not answer.");
    for (let n = 0; n < 2; n++) await house.syncAtOnce();
    expect(await hoursAway()).toBeLessThanOrEqual(4.1);
    await house.syncAtOnce();
    expect(await house.directory()).toMatchObject({ status: "QUARANTINED" });
    expect(await hoursAway()).toBeGreaterThan(23.9);
    house.script.fault = null;
    await house.syncAtOnce();
    expect(await house.directory()).toMatchObject({ status: "HEALTHY" });
    expect(await hoursAway()).toBeLessThanOrEqual(4.1);
  });

  it("starts and stops its ticker", async () => {
    const each = schedule();
    each.start();
    await each.stop();
  });
});
