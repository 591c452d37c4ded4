import type { Door, Place } from "../work/door.ts";
import { tellingProgress } from "./telling-progress.ts";

/** How far a run is. `appliedSeq` counts the steps that are done. */
export interface RunProgress {
  status: string;
  stepCount: number;
  appliedSeq: number;
}

/** How far a run is, in words. */
export function inWords({ status, stepCount, appliedSeq }: RunProgress, seconds: number): string {
  if (status === "PLANNING") return `Reading the directory … ${seconds} s`;
  const share = stepCount > 0 ? Math.floor((100 * appliedSeq) / stepCount) : 100;
  return `Applying … ${share} % of ${stepCount.toLocaleString("en-US")} steps, ${seconds} s`;
}

/** Tells how far a run is while it is made. */
export function watching<T>({ door, place, runId }: { door: Door; place: Place; runId: string }, made: Promise<T>): Promise<T> {
  return tellingProgress(async (seconds) => {
    const progress = await readProgress(door, place, runId);
    return progress && inWords(progress, seconds);
  }, made);
}

/** Null when it cannot be told now: a run does not fail because nobody could watch it. */
async function readProgress(door: Door, place: Place, runId: string): Promise<RunProgress | null> {
  const sql = "SELECT status, stepCount, appliedSeq FROM SyncRun WHERE siteId = ? AND id = ?";
  const rows = await door.look(place, (reader) => reader.rows<RunProgress>(sql, [place.siteId, runId])).catch(() => []);
  return rows[0] ?? null;
}
