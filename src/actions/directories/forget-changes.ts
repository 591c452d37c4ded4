import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";

/** How many runs one work forgets the changes of: each can have had a million. */
const runsAtOnce = 10;

/**
 * Forgets the single changes of runs that were made before a moment, of every site: runs and the trail stay for ever (sync.md, S21).
 * What a run still holds for a person is kept until that is settled. Answers how many runs it was, 0 when there are no more.
 */
export async function forgetChanges(work: Work, { before }: { before: string }): Promise<number> {
  const permit = work.permit("syncChangesForget", { noun: "site", id: work.siteId });
  const runs = await work.rows<{ id: string }>(
    `SELECT r.id FROM SyncRun r WHERE r.createdAt < ? AND r.status NOT IN ('PLANNING', 'APPLYING', 'HELD')
       AND EXISTS (SELECT 1 FROM SyncStep s WHERE s.runId = r.id) ORDER BY r.id LIMIT ${runsAtOnce}`,
    [before],
  );
  const ids = runs.map(({ id }) => id);
  if (ids.length > 0) {
    await work.write(`DELETE FROM SyncException WHERE runId IN (${marks(ids)})`, ids);
    await work.write(`DELETE FROM SyncStep WHERE runId IN (${marks(ids)})`, ids);
  }
  return work.unchanged(permit, ids.length);
}
