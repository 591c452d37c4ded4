import { referenceTo } from "../../model/actor.ts";
import { User } from "../../model/entities.ts";
import { cleanText } from "../../model/name-key.ts";
import { Refusal } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, userTarget } from "../find-or-refuse.ts";
import { voidInvitations } from "../invitations/issue-invitations.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

/**
 * Keeps users out of the site from their next request on (rule 5.1): they keep their groups and hold no seat, and their
 * invitations end. Never the last active admin. Who is deactivated already stays as they are. Answers the compact ids.
 */
export async function deactivateUsers(
  work: Work,
  { ids, note }: { ids: readonly string[]; note?: string | null },
): Promise<string[]> {
  await holdSite(work);
  const path = ["input", "ids"];
  const users = await findAllOrRefuse(work, User, "User", ids, path);
  const permit = work.permit("userDeactivate", users.map(userTarget), (index) => [...path, String(index)]);
  const cleaned = note ? cleanText(note, { max: 1000 }) : { text: null };
  if ("fault" in cleaned) throw new Refusal("INVALID", cleaned.fault, ["input", "note"]);
  const leaving = users.filter((user) => user.status !== "DEACTIVATED");
  const answer = users.map((user) => user.id);
  if (leaving.length === 0) return work.unchanged(permit, answer);

  const leavingIds = leaving.map((user) => user.id);
  await keepCounts(work, { userIds: leavingIds }, () => setDeactivated(work, leavingIds, cleaned.text));
  await work.record(
    permit,
    leaving.map(({ id, email, status }) => ({ type: "User", id, label: email, changes: { status: [status, "DEACTIVATED"] } })),
  );
  return answer;
}

/** What being deactivated is, whichever action brought it about. Inside `keepCounts`. */
export async function setDeactivated(work: Work, userIds: readonly string[], note: string | null): Promise<void> {
  const by = referenceTo(work.actor);
  await work.write(
    `UPDATE User SET status = 'DEACTIVATED', deactivatedAt = ?, deactivatedByKind = ?, deactivatedById = ?, deactivationNote = ?,
     version = version + 1 WHERE siteId = ? AND id IN (${marks(userIds)})`,
    [work.now, by.kind, by.id, note, work.siteId, ...userIds],
  );
  await voidInvitations(work, userIds, "REVOKED");
}
