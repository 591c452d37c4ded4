import { clockSql } from "../../database/dialect.ts";
import type { Work } from "../../work/work.ts";

/**
 * Claims the start of a run that has become due, by the database's clock, by moving the next one on; false when another instance
 * was first. However many were missed, one is claimed (S20). Moving a time on leaves no trail: the start of the run does.
 */
export async function claimDue(
  work: Work,
  { directoryId, dueAt, nextRunAt }: { directoryId: string; dueAt: string; nextRunAt: string | null },
): Promise<boolean> {
  const permit = work.permit("syncPlan", { noun: "directory", id: directoryId });
  const claimed = await work.write(
    `UPDATE Directory SET nextRunAt = ? WHERE id = ? AND siteId = ? AND nextRunAt = ? AND paused = 0 AND nextRunAt <= ${clockSql[work.dialect]}`,
    [nextRunAt, directoryId, work.siteId, dueAt],
  );
  return work.unchanged(permit, claimed > 0);
}
