import { endStep, holdRun, type RunHold, type StepException, withdrawExceptions } from "../src/actions/directories/advance-run.ts";
import { Refusal } from "../src/model/refusal.ts";
import { type SyncAction, type SyncChangeBody, unpackChanges } from "../src/model/sync-change.ts";
import type { RunSummary } from "../src/model/sync-summary.ts";
import { marks } from "../src/queries/reader.ts";
import type { Door, Place } from "../src/work/door.ts";
import type { SeatChange, Work } from "../src/work/work.ts";
import { kindOf, type RemovalKind } from "./guard.ts";
import { type Change, type Destination, makeChanges } from "./make-changes.ts";
import { proveRemovals, type Verdict } from "./prove.ts";
import { type KnownIds, resolveChanges } from "./resolve-changes.ts";
import type { DirectoryReader } from "./snapshot.ts";

/** What applying a plan needs. `hold` and `summary` move along with it. */
export interface Application extends Destination {
  door: Door;
  place: Place;
  hold: RunHold;
  summary: RunSummary;
  reader: DirectoryReader;
}

/** How it ended. */
export interface Applied {
  cancelled: boolean;
  /** Why removals were held after all, in sentences. */
  holds: string[];
}

interface Step {
  seq: number;
  action: SyncAction;
  bodies: SyncChangeBody[];
}

/** A change that was refused. */
interface Refused {
  change: Change;
  refusal: Refusal;
}

const actionsOfKind: Record<RemovalKind, readonly SyncAction[]> = {
  users: ["USER_UPDATE", "USER_DEACTIVATE", "USER_DELETE"],
  groups: ["GROUP_DELETE"],
  memberships: ["MEMBER_REMOVE"],
};

/**
 * Applies the steps of a plan that are not done yet, in their order, each in one transaction (S16, S17). A change that is refused
 * fails alone (S18). Removals are made only once every candidate of their kind is proven to be gone (S12).
 */
export async function applySteps(application: Application): Promise<Applied> {
  const { door, place, hold } = application;
  const known: KnownIds = { users: new Map(), groups: new Map() };
  const proofs = new Map<RemovalKind, KindProof>();
  const seatless: { step: Step; changes: Change[] }[] = [];
  for (;;) {
    const { step, cancelled } = await nextStep(door, place, hold);
    if (cancelled || !step) {
      if (!cancelled) for (const { step: late, changes } of seatless) await tryAgain(application, late, changes);
      return { cancelled, holds: [...proofs.values()].flatMap(({ reason }) => reason ?? []) };
    }
    const verdicts = step.bodies.some((body) => body.proof) ? await verdictsFor(application, step, proofs) : null;
    if (verdicts?.reason) {
      await holdStep(application, step);
      continue;
    }
    const exceptions = verdicts ? exceptionsOf(step, verdicts) : [];
    const refused = await applyStep(application, step, exceptions, known);
    const lacking = refused.filter(({ refusal }) => refusal.problems.every(({ code }) => code === "NO_SEATS")).map(({ change }) => change);
    if (lacking.length > 0) seatless.push({ step, changes: lacking });
  }
}

async function nextStep(door: Door, place: Place, { runId, appliedSeq }: RunHold): Promise<{ step: Step | null; cancelled: boolean }> {
  return door.look(place, async (reader) => {
    const [run] = await reader.rows<{ cancelled: number }>("SELECT cancelled FROM SyncRun WHERE id = ?", [runId]);
    const [row] = await reader.rows<{ seq: number; action: SyncAction; body: Buffer }>(
      "SELECT seq, action, body FROM SyncStep WHERE runId = ? AND seq > ? AND status = 'PLANNED' ORDER BY seq LIMIT 1",
      [runId, appliedSeq],
    );
    const step = row ? { seq: row.seq, action: row.action, bodies: unpackChanges(row.body) } : null;
    return { step, cancelled: run?.cancelled !== 0 };
  });
}

/** The word on every candidate of one kind, by step and position. With a reason, none of them may go. */
interface KindProof {
  verdicts: Map<string, Verdict>;
  reason: string | null;
}

async function verdictsFor(application: Application, step: Step, proofs: Map<RemovalKind, KindProof>): Promise<KindProof> {
  const kind = kindOf(step);
  const known = proofs.get(kind);
  if (known) return known;
  const { door, place, hold, reader, summary } = application;
  const actions = actionsOfKind[kind];
  const rows = await door.look(place, (look) =>
    look.rows<{ seq: number; body: Buffer }>(
      `SELECT seq, body FROM SyncStep WHERE runId = ? AND seq > ? AND status = 'PLANNED' AND action IN (${marks(actions)}) ORDER BY seq`,
      [hold.runId, hold.appliedSeq, ...actions],
    ),
  );
  const candidates = rows.flatMap(({ seq, body }) =>
    unpackChanges(body).flatMap((change, position) => (change.proof ? [{ key: `${seq}:${position}`, change }] : [])),
  );
  const again = summary.removalsApproved;
  const answers = await proveRemovals(reader, candidates.map(({ change }) => change), { scopeGroups: summary.scopeGroups, again });
  const there = candidates.filter((_, index) => answers[index] === "there").map(({ change }) => labelOf(change));
  const unknown = candidates.filter((_, index) => answers[index] === "unknown").map(({ change }) => labelOf(change));
  const proof = { verdicts: new Map(candidates.map(({ key }, index) => [key, answers[index] ?? "unknown"])), reason: again ? null : reasonFor(kind, there, unknown) };
  proofs.set(kind, proof);
  return proof;
}

function reasonFor(kind: RemovalKind, there: readonly string[], unknown: readonly string[]): string | null {
  if (there.length > 0)
    return `The directory's lists leave out what is there when asked for by itself (${few(there)}), so no ${kind} were removed in this run.`;
  if (unknown.length > 0) return `The directory does not say whether some are really gone (${few(unknown)}), so no ${kind} were removed in this run.`;
  return null;
}

function few(labels: readonly string[]): string {
  return labels.length > 3 ? `${labels.slice(0, 3).join(", ")} and ${labels.length - 3} more` : labels.join(", ");
}

function labelOf({ subjectLabel, groupLabel }: SyncChangeBody): string {
  return groupLabel ? `${subjectLabel} in ${groupLabel}` : subjectLabel;
}

/** Once a person approved removals, whoever is there after all is passed over, and the others go (S13). */
function exceptionsOf({ seq, bodies }: Step, { verdicts }: KindProof): StepException[] {
  return bodies.flatMap((_, position): StepException[] => {
    const verdict = verdicts.get(`${seq}:${position}`);
    if (verdict === undefined || verdict === "proven") return [];
    return [{ position, status: "SKIPPED", failure: verdict === "there" ? "The directory has this after all." : "The directory does not say whether this is gone." }];
  });
}

async function holdStep({ door, place, hold, summary }: Application, { seq, bodies }: Step): Promise<void> {
  const held = { ...summary, held: summary.held + bodies.length };
  await door.act(place, async (work) => {
    const permit = work.permit("syncApply", { noun: "run", id: hold.runId });
    await endStep(work, hold, { seq, status: "HELD", exceptions: [], summary: held });
    work.unchanged(permit, undefined);
  });
  Object.assign(summary, held);
  hold.appliedSeq = seq;
}

/** Applies one step, as a whole if that can be, and says what was refused. */
async function applyStep(application: Application, step: Step, passedOver: StepException[], known: KnownIds): Promise<Refused[]> {
  const { door, place, hold, directoryId, summary } = application;
  const resolved = await door.look(place, (reader) => resolveChanges(reader, directoryId, step.bodies, known));
  const skipped = new Set(passedOver.map(({ position }) => position));
  const changes = resolved.changes.filter(({ position }) => !skipped.has(position));
  const exceptions = [
    ...passedOver,
    ...resolved.missing.map(({ position, label }): StepException => ({ position, status: "FAILED", failure: `${label} is not here, because bringing it failed.` })),
  ];
  const end = async (work: Work, all: StepException[], seats: readonly SeatChange[]) => {
    const after = moved(summary, step, all, seats);
    await endStep(work, hold, { seq: step.seq, status: "APPLIED", exceptions: all, summary: after });
    return after;
  };
  try {
    if (changes.length === 0) throw new Refusal([]);
    const after = await door.act(place, async (work) => {
      await holdRun(work, hold);
      await makeChanges(work, application, changes);
      return end(work, exceptions, work.report.seats);
    });
    Object.assign(summary, after);
    hold.appliedSeq = step.seq;
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  const seats: SeatChange[] = [];
  const refused = changes.length > 0 ? await applyParts(application, changes, seats) : [];
  const failed = refused.map(({ change, refusal }): StepException => ({ position: change.position, status: statusOf(refusal), failure: refusal.message }));
  const after = await door.act(place, async (work) => {
    const permit = work.permit("syncApply", { noun: "run", id: hold.runId });
    return work.unchanged(permit, await end(work, [...exceptions, ...failed], seats));
  });
  Object.assign(summary, after);
  hold.appliedSeq = step.seq;
  return refused;
}

/** An address or a name that somebody else has is a question for a person. */
function statusOf({ problems }: Refusal): "DISPUTED" | "FAILED" {
  return problems.every(({ code }) => code === "TAKEN") ? "DISPUTED" : "FAILED";
}

/**
 * Applies what can be applied of a step that was refused as a whole, by halves, until what is refused stands alone (S18). Every
 * action does nothing to what is done already, so that a process killed in between can start over with the whole step.
 */
async function applyParts(application: Application, changes: readonly Change[], seats: SeatChange[]): Promise<Refused[]> {
  const { door, place, hold } = application;
  const full = { refusal: null as Refusal | null }; // as: not known yet
  const part = async (some: readonly Change[], isTried: boolean): Promise<Refused[]> => {
    if (some.length === 0) return [];
    if (!isTried) {
      try {
        const moves = await door.act(place, async (work) => {
          await holdRun(work, hold);
          await makeChanges(work, application, some);
          return work.report.seats;
        });
        seats.push(...moves);
        return [];
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const lacksSeats = error.problems.every(({ code }) => code === "NO_SEATS");
        if (some.length === 1 && lacksSeats) full.refusal = error;
        // Newcomers all get the same: where there is no seat for one of them, there is none for the next.
        const isHopeless = lacksSeats && full.refusal !== null && some[0]?.body.action === "USER_CREATE";
        if (some.length === 1 || isHopeless) return some.map((change) => ({ change, refusal: error }));
      }
    }
    if (some.length === 1) return part(some, false);
    const middle = Math.ceil(some.length / 2);
    return [...(await part(some.slice(0, middle), false)), ...(await part(some.slice(middle), false))];
  };
  return part(changes, true);
}

/** Changes that lacked a seat, once more, now that others have left theirs. */
async function tryAgain(application: Application, step: Step, changes: readonly Change[]): Promise<void> {
  const { door, place, hold, summary } = application;
  const seats: SeatChange[] = [];
  const refused = new Set((await applyParts(application, changes, seats)).map(({ change }) => change.position));
  const made = changes.map(({ position }) => position).filter((position) => !refused.has(position));
  if (made.length === 0) return;
  const after = { ...withSeats(summary, seats), applied: summary.applied + made.length, failed: summary.failed - made.length };
  await door.act(place, async (work) => {
    const permit = work.permit("syncApply", { noun: "run", id: hold.runId });
    await holdRun(work, hold);
    await withdrawExceptions(work, hold.runId, step.seq, made);
    work.unchanged(permit, undefined);
  });
  Object.assign(summary, after);
}

function moved(summary: RunSummary, { bodies }: Step, exceptions: readonly StepException[], seats: readonly SeatChange[]): RunSummary {
  const failed = exceptions.filter(({ status }) => status !== "SKIPPED").length;
  return { ...withSeats(summary, seats), applied: summary.applied + bodies.length - exceptions.length, failed: summary.failed + failed };
}

function withSeats(summary: RunSummary, moves: readonly SeatChange[]): RunSummary {
  const seats = new Map(summary.seats.map((seat) => [seat.applicationId, seat]));
  for (const { applicationId, change, usedAfter } of moves)
    seats.set(applicationId, { applicationId, change: change + (seats.get(applicationId)?.change ?? 0), usedAfter });
  return { ...summary, seats: [...seats.values()] };
}
