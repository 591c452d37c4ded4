import { referenceTo } from "../../model/actor.ts";
import { User } from "../../model/entities.ts";
import { cleanText } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAll, userTarget } from "../find-or-refuse.ts";
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
  const pathOf = (index: number) => ["input", "ids", String(index)];
  const problems = new Problems();
  const given = await findAll(work, User, "User", ids, pathOf, problems);
  problems.refuseIfAny();
  const permit = work.permit("userDeactivate", given.map(userTarget), pathOf);
  const cleaned = cleanText(note ?? "", { max: 1000 });
  if ("fault" in cleaned) throw new Refusal("INVALID", cleaned.fault, ["input", "note"]);
  const users = [...new Set(given)];
  const leaving = users.filter((user) => user.status !== "DEACTIVATED");
  const answer = users.map((user) => user.id);
  if (leaving.length === 0) return work.unchanged(permit, answer);

  const leavingIds = leaving.map((user) => user.id);
  await keepCounts(work, { userIds: leavingIds }, () => setDeactivated(work, leavingIds, cleaned.text || null));
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
     version = version + 1 WHERE ${ofSite()} AND id IN (${marks(userIds)})`,
    [work.now, by.kind, by.id, note, work.siteId, ...userIds],
  );
  await voidInvitations(work, userIds, "REVOKED");
}
