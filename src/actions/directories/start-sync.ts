import { referenceTo } from "../../model/actor.ts";
import { Directory, SyncRun } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { Refusal } from "../../model/refusal.ts";
import { emptySummary, type RunSummary } from "../../model/sync-summary.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdDirectory } from "./hold-directory.ts";

/** Starts a plan of what a sync would change, changing nothing. Refused while a run is under way. Answers the run's compact id. */
export async function startSync(work: Work, { directoryId }: { directoryId: string }): Promise<string> {
  const directory = await findOrRefuse(work, Directory, "Directory", directoryId, ["input", "directoryId"]);
  const permit = work.permit("syncPlan", { noun: "directory", id: directory.id });
  await refuseWhileUnderWay(work, directory, ["input", "directoryId"]);
  // A plan may show what only a person's plan may do, since only a person can have it applied.
  const runId = await addRun(work, directory, "PLANNING", { ...emptySummary(), approved: true });
  await work.record(permit, [{ type: "SyncRun", id: runId, label: directory.name }], { findable: [runId, directory.id] });
  return runId;
}

/** A run that is PLANNING plans only; one that is APPLYING and has no basis yet plans first. */
export async function addRun(
  work: Work,
  directory: Directory,
  status: "PLANNING" | "APPLYING",
  summary: RunSummary,
): Promise<string> {
  const id = newId();
  const by = referenceTo(work.actor);
  // A directory that runs by itself was started by its schedule: by nobody.
  const starter = by.kind === "directory" ? { kind: null, id: null } : by;
  await work.insert(SyncRun, [
    {
      id,
      siteId: work.siteId,
      directoryId: directory.id,
      status,
      startedByKind: starter.kind,
      startedById: starter.id,
      startedByLabel: by.kind === "directory" ? "schedule" : by.label,
      summary: JSON.stringify(summary),
      requestCount: 0,
      waitedMs: 0,
      stepCount: 0,
      appliedSeq: 0,
      fence: 0,
      cancelled: false,
      createdAt: work.now,
    },
  ]);
  // The directory is judged by runs about everybody.
  if (summary.person === null) await work.write("UPDATE Directory SET lastRunId = ? WHERE id = ?", [id, directory.id]);
  return id;
}

/** One run of a directory at a time. */
export async function refuseWhileUnderWay(work: Work, directory: Directory, path: string[]): Promise<void> {
  await holdDirectory(work, directory.id);
  const [running] = await work.rows<{ id: string }>(
    "SELECT id FROM SyncRun WHERE directoryId = ? AND siteId = ? AND status IN ('PLANNING', 'APPLYING')",
    [directory.id, work.siteId],
  );
  if (running) throw new Refusal("WRONG_STATE", "A run of this directory is under way. Wait for its end, or cancel it.", path);
}
