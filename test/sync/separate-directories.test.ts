import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cancelSync } from "../../src/actions/directories/cancel-sync.ts";
import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { isOutage } from "../../src/database/dialect.ts";
import { publicId } from "../../src/model/id.ts";
import type { RunLog } from "../../sync/lease.ts";
import { createSyncRunner } from "../../sync/run.ts";
import { createSchedule, type Schedule } from "../../sync/schedule.ts";
import { DirectoryFault, type DirectoryReader } from "../../sync/snapshot.ts";
import { buildSyncedHouse, quiet, type SyncedHouse, serviceAccountKey } from "../support/synced-house.ts";

let house: SyncedHouse;
let errors: string[];
/** The trouble of the first directory; the second one has none. */
let trouble: Partial<DirectoryReader>;
let schedule: Schedule;
beforeEach(async () => {
  house = await buildSyncedHouse();
  house.script.person("1", "ada@acme.example");
  const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: "second@acme.example" } };
  await house.act((work) => connectDirectory(work, { name: "Second", credentials }));
  errors = [];
  trouble = {};
  const log: RunLog = { ...quiet, error: (fields, message) => errors.push(`${message}: ${Reflect.get(fields, "err")}`) };
  const connect = ({ adminEmail }: { adminEmail: string }) =>
    Object.assign(house.script.reader(), adminEmail === "second@acme.example" ? {} : trouble);
  const runner = createSyncRunner({ door: house.door, connect, isOutage, log });
  schedule = createSchedule({ door: house.door, runner, log, isOutage });
});
afterEach(async () => {
  await schedule.stop();
  await house.close();
});

const write = async (sql: string, params: string[] = []) => {
  const transaction = await house.database.ground.begin();
  await transaction.write(sql, params);
  await transaction.commit();
};
const makeAllDue = () => write("UPDATE Directory SET nextRunAt = '2020-01-01T00:00:00.000Z'");
const runOf = async (name: string) =>
  (
    await house.rows<{ id: string; status: string; failure: string | null }>(
      "SELECT r.id, r.status, r.failure FROM SyncRun r JOIN Directory d ON d.id = r.directoryId WHERE d.name = ? ORDER BY r.id DESC",
      [name],
    )
  )[0];
const until = async (name: string, ...statuses: string[]) => {
  while (!statuses.includes((await runOf(name))?.status ?? "")) await wait(10);
};
/** Never says anything, until it is called off. */
const silence: DirectoryReader["readSnapshot"] = ({ signal }) =>
  new Promise((_, failed) => signal?.addEventListener("abort", () => failed(signal.reason)));

describe("one directory's errors (S18)", () => {
  it("of Google's making stop no other's run", async () => {
    trouble = { readSnapshot: () => Promise.reject(new DirectoryFault("UNAVAILABLE", "Google does not answer.")) };
    await makeAllDue();
    await schedule.tick();
    await until("Second", "PLANNED");
    await until("Workspace", "FAILED");
    expect(errors).toEqual([]);
  });

  it("of our own making, too, are told with a reference and stop no other's run", async () => {
    trouble = {
      readSnapshot: () => Promise.reject(new TypeError("Cannot read properties of undefined")),
    };
    await makeAllDue();
    await schedule.tick();
    await until("Second", "PLANNED");
    await until("Workspace", "FAILED");
    expect((await runOf("Workspace"))?.failure).toMatch(/^Something went wrong on our side \(ref [\da-f]{8}\)\.$/);
    expect(errors).toEqual([expect.stringContaining("Cannot read properties of undefined")]);
  });

  it("are not waited for: another's run ends while one hangs, which can be cancelled", async () => {
    trouble = { readSnapshot: silence };
    await makeAllDue();
    await schedule.tick();
    await until("Second", "PLANNED");
    const hanging = await runOf("Workspace");
    expect(hanging?.status).toBe("PLANNING");
    await house.act((work) => cancelSync(work, { runId: publicId("SyncRun", hanging?.id ?? "") }));
    await until("Workspace", "CANCELLED");
    expect(errors).toEqual([]);
  });

  it("in what we keep of it keep no other from being started", async () => {
    await makeAllDue();
    // The longest due comes first.
    await write("UPDATE Directory SET settings = 'broken', nextRunAt = '2019-01-01T00:00:00.000Z' WHERE name = 'Workspace'");
    await schedule.tick();
    await until("Second", "PLANNED");
    expect(errors).toEqual([expect.stringMatching(/^A due run could not be started: SyntaxError/)]);
  });

  it("in its credentials, which another SECRET_KEY sealed, end its run with what to do, and stop no other's", async () => {
    await write("UPDATE Directory SET credentials = 'v1.a.b.c' WHERE name = 'Workspace'");
    await makeAllDue();
    await schedule.tick();
    await until("Second", "PLANNED");
    await until("Workspace", "FAILED");
    expect((await runOf("Workspace"))?.failure).toContain("SECRET_KEY is another");
    expect(await house.directory()).toMatchObject({ status: "CREDENTIALS_REJECTED" });
    expect(errors).toEqual([]);
  });
});

describe("cancelling", () => {
  it("also ends a reading that would end by itself, and takes nothing of it", async () => {
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    const reader = Object.assign(house.script.reader(), { readSnapshot: silence });
    const run = house.run(runId, { reader });
    await house.act((work) => cancelSync(work, { runId: publicId("SyncRun", runId) }));
    expect(await run).toBe("CANCELLED");
    expect(await house.rows("SELECT COUNT(*) AS n FROM SyncStep")).toEqual([{ n: 0 }]);
    expect(await house.directory()).toMatchObject({ status: "NEW", failedRuns: 0 });
  });
});
