import { passOverDuplicates } from "../../database/dialect.ts";
import { Directory, Group, SyncException, User } from "../../model/entities.ts";
import { publicId } from "../../model/id.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Target } from "../../policy/target.ts";
import { readChange, type StoredChange } from "../../queries/sync-changes.ts";
import type { Permit, TrailSubject, Work } from "../../work/work.ts";
import { findOrRefuse, userTarget } from "../find-or-refuse.ts";
import { adoptGroup } from "../groups/adopt-group.ts";
import { adoptUsers } from "../users/adopt-users.ts";
import { externalKeyOf } from "../users/provision-users.ts";
import { rebindUser } from "../users/rebind-user.ts";
import { refuseWhileUnderWay } from "./start-sync.ts";

/** Public ids. Without `adoptId` the change's candidates are left alone for good. */
export interface Settlement {
  changeId: string;
  adoptId?: string | null;
}

/** Who or what the directory's person or group is said to be. */
type Candidate = { type: "User"; row: User } | { type: "Group"; row: Group };

/** What is settled: a change, and whom the directory means by it. */
interface Dispute extends StoredChange {
  externalId: string;
}

const changePath = ["input", "changeId"];
const adoptPath = ["input", "adoptId"];

/**
 * Settles a dispute, at once: the candidate becomes the directory's person or group, and the next run brings its name, address and
 * members in line; or the directory's person or group is left alone in every run from now on, until it is settled otherwise.
 * Answers the public id of the change.
 */
export async function settleChange(work: Work, { changeId, adoptId }: Settlement): Promise<string> {
  const change = await readChange(work, changeId);
  if (!change) throw new Refusal("NOT_FOUND", "There is no such change on this site.", changePath);
  const candidate = typeof adoptId === "string" ? await findCandidate(work, change, adoptId) : null;
  const permit = work.permit("syncSettle", targetOf(candidate, change), () => adoptPath);
  const dispute = await openDispute(work, change);
  if (candidate) await adopt(work, dispute, candidate);
  else await leaveAlone(work, dispute);
  await endChange(work, dispute, candidate ? ["APPLIED", ""] : ["SKIPPED", `Left alone, as ${work.actor.label} decided.`]);
  await recordSettlement(work, permit, dispute, candidate);
  return changeId;
}

async function findCandidate(work: Work, { body }: StoredChange, adoptId: string): Promise<Candidate> {
  const candidate: Candidate =
    body.subjectType === "User"
      ? { type: "User", row: await findOrRefuse(work, User, "User", adoptId, adoptPath) }
      : { type: "Group", row: await findOrRefuse(work, Group, "Group", adoptId, adoptPath) };
  if (!body.candidateIds?.includes(candidate.row.id))
    throw new Refusal("INVALID", "This is none of the change's candidates.", adoptPath);
  return candidate;
}

function targetOf(candidate: Candidate | null, { runId }: StoredChange): Target {
  return candidate?.type === "User" ? userTarget(candidate.row) : { noun: "run", id: runId };
}

/** A dispute is open while it waits, and again once it was left alone. */
async function openDispute(work: Work, change: StoredChange): Promise<Dispute> {
  const { body, status, directoryId } = change;
  const [directory] = await work.byIds(Directory, [directoryId]);
  if (!directory) throw new Refusal("WRONG_STATE", "The directory of this change was disconnected.", changePath);
  const isOpen = status === "DISPUTED" || (status === "SKIPPED" && body.candidateIds !== undefined);
  if (!isOpen || body.externalId === null)
    throw new Refusal("WRONG_STATE", "Only a change that is DISPUTED, or was left alone, can be settled.", changePath);
  await refuseWhileUnderWay(work, directory, changePath);
  return { ...change, externalId: body.externalId };
}

async function adopt(work: Work, { directoryId, externalId }: Dispute, candidate: Candidate): Promise<void> {
  const { row, type } = candidate;
  if (row.directoryId !== null && row.directoryId !== directoryId)
    throw new Refusal("MANAGED_BY_DIRECTORY", "This belongs to another directory. Disconnect that one first.", adoptPath);
  const [brought] = await work.byIds<User | Group>(
    type === "User" ? User : Group,
    [externalKeyOf(directoryId, externalId)],
    "externalKey",
  );
  if (brought)
    throw new Refusal(
      "WRONG_STATE",
      `The directory's ${type === "User" ? "person" : "group"} is here already: leave the candidate alone.`,
      adoptPath,
    );
  await work.write("DELETE FROM LeftAlone WHERE directoryId = ? AND subjectType = ? AND externalId = ?", [
    directoryId,
    type,
    externalId,
  ]);
  if (candidate.type === "Group") await adoptGroup(work, { group: candidate.row, directoryId, externalId, path: adoptPath });
  else if (row.directoryId === directoryId) await rebindUser(work, { user: candidate.row, externalId });
  else {
    // An empty fingerprint is like none: what the directory says of the person, the next run compares anew.
    const person = { id: publicId("User", row.id), externalId, email: candidate.row.email, fingerprint: "" };
    await adoptUsers(work, { directoryId, people: [person] });
  }
}

async function leaveAlone(work: Work, { directoryId, externalId, body }: Dispute): Promise<void> {
  await work.write(
    `INSERT INTO LeftAlone (directoryId, subjectType, externalId, createdAt) VALUES (?, ?, ?, ?)${passOverDuplicates(work.dialect, "directoryId")}`,
    [directoryId, body.subjectType, externalId, work.now],
  );
}

async function endChange(
  work: Work,
  { runId, seq, position }: Dispute,
  [status, failure]: readonly [string, string],
): Promise<void> {
  await work.write("DELETE FROM SyncException WHERE runId = ? AND seq = ? AND position = ?", [runId, seq, position]);
  await work.insert(SyncException, [{ runId, seq, position, status, failure }]);
}

async function recordSettlement(
  work: Work,
  permit: Permit,
  { runId, directoryId, externalId, body }: Dispute,
  candidate: Candidate | null,
) {
  const subject: TrailSubject = candidate
    ? {
        type: candidate.type,
        id: candidate.row.id,
        label: body.subjectLabel,
        changes: { externalId: [candidate.row.externalId, externalId] },
      }
    : { type: "SyncRun", id: runId, label: body.subjectLabel, changes: { leftAlone: [null, externalId] } };
  await work.record(permit, [subject], { findable: [subject.id, runId, directoryId] });
}
