import { isDuplicate } from "../../database/dialect.ts";
import { emailChangedLetter } from "../../mail/wording/email-changed-letter.ts";
import { Invitation, Site, type User } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { issueInvitations, voidInvitations } from "../invitations/issue-invitations.ts";

/**
 * Takes a person to another address (rule 4.2): the account's sessions end, other sites show the new address too, and a letter
 * goes to both. Who has not joined yet gets a new invitation there, and the link sent to the old address is void.
 */
export async function moveAddress(work: Work, user: User, email: string): Promise<void> {
  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  if (user.accountId) {
    await moveAccount(work, user.accountId, user.id, email);
    const letter = emailChangedLetter({
      siteName: site.name,
      oldEmail: user.email,
      newEmail: email,
      changedBy: work.actor.label,
    });
    await work.post([user.email, email].map((recipient) => ({ recipient, ...letter })));
    return;
  }
  const [pending] = await work.byIds(Invitation, [user.id], "pendingKey");
  if (!pending) return;
  await voidInvitations(work, [user.id], "REVOKED");
  await issueInvitations(work, site, [{ id: user.id, email, emailKey: email }], {
    send: pending.lastSentAt !== null,
    message: pending.message,
  });
}

async function moveAccount(work: Work, accountId: string, userId: string, email: string): Promise<void> {
  try {
    await work.write("UPDATE Account SET email = ?, emailKey = ? WHERE id = ?", [email, email, accountId]);
    await work.write("UPDATE User SET email = ?, emailKey = ?, version = version + 1 WHERE accountId = ? AND id <> ?", [
      email,
      email,
      accountId,
      userId,
    ]);
  } catch (error) {
    // Says no more than that it is not free: whose it is may be another site's business.
    if (isDuplicate(error)) throw new Refusal("TAKEN", "This address is in use.", ["input", "email"]);
    throw error;
  }
  await work.write("DELETE FROM Session WHERE accountId = ?", [accountId]);
}
