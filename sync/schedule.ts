import { setTimeout as wait } from "node:timers/promises";
import { schedule as everyMinute, type ScheduledTask } from "node-cron";
import { claimDue } from "../src/actions/directories/claim-due.ts";
import { nextRunOf } from "../src/actions/directories/next-run.ts";
import { startApply } from "../src/actions/directories/start-apply.ts";
import { startSync } from "../src/actions/directories/start-sync.ts";
import type { Actor } from "../src/model/actor.ts";
import type { DirectorySettings } from "../src/model/directory-settings.ts";
import { publicId } from "../src/model/id.ts";
import { Refusal } from "../src/model/refusal.ts";
import { allScopes } from "../src/model/scope.ts";
import { type DueDirectory, listAbandonedRuns, listDueDirectories } from "../src/queries/sync-runs-to-do.ts";
import type { Door, Place } from "../src/work/door.ts";
import type { RunLog } from "./lease.ts";
import type { SyncRunner } from "./run.ts";

export interface ScheduleOptions {
  door: Door;
  runner: SyncRunner;
  log: RunLog;
  /** Knows when the database itself is the trouble. */
  isOutage(error: unknown): boolean;
}

/** Starts runs when they are due. */
export interface Schedule {
  start(): void;
  /** Looks once: starts what is due, takes up what was left behind, and waits for none of it. */
  tick(): Promise<void>;
  /** Starts nothing more, and waits for the runs in hand. */
  stop(): Promise<void>;
}

const day = 24 * 60 * 60 * 1000;

const everywhere: Place = {
  siteId: "",
  actor: { kind: "operator", label: "gatehouse", scopes: new Set(allScopes), ipAddress: null },
};

/** The schedule of all directories (S20). Any number of instances may have one: each start is claimed by one of them. */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { door, runner, log } = options;
  const running = new Map<string, Promise<unknown>>();
  /** Runs that were in hand when somebody called: what is to be done may wait for their end, such as the plan just made to be applied. */
  const calledDuring = new Set<string>();
  const stopping = new AbortController();
  let ticker: ScheduledTask | null = null;

  /** Makes a run, going on with it however often the database goes away meanwhile. */
  const goOn = async (runId: string) => {
    for (let pause = 1000; !stopping.signal.aborted; pause = Math.min(60_000, pause * 2))
      try {
        await runner.run(runId);
        return;
      } catch (error) {
        log.error({ err: error, runId }, "A sync run was interrupted; it is taken up again");
        await wait(pause, undefined, stopping).catch(() => undefined);
      }
  };

  const make = (runId: string) => {
    if (running.has(runId)) return;
    const run = goOn(runId).finally(() => {
      running.delete(runId);
      if (calledDuring.delete(runId) && !stopping.signal.aborted) void look();
    });
    running.set(runId, run);
  };

  const look = async () => {
    try {
      const dayAgo = new Date(Date.now() - day).toISOString();
      const due = await door.look(everywhere, (reader) => listDueDirectories(reader, { dayAgo }));
      for (const directory of due) {
        const runId = await startDue(options, directory);
        if (runId) make(runId);
      }
      for (const runId of await door.look(everywhere, listAbandonedRuns)) make(runId);
    } catch (error) {
      log.error({ err: error }, "The schedule could not look for due runs; it looks again in a minute");
    }
  };

  const tick = () => {
    for (const runId of running.keys()) calledDuring.add(runId);
    return look();
  };

  return {
    start() {
      ticker ??= everyMinute("* * * * *", tick, { timezone: "UTC", noOverlap: true });
      // What fell due, or was left behind, while nobody was there.
      void tick();
    },
    tick,
    async stop() {
      stopping.abort();
      await ticker?.destroy();
      ticker = null;
      await Promise.allSettled(running.values());
    },
  };
}

/**
 * Claims a due start and makes it a run: a plan only, until a person applied one (S14). Null when there is nothing to start. Throws
 * only when the database does not answer: what is wrong with one directory hinders no other (S18).
 */
async function startDue({ door, log, isOutage }: ScheduleOptions, directory: DueDirectory): Promise<string | null> {
  const { id, siteId, name, failedRuns, nextRunAt: dueAt } = directory;
  const actor: Actor = {
    kind: "directory",
    directoryId: id,
    approved: false,
    label: name,
    scopes: new Set(allScopes),
    ipAddress: null,
  };
  const place = { siteId, actor };
  try {
    const { schedule } = JSON.parse(directory.settings) as DirectorySettings; // as: only the directory's own actions write it
    // However many were missed, the next one is in the future.
    const claim = { directoryId: id, dueAt, nextRunAt: nextRunOf({ schedule, failedRuns }, new Date()) };
    return await claimAndStart({ door, log }, place, directory, claim);
  } catch (error) {
    if (isOutage(error)) throw error;
    log.error({ directoryId: id, err: error }, "A due run could not be started");
    return null;
  }
}

/** Claims a start and begins it in one: a process that dies in between would lose the start. */
async function claimAndStart(
  { door, log }: Pick<ScheduleOptions, "door" | "log">,
  place: Place,
  { id, trusted, hasPlan, status }: DueDirectory,
  claim: Parameters<typeof claimDue>[1],
): Promise<string | null> {
  const target = { directoryId: publicId("Directory", id) };
  try {
    return await door.act(place, async (work) => {
      if (!(await claimDue(work, claim)) || (!trusted && hasPlan)) return null;
      return trusted && status !== "NEW" ? startApply(work, target) : startSync(work, target);
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log.info({ directoryId: id, reason: error.message }, "A due run was not started");
    await door.act(place, (work) => claimDue(work, claim));
    return null;
  }
}
