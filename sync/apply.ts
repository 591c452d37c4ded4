import type { RunHold } from "../src/actions/directories/advance-run.ts";
import { type SyncAction, unpackChanges } from "../src/model/sync-change.ts";
import type { Door, Place } from "../src/work/door.ts";
import { applyStep, holdStep, lacksSeats, retryStep, type Step, type StepContext } from "./apply-step.ts";
import type { Change } from "./make-changes.ts";
import { createProofs, passedOver } from "./removal-proofs.ts";
import type { KnownIds } from "./resolve-changes.ts";
import type { DirectoryReader } from "./snapshot.ts";

/** How applying ended. */
export interface Applied {
  cancelled: boolean;
  /** Why removals were held after all, in sentences. */
  holds: string[];
}

/**
 * Applies the steps of a stored plan that are not done yet, in their order, each in one transaction (S16, S17). A change that is
 * refused fails alone (S18). Removals are made only once every candidate of their kind is proven to be gone (S12).
 */
export async function applySteps(context: StepContext & { reader: DirectoryReader }): Promise<Applied> {
  const { door, place, hold } = context;
  const known: KnownIds = { users: new Map(), groups: new Map() };
  const proofs = createProofs(context);
  const seatless: { step: Step; changes: Change[] }[] = [];
  for (;;) {
    const { step, cancelled } = await nextStep(door, place, hold);
    if (cancelled) return { cancelled, holds: proofs.reasons() };
    if (!step) break;
    const proof = step.bodies.some((body) => body.proof) ? await proofs.of(step) : null;
    if (proof?.reason) await holdStep(context, step);
    else {
      const refused = await applyStep(context, step, proof ? passedOver(step, proof) : [], known);
      const changes = refused.filter(({ refusal }) => lacksSeats(refusal)).map(({ change }) => change);
      if (changes.length > 0) seatless.push({ step, changes });
    }
  }
  for (const { step, changes } of seatless) await retryStep(context, step, changes);
  return { cancelled: false, holds: proofs.reasons() };
}

/** The next step to do. Steps that are held or only report are passed by. */
async function nextStep(
  door: Door,
  place: Place,
  { runId, appliedSeq }: RunHold,
): Promise<{ step: Step | null; cancelled: boolean }> {
  return door.look(place, async (reader) => {
    const [run] = await reader.rows<{ cancelled: number }>("SELECT cancelled FROM SyncRun WHERE id = ?", [runId]);
    const [row] = await reader.rows<{ seq: number; action: SyncAction; body: Buffer }>(
      "SELECT seq, action, body FROM SyncStep WHERE runId = ? AND seq > ? AND status = 'PLANNED' ORDER BY seq LIMIT 1",
      [runId, appliedSeq],
    );
    return {
      step: row ? { seq: row.seq, action: row.action, bodies: unpackChanges(row.body) } : null,
      cancelled: run?.cancelled === 1,
    };
  });
}
