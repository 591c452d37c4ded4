import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { isOutage } from "../../src/database/dialect.ts";
import type { Door } from "../../src/work/door.ts";
import { connectGoogle } from "../../sync/google.ts";
import { wireSync } from "../../sync/main.ts";
import { sampleCompany } from "../../sync/sample/company.ts";
import { startSampleDirectory } from "../../sync/sample/sample-directory.ts";
import { shareThrottles } from "../../sync/shared-throttles.ts";
import { createThrottle } from "../../sync/throttle.ts";
import { buildSyncedHouse, quiet, type SyncedHouse, serviceAccountKey } from "../support/synced-house.ts";

/** A clock that only passes when somebody sleeps. */
function standingClock() {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

/** A clock that stands, and on which waiting takes no time. */
const stopped = { now: () => 0, sleep: async () => undefined };

describe("the throttle", () => {
  it("lets one second's worth through at once and then keeps the pace (S2)", async () => {
    const throttle = createThrottle(600, standingClock());
    const waits: number[] = [];
    for (let turn = 0; turn < 32; turn++) waits.push(await throttle.take());
    expect(waits).toEqual([...Array(10).fill(0), ...Array(22).fill(100)]);
  });

  it("gives the burst back after a rest, and never more than that", async () => {
    const clock = standingClock();
    const throttle = createThrottle(600, clock);
    for (let turn = 0; turn < 12; turn++) await throttle.take();
    await clock.sleep(3_600_000);
    const waits: number[] = [];
    for (let turn = 0; turn < 11; turn++) waits.push(await throttle.take());
    expect(waits).toEqual([...Array(10).fill(0), 100]);
  });

  it("never lets more than its limit and one second's worth through in any minute, however it is asked", async () => {
    const clock = standingClock();
    const throttle = createThrottle(120, clock);
    const turns: number[] = [];
    for (let turn = 0; turn < 1000; turn++) {
      if (turn % 7 === 0) await clock.sleep((turn * 37) % 2500);
      await throttle.take();
      turns.push(clock.now());
    }
    const mostInAMinute = Math.max(...turns.map((from) => turns.filter((turn) => turn >= from && turn < from + 60_000).length));
    expect(mostInAMinute).toBeLessThanOrEqual(122);
  });

  it("lets a caller who waits be called off", async () => {
    const throttle = createThrottle(1);
    const stop = new AbortController();
    await throttle.take();
    const waiting = throttle.take(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow("aborted");
  });
});

describe("a quota of all instances (S2)", () => {
  let house: SyncedHouse;
  beforeEach(async () => {
    house = await buildSyncedHouse();
  });
  afterEach(() => house.close());

  it("is kept to by all of them together", async () => {
    const instances = Array.from({ length: 5 }, () => shareThrottles(house.door, 1, stopped)("google:one"));
    const waits = await Promise.all(instances.map((throttle) => throttle.take()));
    const minutes = waits.map((wait) => Math.round(wait / 60_000)).sort();
    expect(minutes).toEqual([0, 1, 2, 3, 4]);
    expect(await shareThrottles(house.door, 1, stopped)("google:another").take()).toBe(0);
  });

  it("costs a write for each second's worth of turns, and none for each turn", async () => {
    let writes = 0;
    const counting: Door = {
      look: house.door.look,
      act: (...what) => {
        writes++;
        return house.door.act(...what);
      },
    };
    const throttle = shareThrottles(counting, 2400, stopped)("google:one");
    await Promise.all(Array.from({ length: 40 }, () => throttle.take()));
    expect(writes).toBe(1);
    await throttle.take();
    expect(writes).toBe(2);
  });

  it("is one for each Cloud project and administrator, whichever key or connection asks", async () => {
    const sample = await startSampleDirectory({ company: sampleCompany() });
    const options = { googleApiUrl: sample.url, googleTokenUrl: sample.tokenUrl, googleQueriesPerMinute: 1_000_000 };
    const { connect } = wireSync({ door: house.door, log: quiet, isOutage, ...options });
    const keyOf = (account: string) => JSON.stringify({ ...JSON.parse(serviceAccountKey), client_email: account });
    const quotas = async () => Number((await house.rows("SELECT COUNT(*) AS n FROM Quota"))[0]?.n);
    const ask = async (account: string, adminEmail: string) => {
      await connect({ serviceAccountKey: keyOf(account), adminEmail, customerId: "my_customer" }).probe();
      return quotas();
    };
    expect(await ask("one@acme.iam.gserviceaccount.com", "admin@acme.example")).toBe(1);
    expect(await ask("two@acme.iam.gserviceaccount.com", "Admin@acme.example")).toBe(1);
    expect(await ask("one@acme.iam.gserviceaccount.com", "other@acme.example")).toBe(2);
    expect(await ask("one@globex.iam.gserviceaccount.com", "admin@acme.example")).toBe(3);
    await sample.close();
  });

  it("ends a run that waits for it as any outage of the database does: the run is taken up again", async () => {
    const gone = Object.assign(new Error("The database is gone"), { code: "ECONNREFUSED" });
    const throttleOf = shareThrottles({ look: house.door.look, act: () => Promise.reject(gone) }, 2400);
    const nowhere = { apiUrl: "http://127.0.0.1:1/", tokenUrl: "http://127.0.0.1:1/token" };
    const credentials = { serviceAccountKey, adminEmail: "admin@acme.example", customerId: "my_customer" };
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    const reader = connectGoogle({ ...credentials, ...nowhere, throttleOf });
    await expect(house.run(runId, { reader })).rejects.toThrow("The database is gone");
    expect(await house.runOf(runId)).toMatchObject({ status: "PLANNING" });
    expect(await house.run(runId)).toBe("PLANNED");
  });
});
