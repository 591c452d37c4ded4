import { SyncStep } from "../../model/entities.ts";
import type { SyncAction, SyncChangeStatus } from "../../model/sync-change.ts";
import type { RunSummary } from "../../model/sync-summary.ts";
import type { Work } from "../../work/work.ts";
import { holdRun, type RunHold } from "./advance-run.ts";

/** A step as it is stored. */
export interface PackedStep {
  action: SyncAction;
  status: SyncChangeStatus;
  size: number;
  body: Buffer;
}

/** A plan and what it rests on. */
export interface StoredPlan {
  steps: readonly PackedStep[];
  basis: string;
  summary: RunSummary;
  requestCount: number;
  waitedMs: number;
  /** Whether it is applied at once, or waits for a person. */
  applies: boolean;
}

/** Keeps the plan of a run, whole. One that waits for a person is PLANNED only once the run has ended (`finishRun`). It changes nothing of the site, so that it leaves no trail. */
export async function storePlan(work: Work, hold: RunHold, plan: StoredPlan): Promise<void> {
  const permit = work.permit("syncPlan", { noun: "run", id: hold.runId });
  await holdRun(work, hold);
  // A run that was killed between its plan and its end may have some.
  await work.write("DELETE FROM SyncStep WHERE runId = ?", [hold.runId]);
  for (let from = 0; from < plan.steps.length; from += stepsAtOnce)
    await work.insert(
      SyncStep,
      plan.steps.slice(from, from + stepsAtOnce).map((step, index) => ({ runId: hold.runId, seq: from + index + 1, ...step })),
    );
  await work.write(
    "UPDATE SyncRun SET basis = ?, summary = ?, requestCount = ?, waitedMs = ?, stepCount = ?, status = ? WHERE id = ?",
    [
      plan.basis,
      JSON.stringify(plan.summary),
      plan.requestCount,
      plan.waitedMs,
      plan.steps.length,
      plan.applies ? "APPLYING" : "PLANNING",
      hold.runId,
    ],
  );
  work.unchanged(permit, undefined);
}

/** Packed steps have up to some 50 kB: one statement stays well below the databases' limit for a packet. */
const stepsAtOnce = 50;
