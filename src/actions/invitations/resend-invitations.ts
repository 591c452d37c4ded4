import { Invitation, Site } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import { newToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { findAll } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { inviteesOf } from "./invitees-of.ts";
import { expiryOf, postInvitations } from "./issue-invitations.ts";
import { setLinks } from "./renew-invitations.ts";

/** At most one letter a minute to an address of a site (rule 2.6). */
const restMs = 60_000;

/**
 * Sends invitations, for the first time or again: a new link, a new period, and every older link is void. Only what is pending
 * or expired can be sent; who sends it is the inviter from now on. Answers the invitations' compact ids.
 */
export async function resendInvitations(work: Work, { ids }: { ids: readonly string[] }): Promise<string[]> {
  // No count moves. But who sends, accepts or revokes at the same moment must see what the other did.
  await holdSite(work);
  const pathOf = (index: number) => ["input", "ids", String(index)];
  const problems = new Problems();
  const given = await findAll(work, Invitation, "Invitation", ids, pathOf, problems);
  problems.refuseIfAny();
  const permit = work.permit("invitationResend", await inviteesOf(work, given), pathOf);
  if (given.length === 0) return work.unchanged(permit, []);
  const resting = await restingAmong(work, given);
  for (const [index, { email, state }] of given.entries())
    if (state !== "PENDING") problems.add("WRONG_STATE", `The invitation of ${email} was ${state.toLowerCase()}.`, pathOf(index));
    else if (resting.has(email))
      problems.add("RATE_LIMITED", `A letter went to ${email} less than a minute ago. Wait a minute.`, pathOf(index));
  problems.refuseIfAny();

  const invitations = [...new Set(given)];
  const expiresAt = await sendAgain(work, invitations);
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
  return invitations.map(({ id }) => id);
}

/** Gives each a new link, in a letter. Answers when they end now. */
async function sendAgain(work: Work, invitations: readonly Invitation[]): Promise<string> {
  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  const expiresAt = expiryOf(site, work.now);
  const renewed = invitations.map(({ id, userId, email, message }) => ({
    ...newToken("gi_"),
    id,
    userId,
    email,
    message,
    expiresAt,
  }));
  await setLinks(work, renewed, expiresAt);
  await postInvitations(work, site, renewed);
  return expiresAt;
}

/** The addresses to which the site wrote less than a minute ago, by whatever invitation. */
async function restingAmong(work: Work, invitations: readonly Invitation[]): Promise<Set<string>> {
  const recent = await work.rows<{ email: string }>(
    `SELECT DISTINCT email FROM Invitation WHERE siteId = ? AND lastSentAt > ? AND emailKey IN (${marks(invitations)})`,
    [work.siteId, new Date(Date.parse(work.now) - restMs).toISOString(), ...invitations.map(({ email }) => email)],
  );
  return new Set(recent.map(({ email }) => email));
}
