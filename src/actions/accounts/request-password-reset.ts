import { isDuplicate } from "../../database/dialect.ts";
import { passwordResetLetter } from "../../mail/wording/password-reset-letter.ts";
import { spellEmail } from "../../model/email.ts";
import { PasswordReset, Site, User } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import { findAccountAt } from "../../queries/accounts.ts";
import { newToken } from "../../secrets/token.ts";
import type { TrailSubject, Work } from "../../work/work.ts";

const hourMs = 3_600_000;

/** Letters to one account in an hour. What is asked for beyond them is answered like any other, and the last link stays good. */
const mostLetters = 5;

/** The link of a letter. The token stands behind the `#`, so that no server on the way and no referrer sees it. */
export function passwordResetLink(publicUrl: string, token: string): string {
  return `${publicUrl}/reset#${token}`;
}

/**
 * Sends a link for a new password to the account of an address, if the site accepts one there and somebody has signed in to it (rule
 * 9.6). Answers the same either way, and so does what is done: the same is read, made, worded, sealed and recorded for an address
 * that nobody has. The trail names the user of this site at the address, and tells of no account elsewhere (rule 1.1a).
 */
export async function requestPasswordReset(work: Work, { email }: { email: string }): Promise<void> {
  const spelled = spellEmail(email);
  if ("fault" in spelled) throw new Refusal("INVALID", spelled.fault, ["input", "email"]);
  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  const permit = work.permit("passwordResetRequest", { noun: "site", id: site.id });
  const account = await findAccountAt(work, spelled.email);
  const [user] = await work.byIds(User, [spelled.email], "emailKey");

  const { token, hash } = newToken("gr_");
  const expiresAt = new Date(Date.parse(work.now) + hourMs).toISOString();
  const words = passwordResetLetter({
    siteName: site.name,
    email: spelled.email,
    link: passwordResetLink(work.publicUrl, token),
    expiresAt,
  });
  const canReset = account?.isAccepted && account.signedInAt !== null;
  const accountId = canReset ? account.id : "";
  if (await keepLink(work, { accountId, siteId: site.id, emailKey: spelled.email, tokenHash: hash, expiresAt }))
    await work.post([{ recipient: spelled.email, ...words }]);
  else work.seal("letter:", JSON.stringify(words));
  await work.record(permit, [trailOf(site, user, spelled.email)]);
}

/** Puts a link in the place of the account's older one. False for nobody's account, and when enough letters went. */
async function keepLink(work: Work, link: Omit<PasswordReset, "usedAt" | "letters" | "countedFrom">): Promise<boolean> {
  const hourAgo = new Date(Date.parse(work.now) - hourMs).toISOString();
  // MySQL assigns from left to right: `letters` looks at `countedFrom` before that moves.
  const renewed = await work.write(
    `UPDATE PasswordReset SET siteId = ?, emailKey = ?, tokenHash = ?, expiresAt = ?, usedAt = NULL,
     letters = CASE WHEN countedFrom <= ? THEN 1 ELSE letters + 1 END, countedFrom = CASE WHEN countedFrom <= ? THEN ? ELSE countedFrom END
     WHERE accountId = ? AND (countedFrom <= ? OR letters < ?)`,
    [
      link.siteId,
      link.emailKey,
      link.tokenHash,
      link.expiresAt,
      hourAgo,
      hourAgo,
      work.now,
      link.accountId,
      hourAgo,
      mostLetters,
    ],
  );
  const known = await work.rows("SELECT accountId FROM PasswordReset WHERE accountId = ?", [link.accountId]);
  if (renewed > 0 || known.length > 0 || link.accountId === "") return renewed > 0;
  try {
    await work.insert(PasswordReset, [{ ...link, usedAt: null, letters: 1, countedFrom: work.now }]);
    return true;
  } catch (error) {
    // The account's first link was made at this very moment by another request, whose letter is on its way.
    if (isDuplicate(error)) return false;
    throw error;
  }
}

function trailOf(site: Site, user: User | undefined, email: string): TrailSubject {
  return user
    ? { type: "User", id: user.id, label: user.email }
    : { type: "Site", id: site.id, label: site.key, changes: { passwordResetFor: [null, email] } };
}
