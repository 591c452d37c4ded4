import { setTimeout as wait } from "node:timers/promises";
import { wireSync } from "../../sync/main.ts";
import type { ReadingProgress } from "../../sync/reading-progress.ts";
import { cancelSync } from "../actions/directories/cancel-sync.ts";
import type { Config } from "../config.ts";
import { isOutage } from "../database/dialect.ts";
import { publicId } from "../model/id.ts";
import type { Log } from "../server/log.ts";
import type { Door, Place } from "../work/door.ts";
import { exitCodes, remark } from "./exit.ts";
import { watching } from "./watch-run.ts";

interface Making {
  door: Door;
  place: Place;
  config: Pick<Config, "googleApiUrl" | "googleTokenUrl" | "googleQueriesPerMinute">;
  log: Log;
  runId: string;
}

/**
 * Makes a run to its end and tells how far it is. Where a gateway's schedule was quicker, waits for the end of what that makes. When the
 * command is asked to stop, the run is cancelled: otherwise a gateway would go on with it.
 */
export async function makeRun({ door, place, config, log, runId }: Making): Promise<void> {
  let reading: ReadingProgress | null = null;
  const { runner } = wireSync({
    door,
    // How the run ended is what the command is going to tell.
    log: { info: () => undefined, warn: log.warn.bind(log), error: log.error.bind(log) },
    isOutage,
    googleApiUrl: config.googleApiUrl,
    googleTokenUrl: config.googleTokenUrl,
    googleQueriesPerMinute: config.googleQueriesPerMinute,
    onReading: (_, progress) => {
      reading = progress;
    },
  });
  const stop = onStop(async () => {
    remark("Cancelling: the run ends after the step in hand. Once more ends this command at once.");
    await door
      .act(place, (work) => cancelSync(work, { runId: publicId("SyncRun", runId) }))
      .catch((error) => remark(String(error)));
  });
  try {
    const made = toItsEnd(() => runner.run(runId), door, place, runId);
    await watching({ door, place, runId, reading: () => reading }, made);
  } finally {
    stop.dispose();
  }
}

async function toItsEnd(make: () => Promise<string | null>, door: Door, place: Place, runId: string): Promise<void> {
  const sql = "SELECT id FROM SyncRun WHERE siteId = ? AND id = ? AND status IN ('PLANNING', 'APPLYING')";
  while ((await make()) === null) {
    const underWay = await door.look(place, (reader) => reader.rows<{ id: string }>(sql, [place.siteId, runId]));
    if (underWay.length === 0) return;
    await wait(1000);
  }
}

/** Calls back at the first Ctrl-C or SIGTERM; the second one ends the process. */
function onStop(call: () => Promise<void>): { dispose(): void } {
  let asked = false;
  const onSignal = () => {
    if (asked) process.exit(exitCodes.failed);
    asked = true;
    void call();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return { dispose: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal) };
}
