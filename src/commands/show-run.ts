import { changeAsJson, runAsJson } from "../../sync/report/json-lines.ts";
import { isOpen, type ReportOptions, reportRun } from "../../sync/report.ts";
import { publicId } from "../model/id.ts";
import { readFullNames, readWholeRun, type WholeRun } from "../queries/whole-run.ts";
import type { Door, Place } from "../work/door.ts";
import { exitCodes, tellPatiently } from "./exit.ts";

/** How a run is shown. */
export interface ShowOptions extends Pick<ReportOptions, "site" | "width" | "paint" | "all"> {
  json: boolean;
}

/** Prints a run, and answers the exit code; null when the site has no such run. */
export async function showRun(door: Door, place: Place, runId: string, options: ShowOptions): Promise<number | null> {
  const run = await door.look(place, (reader) => readWholeRun(reader, runId));
  if (!run) return null;
  if (options.json) {
    for (const change of run.changes) await tellPatiently(changeAsJson(change));
    await tellPatiently(runAsJson(run));
    return exitCodeOf(run);
  }
  const known = new Set(run.changes.flatMap(({ body }) => (body.subjectType === "User" && body.subjectId) || []));
  const names = await door.look(place, (reader) => readFullNames(reader, [...known]));
  await tellPatiently(reportRun(run, { ...options, runId: publicId("SyncRun", run.id), names }));
  return exitCodeOf(run);
}

/** 0 nothing to do, or done; 2 changes are planned or held; 1 failed, in part too, or cancelled (S21). */
export function exitCodeOf(run: Pick<WholeRun, "status" | "changes">): number {
  if (run.status === "FAILED" || run.status === "CANCELLED" || run.status === "PARTIAL") return exitCodes.failed;
  return isOpen(run) ? exitCodes.planned : exitCodes.done;
}
