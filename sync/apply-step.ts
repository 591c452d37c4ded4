import {
  endStep,
  holdRun,
  keepSummary,
  type RunHold,
  type StepException,
  withdrawExceptions,
} from "../src/actions/directories/advance-run.ts";
import { Refusal } from "../src/model/refusal.ts";
import type { SyncAction, SyncChangeBody } from "../src/model/sync-change.ts";
import type { RunSummary } from "../src/model/sync-summary.ts";
import type { Door, Place } from "../src/work/door.ts";
import type { SeatChange, Work } from "../src/work/work.ts";
import { kindOf } from "./guard.ts";
import { type Change, type Destination, makeChanges } from "./make-changes.ts";
import { type KnownIds, resolveChanges } from "./resolve-changes.ts";

/** What applying a step needs. `hold` and `summary` move along with every step that is done. */
export interface StepContext extends Destination {
  door: Door;
  place: Place;
  hold: RunHold;
  summary: RunSummary;
}

export interface Step {
  seq: number;
  action: SyncAction;
  bodies: SyncChangeBody[];
}

/** A change that was refused. */
interface Refused {
  change: Change;
  refusal: Refusal;
}

/**
 * Applies one step in one transaction, together with the note that it is done (S17). When it is refused as a whole, everything in
 * it that can be is applied, and what was refused is written down. `passedOver` are changes that are not made.
 */
export async function applyStep(
  context: StepContext,
  step: Step,
  passedOver: readonly StepException[],
  known: KnownIds,
): Promise<void> {
  const { door, place, hold, directoryId } = context;
  const resolved = await door.look(place, (reader) => resolveChanges(reader, directoryId, step.bodies, known));
  const isPassedOver = new Set(passedOver.map(({ position }) => position));
  const changes = resolved.changes.filter(({ position }) => !isPassedOver.has(position));
  const missing = resolved.missing.map(({ position, label }) => notHere(position, label));
  const exceptions = [...passedOver, ...missing];
  try {
    await endIn(context, step, exceptions, async (work) => {
      await holdRun(work, hold);
      if (changes.length === 0) work.unchanged(work.permit("syncApply", { noun: "run", id: hold.runId }), undefined);
      else await makeChanges(work, context, changes);
      return work.report.seats;
    });
    return;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  const refused = await applyParts(context, changes);
  const failed = refused.map(
    ({ change, refusal }): StepException => ({ position: change.position, status: statusOf(refusal), failure: refusal.message }),
  );
  const isSeatless = refused.some(({ refusal }) => lacksSeats(refusal));
  await endIn(
    context,
    step,
    [...exceptions, ...failed],
    async (work) => work.unchanged(work.permit("syncApply", { noun: "run", id: hold.runId }), []),
    isSeatless ? [...context.summary.seatless, step.seq] : undefined,
  );
}

/** Leaves a whole step, and with it all of its kind that is still to come, to a person. */
export async function holdStep({ door, place, hold, summary }: StepContext, step: Step, reason: string): Promise<void> {
  const { seq, bodies } = step;
  const untrusted = { ...summary.untrusted, [kindOf(step)]: reason };
  const after = { ...summary, held: summary.held + bodies.length, untrusted };
  await door.act(place, async (work) => {
    const permit = work.permit("syncApply", { noun: "run", id: hold.runId });
    await endStep(work, hold, { seq, status: "HELD", exceptions: [], summary: after });
    work.unchanged(permit, undefined);
  });
  Object.assign(summary, after);
  hold.appliedSeq = seq;
}

/** Tries what failed in a step in which somebody lacked a seat once more, now that others have left theirs (S16). */
export async function retryStep(
  context: StepContext,
  { step, failed }: { step: Step; failed: ReadonlySet<number> },
  known: KnownIds,
): Promise<void> {
  const { door, place, hold, summary, directoryId } = context;
  const resolved = await door.look(place, (reader) => resolveChanges(reader, directoryId, step.bodies, known));
  const changes = resolved.changes.filter(({ position }) => failed.has(position));
  const still = new Set((await applyParts(context, changes)).map(({ change }) => change));
  const made = changes.filter((change) => !still.has(change)).map(({ position }) => position);
  const after = {
    ...summary,
    applied: summary.applied + made.length,
    failed: summary.failed - made.length,
    seatless: summary.seatless.filter((seq) => seq !== step.seq),
  };
  await door.act(place, async (work) => {
    const permit = work.permit("syncApply", { noun: "run", id: hold.runId });
    await holdRun(work, hold);
    if (made.length > 0) await withdrawExceptions(work, hold.runId, step.seq, made);
    await keepSummary(work, hold.runId, after);
    work.unchanged(permit, undefined);
  });
  Object.assign(summary, after);
}

/** Does the rest of a step and ends it, in one transaction; the counts move only once that is committed. */
async function endIn(
  context: StepContext,
  step: Step,
  exceptions: readonly StepException[],
  rest: (work: Work) => Promise<readonly SeatChange[]>,
  seatless = context.summary.seatless,
) {
  const { door, place, hold, summary } = context;
  const failed = exceptions.filter(({ status }) => status !== "SKIPPED").length;
  const after = await door.act(place, async (work) => {
    const seats = await rest(work);
    const moved = {
      ...withSeats(summary, seats),
      applied: summary.applied + step.bodies.length - exceptions.length,
      failed: summary.failed + failed,
      seatless,
    };
    await endStep(work, hold, { seq: step.seq, status: "APPLIED", exceptions, summary: moved });
    return moved;
  });
  Object.assign(summary, after);
  hold.appliedSeq = step.seq;
}

/**
 * Applies what can be applied of changes that were refused together, by halves, until what is refused stands alone (S18). Every
 * action leaves alone what is done already, so that after a kill in between the whole step can be started over; the seats that a
 * part moved are kept with it.
 */
async function applyParts(context: StepContext, changes: readonly Change[]): Promise<Refused[]> {
  const { door, place, hold, summary } = context;
  const refused: Refused[] = [];
  let isFull = false;
  const part = async (some: readonly Change[]): Promise<void> => {
    try {
      const after = await door.act(place, async (work) => {
        await holdRun(work, hold);
        await makeChanges(work, context, some);
        const moved = withSeats(summary, work.report.seats);
        await keepSummary(work, hold.runId, moved);
        return moved;
      });
      Object.assign(summary, after);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      isFull ||= some.length === 1 && lacksSeats(error);
      // Newcomers all get the same: where one found no seat, whoever comes later finds none either.
      const isHopeless = isFull && lacksSeats(error) && some[0]?.body.action === "USER_CREATE";
      if (some.length === 1 || isHopeless) refused.push(...some.map((change) => ({ change, refusal: error })));
      else await halves(some);
    }
  };
  const halves = async (some: readonly Change[]): Promise<void> => {
    const middle = Math.ceil(some.length / 2);
    for (const half of [some.slice(0, middle), some.slice(middle)]) if (half.length > 0) await part(half);
  };
  await halves(changes);
  return refused;
}

/** True when seats were all that was missing. */
function lacksSeats({ problems }: Refusal): boolean {
  return problems.every(({ code }) => code === "NO_SEATS");
}

/** An address or a name that somebody else has is a question for a person. */
function statusOf({ problems }: Refusal): "DISPUTED" | "FAILED" {
  return problems.every(({ code }) => code === "TAKEN") ? "DISPUTED" : "FAILED";
}

function notHere(position: number, label: string): StepException {
  return { position, status: "FAILED", failure: `${label} is not here, because bringing it failed.` };
}

function withSeats(summary: RunSummary, moves: readonly SeatChange[]): RunSummary {
  const seats = new Map(summary.seats.map((seat) => [seat.applicationId, seat]));
  for (const { applicationId, change, usedAfter } of moves)
    seats.set(applicationId, { applicationId, change: change + (seats.get(applicationId)?.change ?? 0), usedAfter });
  return { ...summary, seats: [...seats.values()] };
}
