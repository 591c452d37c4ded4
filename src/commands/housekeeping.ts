import { schedule } from "node-cron";
import { forgetChanges } from "../actions/directories/forget-changes.ts";
import type { Log } from "../server/log.ts";
import type { Door } from "../work/door.ts";
import { everywhere } from "./open-house.ts";

export interface HousekeepingOptions {
  door: Door;
  log: Log;
  syncChangesDays: number;
}

const dayMs = 86_400_000;

/** Tidies up each night, and at the start for the nights when nobody was there. Any number of instances may do it at once. */
export function keepHouse({ door, log, syncChangesDays }: HousekeepingOptions): { stop(): Promise<void> } {
  let stopped = false;
  const tidy = async () => {
    try {
      const before = new Date(Date.now() - syncChangesDays * dayMs).toISOString();
      while (!stopped && (await door.act(everywhere, (work) => forgetChanges(work, { before }))) > 0);
    } catch (error) {
      log.error({ err: error }, "the housekeeping stumbled; it goes on the next night");
    }
  };
  let turn = tidy();
  const begin = () => {
    turn = turn.then(tidy);
    return turn;
  };
  const nightly = schedule("23 3 * * *", begin, { timezone: "UTC", noOverlap: true });
  return {
    async stop() {
      stopped = true;
      await nightly.destroy();
      await turn;
    },
  };
}
