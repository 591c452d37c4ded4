import { Invitation, Site, User } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import { newToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, userTarget } from "../find-or-refuse.ts";
import { expiryOf, postInvitations } from "./issue-invitations.ts";
import { setLinks } from "./renew-invitations.ts";

/** At most one letter a minute to an address of a site (rule 2.6). */
const restMs = 60_000;

/**
 * Sends invitations, for the first time or again: a new link, a new period, and every older link is void. Only what is pending
 * or expired can be sent. Answers the invitations' compact ids.
 */
export async function resendInvitations(work: Work, { ids }: { ids: readonly string[] }): Promise<string[]> {
  const path = ["input", "ids"];
  const invitations = await findAllOrRefuse(work, Invitation, "Invitation", ids, path);
  const users = new Map(
    (
      await work.byIds(
        User,
        invitations.map((invitation) => invitation.userId),
      )
    ).map((user) => [user.id, user]),
  );
  const targets = invitations.flatMap((invitation) => users.get(invitation.userId) ?? []).map(userTarget);
  const permit = work.permit("invitationResend", targets, (index) => [...path, String(index)]);
  const problems = new Problems();
  for (const [index, invitation] of invitations.entries())
    if (invitation.state !== "PENDING")
      problems.add("WRONG_STATE", `The invitation of ${invitation.email} was ${invitation.state.toLowerCase()}.`, [
        ...path,
        String(index),
      ]);
  problems.refuseIfAny();
  await refuseUnrested(work, invitations, path);

  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  const expiresAt = expiryOf(site, work.now);
  const renewed = invitations.map((invitation) => ({
    ...newToken("gi_"),
    id: invitation.id,
    email: invitation.email,
    message: invitation.message,
    expiresAt,
  }));
  await setLinks(work, renewed, expiresAt);
  await postInvitations(work, site, renewed);
  await work.record(
    permit,
    invitations.map(({ id, email, expiresAt: before }) => ({
      type: "Invitation",
      id,
      label: email,
      changes: { expiresAt: [before, expiresAt] },
    })),
    { findable: invitations.flatMap(({ id, userId }) => [id, userId]) },
  );
  return renewed.map(({ id }) => id);
}

async function refuseUnrested(work: Work, invitations: readonly Invitation[], path: string[]): Promise<void> {
  const problems = new Problems();
  const recent = await work.rows<{ email: string }>(
    `SELECT DISTINCT email FROM Invitation WHERE siteId = ? AND lastSentAt > ? AND emailKey IN (${marks(invitations)})`,
    [work.siteId, new Date(Date.parse(work.now) - restMs).toISOString(), ...invitations.map(({ email }) => email)],
  );
  const resting = new Set(recent.map(({ email }) => email));
  for (const [index, { email }] of invitations.entries())
    if (resting.has(email))
      problems.add("RATE_LIMITED", `A letter went to ${email} less than a minute ago. Wait a minute.`, [...path, String(index)]);
  problems.refuseIfAny();
}
