import { publicIdSql } from "./columns.ts";
import { declareLoader } from "./loaders.ts";
import type { Reader, Row } from "./reader.ts";

// Only the person behind the request sees an account: admins see users (rule 1.1a).
declareLoader("Account", (reader, ids) => {
  const own = "accountId" in reader.actor ? reader.actor.accountId : null;
  if (!own || !ids.includes(own)) return Promise.resolve([]);
  return reader.rows<Row>(
    `SELECT ${publicIdSql("Account", "a.id")} AS id, a.email, a.emailVerified, a.fullName, a.pictureUrl, a.createdAt FROM Account a WHERE a.id = ?`,
    [own],
  );
});

/** An account as signing in and resetting a password look at it. */
export interface AccountAtAddress {
  id: string;
  passwordHash: string | null;
  signedInAt: string | null;
  /** The site lets accounts of its kind in: local ones of its own while accounts are LOCAL, else global ones, and whoever is a user. */
  isAccepted: boolean;
}

/**
 * The account at an address, as the reader's site knows it (rule 1.4): who is a user there goes first, then who could become one. A
 * local account whose user is gone stands in nobody's way.
 */
export async function findAccountAt(reader: Reader, emailKey: string): Promise<AccountAtAddress | null> {
  const isUser = "EXISTS (SELECT 1 FROM User u WHERE u.accountId = a.id AND u.siteId = s.id)";
  const isOfRealm = "a.realm = CASE s.accounts WHEN 'LOCAL' THEN s.id ELSE '' END";
  const [found] = await reader.rows<Omit<AccountAtAddress, "isAccepted"> & { isUser: number; isOfRealm: number }>(
    `SELECT a.id, a.passwordHash, a.signedInAt, ${isUser} AS isUser, ${isOfRealm} AS isOfRealm FROM Site s JOIN Account a
     ON a.realm IN ('', s.id) WHERE s.id = ? AND a.emailKey = ? ORDER BY isUser DESC, isOfRealm DESC LIMIT 1`,
    [reader.siteId, emailKey],
  );
  if (!found) return null;
  const { id, passwordHash, signedInAt } = found;
  return { id, passwordHash, signedInAt, isAccepted: Boolean(found.isUser || found.isOfRealm) };
}
