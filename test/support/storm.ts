import { setTimeout as wait } from "node:timers/promises";
import type { SampleDirectory } from "../../sync/sample/sample-directory.ts";
import type { CrashHouse, NewestRun } from "./crash-house.ts";
import { type SyncProcess, startSyncProcess } from "./sync-process.ts";

/** What an undisturbed run took: the storm strikes within that. */
export interface Measure {
  ms: number;
  requests: number;
}

/** Kills processes that make runs, and starts others. */
export interface Storm {
  /** How often a process was killed in the middle of a run, by what was to be done next. */
  strikes: Map<string, number>;
  /** Has so many runs come to their end, by one process after the other, of which at most so many are killed in the middle. */
  ride(runs: number, most: number, measure: Measure): Promise<void>;
  end(): Promise<void>;
}

export interface StormOptions {
  house: CrashHouse;
  directory: SampleDirectory;
  /** From 0 to 1. */
  random(): number;
}

export function createStorm({ house, directory, random }: StormOptions): Storm {
  // Two wait for their turn, so that nobody waits for their start.
  const waiting = Array.from({ length: 2 }, () => startSyncProcess(house.env));
  let current: SyncProcess | null = null;
  const strikes = new Map<string, number>();

  const nextProcess = async (): Promise<SyncProcess> => {
    await current?.kill();
    // A minute later the lease of a killed process has run out by itself: here the minute is over at once.
    await house.write("UPDATE Lease SET expiresAt = ''");
    const process = waiting.shift() ?? startSyncProcess(house.env);
    waiting.push(startSyncProcess(house.env));
    await process.isOpen();
    current = process;
    return process;
  };

  const ended = async (runs: number, isOver: () => boolean = () => false): Promise<void> => {
    while (!isOver() && !(await house.haveEnded(runs))) await wait(5);
  };

  /** One of three: some time after the start, at a request, or some time after a step. Most requests come before the plan. */
  const aMoment = async (measure: Measure, isOver: () => boolean): Promise<void> => {
    const from = stepsDone(await house.run());
    const kind = random();
    if (kind < 0.15) return wait(random() * measure.ms * 1.5);
    if (kind < 0.5 && from === 0) return nthRequest(directory, Math.ceil(random() * measure.requests), isOver);
    const steps = 1 + Math.floor(random() * 2);
    while (!isOver() && stepsDone(await house.run()) < from + steps) await wait(3);
    await wait(random() * 30);
  };

  return {
    strikes,
    async ride(runs, most, measure) {
      for (let n = 0; n < most; n++) {
        const process = await nextProcess();
        let isOver = false;
        process.begin();
        await Promise.race([aMoment(measure, () => isOver), ended(runs, () => isOver)]);
        isOver = true;
        await process.kill();
        if (await house.haveEnded(runs)) return;
        const phase = await phaseOf(house, runs);
        strikes.set(phase, (strikes.get(phase) ?? 0) + 1);
      }
      (await nextProcess()).begin();
      await ended(runs);
    },
    async end() {
      for (const process of [current, ...waiting]) await process?.kill();
    },
  };
}

/** Of the run that is under way. The plan counts as one. */
function stepsDone(run: NewestRun | null): number {
  return run && !run.hasEnded ? run.isPlanned + run.appliedSeq : 0;
}

/** Strikes while the sample answers: the answer never arrives. */
function nthRequest({ faults }: SampleDirectory, n: number, isOver: () => boolean): Promise<void> {
  return new Promise((comes) => {
    let seen = 0;
    faults.unshift({
      kind: "drip",
      pieces: 1,
      everyMs: 0,
      where: () => {
        if (!isOver() && ++seen === n) comes();
        return false;
      },
    });
  });
}

async function phaseOf(house: CrashHouse, runs: number): Promise<string> {
  const [count] = await house.rows<{ n: number }>("SELECT COUNT(*) AS n FROM SyncRun");
  const run = await house.run();
  if (!run || count?.n !== runs) return "starting";
  if (!run.isPlanned) return "reading";
  return run.next ?? "ending";
}
