import type { RunHold, StepException } from "../src/actions/directories/advance-run.ts";
import { type SyncAction, type SyncChangeBody, unpackChanges } from "../src/model/sync-change.ts";
import type { RunSummary } from "../src/model/sync-summary.ts";
import { marks } from "../src/queries/reader.ts";
import type { Door, Place } from "../src/work/door.ts";
import type { Step } from "./apply-step.ts";
import { kindOf, type RemovalKind } from "./guard.ts";
import { proveRemovals, type Verdict } from "./prove.ts";
import type { DirectoryReader } from "./snapshot.ts";

/** The directory's word on every candidate of one kind, by step and position. With a reason, none of them may go. */
export interface KindProof {
  verdicts: Map<string, Verdict>;
  reason: string | null;
}

/** Proves removals a kind at a time. A kind that was held stays held, also when the run was left behind and taken up again. */
export interface RemovalProofs {
  of(step: Step): Promise<KindProof>;
}

const actionsOfKind: Record<RemovalKind, readonly SyncAction[]> = {
  users: ["USER_UPDATE", "USER_DEACTIVATE", "USER_DELETE"],
  groups: ["GROUP_DELETE"],
  memberships: ["MEMBER_REMOVE"],
};

interface ProofContext {
  door: Door;
  place: Place;
  hold: RunHold;
  summary: RunSummary;
  reader: DirectoryReader;
}

/** Nothing of a kind goes before everything of it that is still to be done was asked for: one that is there means the list lied (S12). */
export function createProofs(context: ProofContext): RemovalProofs {
  const proofs = new Map<RemovalKind, KindProof>();
  return {
    async of(step) {
      const kind = kindOf(step);
      const reason = context.summary.untrusted[kind];
      if (reason) return { verdicts: new Map(), reason };
      const proof = proofs.get(kind) ?? (await proveKind(context, kind));
      proofs.set(kind, proof);
      return proof;
    },
  };
}

async function proveKind({ door, place, hold, summary, reader }: ProofContext, kind: RemovalKind): Promise<KindProof> {
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
  const changes = candidates.map(({ change }) => change);
  const again = summary.removalsApproved;
  const answers = await proveRemovals(reader, changes, { scopeGroups: summary.scopeGroups, again });
  const labelled = (verdict: Verdict) => changes.filter((_, index) => answers[index] === verdict).map(labelOf);
  return {
    verdicts: new Map(candidates.map(({ key }, index) => [key, answers[index] ?? "unknown"])),
    reason: again ? null : reasonFor(kind, labelled("there"), labelled("unknown")),
  };
}

function reasonFor(kind: RemovalKind, there: readonly string[], unknown: readonly string[]): string | null {
  if (there.length > 0)
    return `The directory's lists leave out what is there when asked for by itself (${few(there)}), so no ${kind} were removed in this run.`;
  if (unknown.length > 0)
    return `The directory does not say whether some are really gone (${few(unknown)}), so no ${kind} were removed in this run.`;
  return null;
}

function few(labels: readonly string[]): string {
  return labels.length > 3 ? `${labels.slice(0, 3).join(", ")} and ${labels.length - 3} more` : labels.join(", ");
}

function labelOf({ subjectLabel, groupLabel }: SyncChangeBody): string {
  return groupLabel ? `${subjectLabel} in ${groupLabel}` : subjectLabel;
}

/** Once a person approved removals, whoever is there after all is passed over, and the others go (S13). */
export function passedOver({ seq, bodies }: Step, { verdicts }: KindProof): StepException[] {
  return bodies.flatMap((_, position): StepException[] => {
    const verdict = verdicts.get(`${seq}:${position}`);
    if (verdict === undefined || verdict === "proven") return [];
    const failure =
      verdict === "there" ? "The directory has this after all." : "The directory does not say whether this is gone.";
    return [{ position, status: "SKIPPED", failure }];
  });
}
