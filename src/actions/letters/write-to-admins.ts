import type { WordedLetter } from "../../mail/letter.ts";
import type { Work } from "../../work/work.ts";

/** Posts a letter to each active admin of the site. */
export async function writeToAdmins(work: Work, letter: WordedLetter): Promise<void> {
  const admins = await work.rows<{ email: string }>(
    "SELECT email FROM User WHERE siteId = ? AND role = 'ADMIN' AND status = 'ACTIVE'",
    [work.siteId],
  );
  await work.post(admins.map(({ email }) => ({ recipient: email, ...letter })));
}
