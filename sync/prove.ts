import pLimit from "p-limit";
import type { SyncChangeBody } from "../src/model/sync-change.ts";
import type { DirectoryReader } from "./snapshot.ts";

/** What the directory answers when it is asked for one candidate by itself. */
export type Verdict = "proven" | "there" | "unknown";

/** So many are asked for at the same time. */
const CONCURRENT_PROOFS = 8;

export interface ProofOptions {
  /** In scope `GROUPS`: who is in none of these is out of scope. */
  scopeGroups: readonly string[];
  /** A person approved the removals a while ago: what a record or the list of the deleted said is asked again where that can be. */
  again: boolean;
}

/** Proof of absence (S12): each candidate is read by itself. The answers are in the order of the candidates. */
export async function proveRemovals(
  reader: DirectoryReader,
  candidates: readonly SyncChangeBody[],
  options: ProofOptions,
): Promise<Verdict[]> {
  const limit = pLimit(CONCURRENT_PROOFS);
  const asker = onceEach(reader);
  return Promise.all(candidates.map((candidate) => limit(() => prove(asker, candidate, options))));
}

type Asker = Pick<DirectoryReader, "isUserPresent" | "isGroupPresent" | "isMember">;

/** Asks about the same membership once: all who are in a group that left the scope lose it for one reason. */
function onceEach(reader: DirectoryReader): Asker {
  const answers = new Map<string, ReturnType<DirectoryReader["isMember"]>>();
  return {
    isUserPresent: (id) => reader.isUserPresent(id),
    isGroupPresent: (id) => reader.isGroupPresent(id),
    isMember(groupId, memberId) {
      const key = `${groupId} ${memberId}`;
      const answer = answers.get(key) ?? reader.isMember(groupId, memberId);
      answers.set(key, answer);
      return answer;
    },
  };
}

async function prove(reader: Asker, candidate: SyncChangeBody, options: ProofOptions): Promise<Verdict> {
  const { scopeGroups, again } = options;
  const { action, proof, retires, externalId, groupExternalId } = candidate;
  const id = externalId ?? "";
  if (action === "GROUP_DELETE")
    return proof === "RECORD" ? outOfScope(reader, id, options) : fromPresence(await reader.isGroupPresent(id));
  if (action === "MEMBER_REMOVE")
    return proof === "RECORD"
      ? outOfScope(reader, groupExternalId ?? "", options)
      : fromPresence(await reader.isMember(groupExternalId ?? "", id));
  if (proof === "DELETED" && !again) return "proven";
  if (proof === "NO_MEMBER") return inNone(reader, scopeGroups, id);
  if (proof === "RECORD") {
    // That someone is out of scope stands in a record that no single question asks for; that someone is suspended can be asked.
    const isSuspension = candidate.changes.some(({ field, to }) => field === "suspended" && to === "true");
    return again && isSuspension ? fromPresence(await reader.isUserPresent(id)) : "proven";
  }
  const presence = await reader.isUserPresent(id);
  // Somebody suspended is still there: that deactivates, and neither takes the address nor deletes.
  const isGoneForGood = retires || action !== "USER_DEACTIVATE";
  return isGoneForGood && presence === "suspended" ? "there" : fromPresence(presence);
}

/** That a group left the scope rests on lists of members as well. Once a person said so, the lists are enough. */
async function outOfScope(reader: Asker, groupId: string, { scopeGroups, again }: ProofOptions): Promise<Verdict> {
  const verdict = await inNone(reader, scopeGroups, groupId);
  return verdict === "unknown" && again ? "proven" : verdict;
}

/** Whether a user, or a group, is in none of these groups, nested ones included. */
async function inNone(reader: Asker, groupIds: readonly string[], memberId: string): Promise<Verdict> {
  let worst: Verdict = groupIds.length > 0 ? "proven" : "unknown";
  for (const groupId of groupIds) {
    const verdict = fromPresence(await reader.isMember(groupId, memberId));
    if (verdict === "there") return "there";
    if (verdict === "unknown") worst = "unknown";
  }
  return worst;
}

function fromPresence(presence: "present" | "absent" | "suspended" | "unknown"): Verdict {
  if (presence === "present") return "there";
  return presence === "unknown" ? "unknown" : "proven";
}
