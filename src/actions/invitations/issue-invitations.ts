import { invitationLetter } from "../../mail/wording/invitation-letter.ts";
import { referenceTo } from "../../model/actor.ts";
import { Invitation, type Site } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { marks } from "../../queries/reader.ts";
import { newToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { voidLetters } from "./void-letters.ts";

/** The link of a letter. The token stands behind the `#`, so that no server on the way and no referrer sees it. */
export function invitationLink(publicUrl: string, token: string): string {
  return `${publicUrl}/join#${token}`;
}

/** When an invitation issued now ends (rule 2.7). */
export function expiryOf(site: Site, now: string): string {
  return new Date(Date.parse(now) + site.invitationDays * 86_400_000).toISOString();
}

/**
 * Makes a pending invitation for each user and, if it is to be sent, a letter in the outbox. Only a hash of the token is kept;
 * the token itself is in the letter and in what this returns, by user, for the operator who prints it.
 */
export async function issueInvitations(
  work: Work,
  site: Site,
  users: readonly { id: string; email: string; emailKey: string }[],
  { send, message = null }: { send: boolean; message?: string | null },
): Promise<Map<string, string>> {
  const by = referenceTo(work.actor);
  const expiresAt = expiryOf(site, work.now);
  const issued = users.map((user) => ({ id: newId(), user, ...newToken("gi_") }));
  await work.insert(
    Invitation,
    issued.map(({ id, user, hash }) => ({
      id,
      siteId: work.siteId,
      userId: user.id,
      email: user.email,
      emailKey: user.emailKey,
      state: "PENDING" as const,
      tokenHash: hash,
      pendingKey: user.id,
      delivery: "NOT_SENT" as const,
      invitedByKind: by.kind,
      invitedById: by.id,
      invitedByLabel: by.label,
      message,
      createdAt: work.now,
      lastSentAt: null,
      sentCount: 0,
      expiresAt,
    })),
  );
  if (send)
    await postInvitations(
      work,
      site,
      issued.map(({ id, user, token }) => ({ id, email: user.email, token, expiresAt, message })),
    );
  return new Map(issued.map(({ user, token }) => [user.id, token]));
}

/** Puts the letters of invitations into the outbox and counts them as sent. */
export async function postInvitations(
  work: Work,
  site: Site,
  invitations: readonly { id: string; email: string; token: string; expiresAt: string; message: string | null }[],
): Promise<void> {
  if (invitations.length === 0) return;
  await work.post(
    invitations.map(({ id, email, token, expiresAt, message }) => ({
      recipient: email,
      invitationId: id,
      ...invitationLetter({
        siteName: site.name,
        inviterName: work.actor.kind === "user" ? work.actor.label : null,
        email,
        link: invitationLink(work.publicUrl, token),
        expiresAt,
        message,
      }),
    })),
  );
  const ids = invitations.map((invitation) => invitation.id);
  await work.write(`UPDATE Invitation SET sentCount = sentCount + 1, lastSentAt = ? WHERE id IN (${marks(ids)})`, [
    work.now,
    ...ids,
  ]);
}

/** Ends the pending invitations of users: their links are void from now on, and letters not yet posted never are (rule 2.7). */
export async function voidInvitations(work: Work, userIds: readonly string[], state: "REVOKED" | "ACCEPTED"): Promise<void> {
  for (let from = 0; from < userIds.length; from += 500) {
    const ids = userIds.slice(from, from + 500);
    await voidLetters(work, "pendingKey", ids);
    await work.write(`UPDATE Invitation SET state = ?, pendingKey = NULL WHERE pendingKey IN (${marks(ids)})`, [state, ...ids]);
  }
}
