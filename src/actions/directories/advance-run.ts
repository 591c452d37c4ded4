import { SyncException } from "../../model/entities.ts";
import type { SyncChangeStatus } from "../../model/sync-change.ts";
import type { RunSummary } from "../../model/sync-summary.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";

/** This process is not the one that makes the run any more: it must write nothing more (S19). */
export class LostRun extends Error {
  constructor() {
    super("Another process has taken this run over, or it was ended");
    this.name = "LostRun";
  }
}

/** Where a run stands, and under which fencing number it is made. */
export interface RunHold {
  runId: string;
  fence: number;
  /** The last step that is done. */
  appliedSeq: number;
}

/** A change of a step that went another way than its step. */
export interface StepException {
  position: number;
  status: SyncChangeStatus;
  failure: string;
}

/** How a step ended. */
export interface StepEnd {
  seq: number;
  status: "APPLIED" | "HELD";
  exceptions: readonly StepException[];
  summary: RunSummary;
}

/**
 * Makes sure, in the transaction that applies (part of) a step, that the run is still this process's and stands where it thinks
 * (S17, S19). Throws `LostRun` otherwise, which rolls the work back.
 */
export async function holdRun(work: Work, { runId, fence, appliedSeq }: RunHold): Promise<void> {
  // Counts rows that match, not rows that change: both drivers do.
  const held = await work.write(
    "UPDATE SyncRun SET appliedSeq = ? WHERE id = ? AND appliedSeq = ? AND fence = ? AND status IN ('PLANNING', 'APPLYING')",
    [appliedSeq, runId, appliedSeq, fence],
  );
  if (held === 0) throw new LostRun();
}

/** Writes down that a step is done, in the transaction that does it (S17). */
export async function endStep(work: Work, hold: RunHold, { seq, status, exceptions, summary }: StepEnd): Promise<void> {
  const { runId, fence, appliedSeq } = hold;
  const moved = await work.write(
    "UPDATE SyncRun SET appliedSeq = ?, summary = ? WHERE id = ? AND appliedSeq = ? AND fence = ? AND status = 'APPLYING'",
    [seq, JSON.stringify(summary), runId, appliedSeq, fence],
  );
  if (moved === 0) throw new LostRun();
  await work.write("UPDATE SyncStep SET status = ? WHERE runId = ? AND seq = ?", [status, runId, seq]);
  await work.write("DELETE FROM SyncException WHERE runId = ? AND seq = ?", [runId, seq]);
  await work.insert(
    SyncException,
    exceptions.map(({ failure, ...exception }) => ({ runId, seq, ...exception, failure: failure.slice(0, 1000) })),
  );
}

/** Writes down how far a run whose step is not done yet came, in a work that holds the run. */
export async function keepSummary(work: Work, runId: string, summary: RunSummary): Promise<void> {
  await work.write("UPDATE SyncRun SET summary = ? WHERE id = ?", [JSON.stringify(summary), runId]);
}

/** Takes back exceptions of a step whose changes went through after all. */
export async function withdrawExceptions(work: Work, runId: string, seq: number, positions: readonly number[]): Promise<void> {
  await work.write(`DELETE FROM SyncException WHERE runId = ? AND seq = ? AND position IN (${marks(positions)})`, [
    runId,
    seq,
    ...positions,
  ]);
}
