import { Invitation, type Site, type User } from "../../model/entities.ts";
import { marks } from "../../queries/reader.ts";
import { newToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { expiryOf } from "./issue-invitations.ts";
import { voidLetters } from "./void-letters.ts";
import { vouchFor } from "./vouch-for.ts";

/** An expired invitation that works again, with a new link. */
export interface RenewedInvitation {
  id: string;
  userId: string;
  email: string;
  token: string;
  message: string | null;
  before: string;
  expiresAt: string;
}

/**
 * Gives those of the users whose invitation has expired a new link and a new period (section 12: inviting again renews it), and a
 * new message if there is one.
 */
export async function renewInvitations(
  work: Work,
  site: Site,
  users: readonly User[],
  message: string | null = null,
): Promise<RenewedInvitation[]> {
  const invited = users.filter((user) => user.status === "INVITED").map((user) => user.id);
  const expired = (await work.byIds(Invitation, invited, "pendingKey")).filter((invitation) => invitation.expiresAt <= work.now);
  if (expired.length === 0) return [];
  const expiresAt = expiryOf(site, work.now);
  const renewed = expired.map((invitation) => ({ invitation, ...newToken("gi_") }));
  await setLinks(
    work,
    renewed.map(({ invitation, hash }) => ({ id: invitation.id, userId: invitation.userId, hash })),
    expiresAt,
  );
  const ids = expired.map(({ id }) => id);
  if (message) await work.write(`UPDATE Invitation SET message = ? WHERE id IN (${marks(ids)})`, [message, ...ids]);
  return renewed.map(({ invitation, token }) => ({
    id: invitation.id,
    userId: invitation.userId,
    email: invitation.email,
    token,
    message: message || invitation.message,
    before: invitation.expiresAt,
    expiresAt,
  }));
}

/**
 * Gives pending invitations new links and a new end: every older link is void, and letters with one that are not posted yet never
 * are. Whoever does so is the inviter from now on.
 */
export async function setLinks(
  work: Work,
  links: readonly { id: string; userId: string; hash: string }[],
  expiresAt: string,
): Promise<void> {
  const ids = links.map(({ id }) => id);
  await voidLetters(work, "id", ids);
  await work.write(
    `UPDATE Invitation SET expiresAt = ?, tokenHash = CASE id ${links.map(() => "WHEN ? THEN ?").join(" ")} END WHERE id IN (${marks(ids)})`,
    [expiresAt, ...links.flatMap(({ id, hash }) => [id, hash]), ...ids],
  );
  await vouchFor(
    work,
    links.map(({ userId }) => userId),
  );
}
