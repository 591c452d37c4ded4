import { Invitation } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findAll } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { setDeactivated } from "../users/deactivate-users.ts";
import { inviteesOf } from "./invitees-of.ts";

/**
 * Ends invitations for good: the links are void and the invited users become DEACTIVATED, which frees their seats. Revoking what
 * is revoked changes nothing; what was accepted cannot be revoked. Answers the invitations' compact ids.
 */
export async function revokeInvitations(work: Work, { ids }: { ids: readonly string[] }): Promise<string[]> {
  await holdSite(work);
  const pathOf = (index: number) => ["input", "ids", String(index)];
  const problems = new Problems();
  const given = await findAll(work, Invitation, "Invitation", ids, pathOf, problems);
  problems.refuseIfAny();
  const permit = work.permit("invitationRevoke", await inviteesOf(work, given), pathOf);

  const invitations = [...new Set(given)];
  const pending = invitations.filter((invitation) => invitation.state === "PENDING");
  const answer = invitations.map((invitation) => invitation.id);
  if (pending.length === 0) return work.unchanged(permit, answer);
  const userIds = pending.map((invitation) => invitation.userId);
  await keepCounts(work, { userIds }, () => setDeactivated(work, userIds, null));
  await work.record(
    permit,
    pending.map(({ id, email }) => ({ type: "Invitation", id, label: email, changes: { status: ["PENDING", "REVOKED"] } })),
    { findable: pending.flatMap(({ id, userId }) => [id, userId]) },
  );
  return answer;
}
