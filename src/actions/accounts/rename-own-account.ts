import { domainOf } from "../../model/email.ts";
import type { Account } from "../../model/entities.ts";
import { nameKey } from "../../model/name-key.ts";
import type { Work } from "../../work/work.ts";
import { indexNames } from "../users/index-names.ts";

/**
 * Whether a directory owns the account's name: it has the person as a user of its site, and that site manages the account (rules 1.2,
 * 4.3). On any site, since the account is one.
 */
export async function isNamedByDirectory(work: Work, { id, email }: Account): Promise<boolean> {
  const owning = await work.rows(
    `SELECT u.id FROM User u JOIN Site s ON s.id = u.siteId LEFT JOIN Domain d ON d.siteId = u.siteId AND d.name = ? AND d.status = 'VERIFIED'
     WHERE u.accountId = ? AND u.directoryId IS NOT NULL AND (s.accounts = 'LOCAL' OR d.id IS NOT NULL) LIMIT 1`,
    [domainOf(email), id],
  );
  return owning.length > 0;
}

/** Gives an account its new name on every site that shows it. Where a directory owns the user, the directory's name stays. */
export async function renameOwnAccount(work: Work, accountId: string, fullName: string): Promise<void> {
  await work.write("UPDATE Account SET fullName = ? WHERE id = ?", [fullName, accountId]);
  await work.write(
    "UPDATE User SET fullName = ?, nameKey = ?, version = version + 1 WHERE accountId = ? AND directoryId IS NULL",
    [fullName, nameKey(fullName), accountId],
  );
  const shownAs = await work.rows<{ id: string; siteId: string }>(
    "SELECT id, siteId FROM User WHERE accountId = ? AND directoryId IS NULL",
    [accountId],
  );
  await indexNames(
    work,
    shownAs.map((user) => ({ ...user, fullName })),
  );
}
