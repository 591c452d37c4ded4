import { Invitation, Site } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { addressesAtRest } from "../../queries/invitations.ts";
import { newToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { findAll } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { inviteesOf } from "./invitees-of.ts";
import { expiryOf, postInvitations } from "./issue-invitations.ts";
import { setLinks } from "./renew-invitations.ts";

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
  const atRest = await addressesAtRest(
    work,
    given.map(({ email }) => email),
  );
  const targets = await inviteesOf(work, given, (email) => atRest.has(email));
  const permit = work.permit("invitationResend", targets, pathOf);
  if (given.length === 0) return work.unchanged(permit, []);

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
