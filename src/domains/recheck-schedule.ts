import { type ScheduledTask, schedule } from "node-cron";
import { type RecheckOptions, recheckAll } from "./recheck.ts";

/** Checks domains once a day. */
export interface RecheckSchedule {
  /** Starts nothing more, and waits for the looks in hand. */
  stop(): Promise<void>;
}

/** Any number of instances may have one. A day that was missed is made up for at the start. */
export function startRechecks(options: Omit<RecheckOptions, "stopped">): RecheckSchedule {
  const stopping = new AbortController();
  let round: Promise<void> = Promise.resolve();
  const tick = () => {
    round = recheckAll({ ...options, stopped: stopping.signal }).catch((error: unknown) =>
      options.log.error({ err: error }, "Domains could not be checked; they are tomorrow"),
    );
    return round;
  };
  const ticker: ScheduledTask = schedule("17 3 * * *", tick, { timezone: "UTC", noOverlap: true });
  void tick();
  return {
    async stop() {
      stopping.abort();
      await ticker.destroy();
      await round;
    },
  };
}
