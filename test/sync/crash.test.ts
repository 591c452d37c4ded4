import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { entities } from "../../src/model/entities.ts";
import { type SampleDirectory, startSampleDirectory } from "../../sync/sample/sample-directory.ts";
import { seededRandom } from "../../sync/sample/seeded-random.ts";
import { driftOf } from "../support/access-house.ts";
import { buildCrashHouse, type CrashHouse } from "../support/crash-house.ts";
import { eventfulCompany } from "../support/eventful-company.ts";
import { type FaultyLine, layLine } from "../support/faulty-line.ts";
import { freePort } from "../support/free-port.ts";
import { type RunningGateway, startGateway } from "../support/running-gateway.ts";
import { differencesOf, readSiteState } from "../support/site-state.ts";
import { createStorm, type Measure } from "../support/storm.ts";
import { startSyncProcess } from "../support/sync-process.ts";

/** Processes are started and killed by the dozen: on a machine that has much else to do that takes its time. */
const patience = 30 * 60_000;

/** On each of two databases: 50 times in all. CRASH_KILLS tries more. */
const kills = Number(process.env.CRASH_KILLS ?? 25);
const killsInOneRun = 9;
/** Fewer than there are people: some of them find no seat, and are tried one by one. */
const seatLimit = 631;

/** CRASH_SEED repeats the moments of an earlier test, as far as moments can be repeated. */
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

interface Pair {
  directory: SampleDirectory;
  /** Its runs are made by processes of their own. */
  house: CrashHouse;
  /** The same site on another database, whose runs nobody disturbs. */
  twin: CrashHouse;
}

async function buildPair(): Promise<Pair & { nextRound(): void }> {
  const { company, nextRound } = eventfulCompany();
  const directory = await startSampleDirectory({ company });
  onTestFinished(() => directory.close());
  const house = await buildCrashHouse({ directory, seatLimit });
  onTestFinished(() => house.close());
  const twin = await buildCrashHouse({ directory, seatLimit });
  onTestFinished(() => twin.close());
  return { directory, house, twin, nextRound };
}

/** Makes the twin's runs, and says what they took. */
async function undisturbed({ directory, twin }: Pair): Promise<Measure> {
  const count = () => [...directory.requests.values()].reduce((sum, n) => sum + n, 0);
  const [start, before] = [performance.now(), count()];
  await twin.makeRuns();
  return { ms: performance.now() - start, requests: count() - before };
}

async function expectAlike({ house, twin }: Pair): Promise<void> {
  expect(differencesOf(await readSiteState(house), await readSiteState(twin))).toEqual([]);
  expect(await driftOf(house, house.siteId)).toEqual([]);
}

describe("a run whose process is killed", { concurrent: false }, () => {
  it(
    `${kills} times at any moment ends as an undisturbed one, each change audited once and each letter queued once (S17)`,
    async () => {
      const pair = await buildPair();
      const { directory, house, twin, nextRound } = pair;
      const { below } = seededRandom(seed);
      const storm = createStorm({ house, directory, random: () => below(1_000_000) / 1_000_000 });
      onTestFinished(() => storm.end());
      const struck = () => [...storm.strikes.values()].reduce((sum, n) => sum + n, 0);
      let runs = 0;
      /** The same on both, one of them in the storm. */
      const make = async (start: (house: CrashHouse) => Promise<void>, isNewRun: boolean) => {
        if (isNewRun) runs++;
        await start(twin);
        const measure = await undisturbed(pair);
        await start(house);
        await storm.ride(runs, Math.min(killsInOneRun, kills - struck()), measure);
        await expectAlike(pair);
      };

      await make((each) => each.plan(), true);
      await make((each) => each.apply(), false);
      for (let round = 1; struck() < kills; round++) {
        nextRound();
        // Now and then the list of users leaves some out that are there: all removals of users are held, and the admins told.
        directory.faults.length = 0;
        if (round % 4 === 3) directory.faults.push({ kind: "drop", part: 0.01, method: "users.list" });
        await make((each) => each.makeDue(), true);
      }
      console.info(
        `Seed ${seed}: ${kills} kills in ${runs} runs, by what was to be done next:`,
        Object.fromEntries(storm.strikes),
      );
      expect(storm.strikes.size).toBeGreaterThan(3);
      expect(await house.rows("SELECT status FROM SyncRun WHERE status NOT IN ('SUCCEEDED', 'PARTIAL', 'HELD')")).toEqual([]);
    },
    patience,
  );
});

describe("two instances that start at once on one database", { concurrent: false }, () => {
  it(
    "make one run of what is due, and one of what was left behind (S19, S20)",
    async () => {
      const pair = await buildPair();
      const { house, twin, nextRound } = pair;
      const both = async (start: (house: CrashHouse) => Promise<void>) => {
        for (const each of [house, twin]) await start(each);
      };
      await both((each) => each.plan());
      await both((each) => each.makeRuns());
      await both((each) => each.apply());
      await both((each) => each.makeRuns());
      for (let runs = 2; runs <= 5; runs++) {
        nextRound();
        await both((each) => (runs % 2 === 0 ? each.makeDue() : each.applyAtOnce()));
        await twin.makeRuns();
        const instances = [startSyncProcess(house.env), startSyncProcess(house.env)];
        onTestFinished(async () => {
          for (const instance of instances) await instance.kill();
        });
        for (const instance of instances) await instance.isOpen();
        for (const instance of instances) instance.begin();
        for (const instance of instances) await instance.hasLooked();
        while (!(await house.haveEnded(runs))) await wait(10);
        await expectAlike(pair);
        for (const instance of instances) await instance.kill();
      }
    },
    patience,
  );
});

describe("a process that stands still in the middle of a run until its lease has run out", { concurrent: false }, () => {
  it(
    "writes nothing more once another one made the run, says so, and makes the next (S19)",
    async () => {
      const pair = await buildPair();
      const { directory, house, twin, nextRound } = pair;
      for (const each of [house, twin]) {
        await each.plan();
        await each.makeRuns();
        await each.apply();
        await each.makeRuns();
      }
      nextRound();
      for (const each of [house, twin]) await each.makeDue();
      await twin.makeRuns();

      // It is stopped while it waits for the directory's word on a removal: users and groups are in, and nobody is out.
      const line = await layLine({ port: Number(new URL(directory.url).port) });
      onTestFinished(() => line.close());
      const stoodStill = new Promise<void>((stands) => {
        const where = () => {
          line.hang();
          stands();
          return false;
        };
        directory.faults.push({ kind: "cut", method: "members.hasMember", where });
      });
      const gateway = await openGatewayOf(house, line);
      await stoodStill;
      gateway.send("SIGSTOP");
      directory.faults.length = 0;
      const run = await house.run();
      expect(run).toMatchObject({ status: "APPLYING", next: "MEMBER_REMOVE" });

      // What a minute does by itself.
      await house.write("UPDATE Lease SET expiresAt = ''");
      const other = startSyncProcess(house.env);
      onTestFinished(() => other.kill());
      await other.isOpen();
      other.begin();
      while (!(await house.haveEnded(2))) await wait(10);
      await expectAlike(pair);
      await other.hasLooked();
      await other.kill();

      const before = await everyRow(house);
      await line.restore();
      gateway.send("SIGCONT");
      await gateway.says(/Another process has taken this run over/);
      expect(await everyRow(house)).toEqual(before);

      nextRound();
      expect(await gateway.probe("/readyz")).toMatchObject({ status: 200 });
      await gateway.change("syncApply", { target: { directoryId: house.directoryId } }, "run { id }");
      while (!(await house.haveEnded(3))) await wait(10);
      expect(await house.run()).toMatchObject({ status: "PARTIAL" });
    },
    patience,
  );
});

/** The real gateway on a house, which finds the directory at the end of a line. */
async function openGatewayOf(house: CrashHouse, line: FaultyLine): Promise<RunningGateway> {
  const url = `http://127.0.0.1:${line.port}/`;
  const port = String(await freePort());
  const gateway = startGateway({ ...house.env, PORT: port, GOOGLE_API_URL: url, GOOGLE_TOKEN_URL: `${url}token` }, house.token);
  onTestFinished(async () => {
    await gateway.end("SIGKILL");
  });
  return gateway;
}

/** All that a database holds, by table. */
async function everyRow({ rows }: CrashHouse): Promise<Record<string, string[]>> {
  const tables = entities.map(({ name }) => name);
  const content = await Promise.all(tables.map((table) => rows(`SELECT * FROM \`${table}\``)));
  return Object.fromEntries(tables.map((table, at) => [table, (content[at] ?? []).map((row) => JSON.stringify(row)).sort()]));
}
