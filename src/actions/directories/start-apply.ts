import { Directory, SyncRun } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import { emptySummary, readSummary } from "../../model/sync-summary.ts";
import { readBasis } from "../../queries/held-basis.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { addRun, refuseWhileUnderWay } from "./start-sync.ts";

/** Exactly one of `runId` and `directoryId`, public ids. */
export interface StartApply {
  runId?: string | null;
  directoryId?: string | null;
  /** Also applies what the run holds back, each removal proven again. Only with a `runId`. */
  approveRemovals?: boolean;
}

/** How long a plan may be applied. Milliseconds. */
const planLivesMs = 24 * 60 * 60 * 1000;

/**
 * Starts to apply a plan, or to plan and apply at once as the schedule does. A plan is refused as EXPIRED after 24 hours or when
 * what it rests on has changed (S9); planning and applying at once is refused until a person applied a plan (S14). Answers the
 * run's compact id.
 */
export async function startApply(work: Work, { runId, directoryId, approveRemovals = false }: StartApply): Promise<string> {
  if (typeof runId === "string") return applyPlan(work, runId, approveRemovals);
  const path = ["input", "target", "directoryId"];
  const directory = await findOrRefuse(work, Directory, "Directory", directoryId ?? "", path);
  const permit = work.permit("syncApply", { noun: "directory", id: directory.id });
  if (approveRemovals)
    throw new Refusal("INVALID", "Removals are approved for one run: give its id.", ["input", "approveRemovals"]);
  refuseWhilePaused(directory, path);
  if (!directory.trusted)
    throw new Refusal(
      "WRONG_STATE",
      "This directory is new, or its settings changed. Make a plan, look at it, and apply that.",
      path,
    );
  await refuseWhileUnderWay(work, directory, path);
  const id = await addRun(work, directory, "APPLYING", emptySummary());
  await work.record(permit, [{ type: "SyncRun", id, label: directory.name }], { findable: [id, directory.id] });
  return id;
}

async function applyPlan(work: Work, publicRunId: string, approveRemovals: boolean): Promise<string> {
  const path = ["input", "target", "runId"];
  const run = await findOrRefuse(work, SyncRun, "SyncRun", publicRunId, path);
  const permit = work.permit("syncApply", { noun: "run", id: run.id });
  const [directory] = await work.byIds(Directory, [run.directoryId]);
  if (!directory) throw new Refusal("WRONG_STATE", "The directory of this run was disconnected.", path);
  refuseWhilePaused(directory, path);
  await refuseWhileUnderWay(work, directory, path);
  const isHeld = run.status === "HELD" && approveRemovals;
  if (run.status !== "PLANNED" && !isHeld)
    throw new Refusal(
      "WRONG_STATE",
      run.status === "HELD"
        ? "This run holds removals: approve them to apply them."
        : "Only a plan that was not applied yet can be applied.",
      path,
    );
  if (Date.parse(work.now) - Date.parse(run.createdAt) > planLivesMs)
    throw new Refusal("EXPIRED", "This plan is older than 24 hours. Make a new one.", path);
  const planned = readSummary(run.summary);
  if (isHeld && planned.directoryVersion !== directory.version)
    throw new Refusal("EXPIRED", "The directory's settings changed since this run. Make a plan by the new ones.", path);
  // What a run holds was planned before it applied the rest, so only a plan that changed nothing yet can ask for the same basis.
  if (!isHeld && run.basis !== (await readBasis(work, directory.id)))
    throw new Refusal(
      "EXPIRED",
      "The directory's settings or its users and groups here changed since this plan was made. Make a new one.",
      path,
    );

  const summary = { ...planned, approved: true, removalsApproved: approveRemovals, seatless: [], untrusted: {} };
  const from = approveRemovals ? await releaseHeld(work, run.id, isHeld) : 0;
  const changed = await work.write(
    `UPDATE SyncRun SET status = 'APPLYING', summary = ?, failure = NULL, appliedSeq = ?, cancelled = 0, finishedAt = NULL
     WHERE id = ? AND status = ?`,
    [JSON.stringify(summary), from, run.id, run.status],
  );
  if (changed === 0) throw new Refusal("CONFLICT", "Someone applied this plan just now.", path);
  if (summary.person === null) await work.write("UPDATE Directory SET lastRunId = ? WHERE id = ?", [run.id, directory.id]);
  await work.record(
    permit,
    [
      {
        type: "SyncRun",
        id: run.id,
        label: directory.name,
        changes: { status: [run.status, "APPLYING"], removalsApproved: [false, approveRemovals] },
      },
    ],
    { findable: [run.id, directory.id] },
  );
  return run.id;
}

/** Puts held steps back among those to do, and says behind which step to go on. */
async function releaseHeld(work: Work, runId: string, isHeld: boolean): Promise<number> {
  const [first] = await work.rows<{ seq: number | null }>(
    "SELECT MIN(seq) AS seq FROM SyncStep WHERE runId = ? AND status = 'HELD'",
    [runId],
  );
  await work.write("UPDATE SyncStep SET status = 'PLANNED' WHERE runId = ? AND status = 'HELD'", [runId]);
  return isHeld && first?.seq ? first.seq - 1 : 0;
}

function refuseWhilePaused(directory: Directory, path: string[]): void {
  if (directory.paused) throw new Refusal("WRONG_STATE", "This directory is paused. Resume it first.", path);
}
