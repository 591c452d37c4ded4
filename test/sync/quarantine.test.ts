import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nextRunAfter, nextRunOf } from "../../src/actions/directories/next-run.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { isOutage } from "../../src/database/dialect.ts";
import { createSyncRunner } from "../../sync/run.ts";
import { createSchedule } from "../../sync/schedule.ts";
import { DirectoryFault } from "../../sync/snapshot.ts";
import { buildSyncedHouse, quiet, type SyncedHouse } from "../support/synced-house.ts";

const hour = 3_600_000;
const day = 24 * hour;

describe("a directory whose runs fail (S20)", () => {
  let house: SyncedHouse;
  beforeEach(async () => {
    house = await buildSyncedHouse({ schedule: "0 * * * *" });
    house.script.person("1", "ada@acme.example");
    await house.sync();
  });
  afterEach(() => house.close());

  const breakDown = (kind: DirectoryFault["kind"] = "UNAVAILABLE") => {
    house.script.fault = new DirectoryFault(kind, "Google does not answer as it should.");
  };
  /** Lets the schedule make its next run, now. */
  const nextRun = async () => {
    const transaction = await house.database.ground.begin();
    await transaction.write("UPDATE Directory SET nextRunAt = '2020-01-01T00:00:00.000Z'");
    await transaction.commit();
    const runner = createSyncRunner({ door: house.door, connect: () => house.script.reader(), isOutage, log: quiet });
    const schedule = createSchedule({ door: house.door, runner, log: quiet, isOutage });
    await schedule.tick();
    await schedule.stop();
  };
  /** Hours until the next start, and how the directory is. */
  const state = async () => {
    const { status, nextRunAt } = await house.directory();
    return { status, hours: (Date.parse(nextRunAt ?? "") - Date.now()) / hour };
  };
  const letters = () => house.rows<{ recipient: string }>("SELECT recipient FROM Letter");

  it("is DEGRADED, then QUARANTINED at the third in a row, and the admins are told once", async () => {
    breakDown();
    await nextRun();
    expect((await state()).status).toBe("DEGRADED");
    await nextRun();
    expect((await state()).status).toBe("DEGRADED");
    expect(await letters()).toEqual([]);
    await nextRun();
    expect((await state()).status).toBe("QUARANTINED");
    await nextRun();
    expect((await state()).status).toBe("QUARANTINED");
    expect(await letters()).toEqual([{ recipient: "admin@acme.example" }]);
  });

  it("runs once a day in quarantine, from its very beginning on, and by its schedule at once when it is over", async () => {
    breakDown();
    for (let n = 0; n < 2; n++) await nextRun();
    expect((await state()).hours).toBeLessThan(1.2);
    for (let n = 0; n < 2; n++) {
      await nextRun();
      const { hours } = await state();
      expect(hours).toBeGreaterThan(23.9);
      expect(hours).toBeLessThanOrEqual(24);
    }
    house.script.fault = null;
    await nextRun();
    const after = await state();
    expect(after.status).toBe("HEALTHY");
    expect(after.hours).toBeLessThan(1.2);
  });

  it("leaves quarantine by a plan of a person, too", async () => {
    breakDown();
    for (let n = 0; n < 3; n++) await nextRun();
    house.script.fault = null;
    await house.run(await house.act((work) => startSync(work, { directoryId: house.directoryId })));
    const after = await state();
    expect(after.status).toBe("HEALTHY");
    expect(after.hours).toBeLessThan(1.2);
  });

  it("runs once a day as well when it is the credentials that are refused, under the name of that", async () => {
    breakDown("CREDENTIALS_REJECTED");
    for (let n = 0; n < 3; n++) await nextRun();
    const after = await state();
    expect(after.status).toBe("CREDENTIALS_REJECTED");
    expect(after.hours).toBeGreaterThan(23.9);
    expect(await letters()).toHaveLength(1);
  });
});

describe("the next start of a schedule (S20)", () => {
  const noon = new Date("2026-03-31T12:00:00.000Z");
  const startsOf = (schedule: string) =>
    Array.from({ length: 200 }, () => Date.parse(nextRunAfter(schedule, noon) ?? "") - noon.getTime());

  it("is spread over a few minutes, so that all directories do not start at once", () => {
    const starts = startsOf("0 */4 * * *");
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(4 * hour);
    expect(Math.max(...starts)).toBeLessThan(4 * hour + 5 * 60_000);
    expect(new Set(starts.map((start) => Math.floor(start / 60_000))).size).toBe(5);
  });

  it("keeps a quick schedule's pace", () => {
    const starts = startsOf("* * * * *");
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...starts)).toBeLessThan(66_000);
  });

  it("is none without a schedule, in quarantine neither", () => {
    expect(nextRunAfter(null, noon)).toBeNull();
    expect(nextRunOf({ schedule: null, failedRuns: 5 }, noon)).toBeNull();
    expect(nextRunOf({ schedule: "* * * * *", failedRuns: 3 }, noon)).toBe(new Date(noon.getTime() + day).toISOString());
  });
});
