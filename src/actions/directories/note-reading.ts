import type { RunSummary } from "../../model/sync-summary.ts";
import type { Work } from "../../work/work.ts";
import type { RunHold } from "./advance-run.ts";

/**
 * Writes down how far the reading of a run is, for whoever polls it. Whoever lost the run, or has its plan already, writes nothing. It
 * changes nothing of the site, so that it leaves no trail.
 */
export async function noteReading(
  work: Work,
  { runId, fence }: Pick<RunHold, "runId" | "fence">,
  { summary, requestCount }: { summary: RunSummary; requestCount: number },
): Promise<void> {
  const permit = work.permit("syncApply", { noun: "run", id: runId });
  await work.write(
    `UPDATE SyncRun SET summary = ?, requestCount = ?
     WHERE id = ? AND fence = ? AND basis IS NULL AND status IN ('PLANNING', 'APPLYING')`,
    [JSON.stringify(summary), requestCount, runId, fence],
  );
  work.unchanged(permit, undefined);
}
