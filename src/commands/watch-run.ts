import { setTimeout as wait } from "node:timers/promises";
import type { Door, Place } from "../work/door.ts";
import { remark } from "./exit.ts";

/** How far a run is. `appliedSeq` counts the steps that are done. */
export interface RunProgress {
  status: string;
  stepCount: number;
  appliedSeq: number;
}

/** Where nobody looks at a terminal, the same news is told again after so many seconds. */
const repeatedAfter = 10;

/** How far a run is, in words. */
export function inWords({ status, stepCount, appliedSeq }: RunProgress, seconds: number): string {
  if (status === "PLANNING") return `Reading the directory … ${seconds} s`;
  const share = stepCount > 0 ? Math.floor((100 * appliedSeq) / stepCount) : 100;
  return `Applying … ${share} % of ${stepCount.toLocaleString("en-US")} steps, ${seconds} s`;
}

/**
 * Tells on standard error how far a run is while it is made: each second in place on a terminal, else a line every ten seconds, so
 * that a log is not filled.
 */
export async function watching<T>(
  { door, place, runId }: { door: Door; place: Place; runId: string },
  made: Promise<T>,
): Promise<T> {
  const ended = made.then(
    () => true,
    () => true,
  );
  const isTerminal = process.stderr.isTTY === true;
  for (let seconds = 1; !(await Promise.race([ended, wait(1000, false, { ref: false })])); seconds++) {
    if (!isTerminal && seconds % repeatedAfter > 0) continue;
    const progress = await readProgress(door, place, runId);
    if (!progress) continue;
    if (isTerminal) process.stderr.write(`\r\x1b[K${inWords(progress, seconds)}`);
    else remark(inWords(progress, seconds));
  }
  if (isTerminal) process.stderr.write("\r\x1b[K");
  return made;
}

/** Null when it cannot be told now: a run does not fail because nobody could watch it. */
async function readProgress(door: Door, place: Place, runId: string): Promise<RunProgress | null> {
  const sql = "SELECT status, stepCount, appliedSeq FROM SyncRun WHERE siteId = ? AND id = ?";
  const rows = await door.look(place, (reader) => reader.rows<RunProgress>(sql, [place.siteId, runId])).catch(() => []);
  return rows[0] ?? null;
}
