import type { RunHold } from "../src/actions/directories/advance-run.ts";
import { unpackChanges } from "../src/model/sync-change.ts";
import type { Door, Place } from "../src/work/door.ts";
import { applyStep, holdStep, retryStep, type Step, type StepContext } from "./apply-step.ts";
import { createProofs, passedOver } from "./removal-proofs.ts";
import type { KnownIds } from "./resolve-changes.ts";
import type { DirectoryReader } from "./snapshot.ts";

/**
 * Applies the steps of a stored plan that are not done yet, in their order, each in one transaction (S16, S17). A change that is
 * refused fails alone (S18). Removals are made only once every candidate of their kind is proven to be gone (S12). What has to be
 * known later on is kept with the run, for whoever takes it up.
 */
export async function applySteps(context: StepContext & { reader: DirectoryReader }): Promise<{ cancelled: boolean }> {
  const { door, place, hold, summary } = context;
  const known: KnownIds = { users: new Map(), groups: new Map() };
  const proofs = createProofs(context);
  for (;;) {
    const { step, cancelled } = await nextStep(door, place, hold);
    if (cancelled) return { cancelled };
    if (!step) break;
    const proof = step.bodies.some((body) => body.proof) ? await proofs.of(step) : null;
    if (proof?.reason) await holdStep(context, step, proof.reason);
    else await applyStep(context, step, proof ? passedOver(step, proof) : [], known);
  }
  for (const seq of [...summary.seatless]) await retryStep(context, await readStep(door, place, hold, seq), known);
  return { cancelled: false };
}

type StepRow = Pick<Step, "seq" | "action"> & { body: Buffer };

/** The next step to do. Steps that are held or only report are passed by. */
async function nextStep(
  door: Door,
  place: Place,
  { runId, appliedSeq }: RunHold,
): Promise<{ step: Step | null; cancelled: boolean }> {
  return door.look(place, async (reader) => {
    const [run] = await reader.rows<{ cancelled: number }>("SELECT cancelled FROM SyncRun WHERE id = ?", [runId]);
    const [row] = await reader.rows<StepRow>(
      "SELECT seq, action, body FROM SyncStep WHERE runId = ? AND seq > ? AND status = 'PLANNED' ORDER BY seq LIMIT 1",
      [runId, appliedSeq],
    );
    return { step: row ? unpacked(row) : null, cancelled: run?.cancelled === 1 };
  });
}

/** A step that is done, with the places of what failed in it. */
async function readStep(
  door: Door,
  place: Place,
  { runId }: RunHold,
  seq: number,
): Promise<{ step: Step; failed: ReadonlySet<number> }> {
  return door.look(place, async (reader) => {
    const [row] = await reader.rows<StepRow>("SELECT seq, action, body FROM SyncStep WHERE runId = ? AND seq = ?", [runId, seq]);
    const failures = await reader.rows<{ position: number }>(
      "SELECT position FROM SyncException WHERE runId = ? AND seq = ? AND status = 'FAILED'",
      [runId, seq],
    );
    if (!row) throw new Error(`The run ${runId} has no step ${seq} any more`);
    return { step: unpacked(row), failed: new Set(failures.map(({ position }) => position)) };
  });
}

function unpacked({ seq, action, body }: StepRow): Step {
  return { seq, action, bodies: unpackChanges(body) };
}
