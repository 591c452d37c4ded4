import { SyncRun } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";

/** Stops a run after the batch in hand; a plan that waits is dropped at once. What was applied stays. Answers the compact id. */
export async function cancelSync(work: Work, { runId }: { runId: string }): Promise<string> {
  const path = ["input", "runId"];
  const run = await findOrRefuse(work, SyncRun, "SyncRun", runId, path);
  const permit = work.permit("syncCancel", { noun: "run", id: run.id });
  if (run.status === "CANCELLED" || (run.cancelled && run.finishedAt === null)) return work.unchanged(permit, run.id);
  const waits = run.status === "PLANNED" || run.status === "HELD";
  const changed = waits
    ? await work.write("UPDATE SyncRun SET status = 'CANCELLED', cancelled = 1, finishedAt = ? WHERE id = ? AND status = ?", [
        work.now,
        run.id,
        run.status,
      ])
    : await work.write("UPDATE SyncRun SET cancelled = 1 WHERE id = ? AND status IN ('PLANNING', 'APPLYING')", [run.id]);
  if (changed === 0) throw new Refusal("WRONG_STATE", "This run has ended already.", path);
  await work.record(permit, [{ type: "SyncRun", id: run.id, label: run.startedByLabel, changes: { cancelled: [false, true] } }], {
    findable: [run.id, run.directoryId],
  });
  return run.id;
}
