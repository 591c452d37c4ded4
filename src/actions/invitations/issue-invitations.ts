import { invitationLetter } from "../../mail/wording/invitation-letter.ts";
import { referenceTo } from "../../model/actor.ts";
import { Invitation, type Site, User } from "../../model/entities.ts";
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
  const ids = invitations.map((invitation) => invitation.id);
  const inviter = await personBehind(work);
  const applications = await applicationsOf(work, ids);
  await work.post(
    invitations.map(({ id, email, token, expiresAt, message }) => ({
      recipient: email,
      invitationId: id,
      ...invitationLetter({
        siteName: site.name,
        inviter,
        email,
        applications: applications.get(id) ?? [],
        link: invitationLink(work.publicUrl, token),
        expiresAt,
        message,
      }),
    })),
  );
  await work.write(`UPDATE Invitation SET sentCount = sentCount + 1, lastSentAt = ? WHERE id IN (${marks(ids)})`, [
    work.now,
    ...ids,
  ]);
}

/** Who invites, as the invited know them; null when that is no person. */
async function personBehind(work: Work): Promise<{ name: string; email: string } | null> {
  const [user] = work.actor.kind === "user" ? await work.byIds(User, [work.actor.userId]) : [];
  return user ? { name: user.fullName, email: user.email } : null;
}

/** Names of the applications that each invited user can open, in order, by invitation. */
async function applicationsOf(work: Work, invitationIds: readonly string[]): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  for (let from = 0; from < invitationIds.length; from += 500) {
    const ids = invitationIds.slice(from, from + 500);
    const rows = await work.rows<{ id: string; name: string }>(
      `SELECT DISTINCT i.id, a.name FROM Invitation i JOIN Membership m ON m.userId = i.userId JOIN \`Grant\` g ON g.groupId = m.groupId
       JOIN Application a ON a.id = g.applicationId WHERE i.id IN (${marks(ids)}) ORDER BY i.id, a.name`,
      ids,
    );
    for (const { id, name } of rows) names.set(id, [...(names.get(id) ?? []), name]);
  }
  return names;
}

/** Ends the pending invitations of users: their links are void from now on, and letters not yet posted never are (rule 2.7). */
export async function voidInvitations(work: Work, userIds: readonly string[], state: "REVOKED" | "ACCEPTED"): Promise<void> {
  for (let from = 0; from < userIds.length; from += 500) {
    const ids = userIds.slice(from, from + 500);
    await voidLetters(work, "pendingKey", ids);
    await work.write(`UPDATE Invitation SET state = ?, pendingKey = NULL WHERE pendingKey IN (${marks(ids)})`, [state, ...ids]);
  }
}
