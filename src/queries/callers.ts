import type { Actor } from "../model/actor.ts";
import { isCode } from "../model/code.ts";
import { narrowed, type Scope, scopesOf, type UserRole, withImplied } from "../model/scope.ts";
import { hashToken, isToken } from "../secrets/token.ts";
import type { Reader } from "./reader.ts";

/** Who brings this token to the reader's site; null when it is no token of ours, has ended, or belongs to another site. */
export async function findCaller(reader: Reader, token: string, ipAddress: string | null): Promise<Actor | null> {
  if (isToken("gs_", token)) return callerBySession(reader, token, ipAddress);
  return isToken("gh_", token) ? callerByApiToken(reader, token, ipAddress) : null;
}

/** The site that an API token belongs to. */
export async function siteOfToken(reader: Reader, token: string): Promise<string | null> {
  if (!isToken("gh_", token)) return null;
  const [row] = await reader.rows<{ siteId: string }>("SELECT siteId FROM ApiToken WHERE tokenHash = ?", [hashToken(token)]);
  return row?.siteId ?? null;
}

/** The site with this key; without a key, the deployment's only site. */
export async function siteByKey(reader: Reader, key: string | null): Promise<string | null> {
  if (key && !isCode(key)) return null;
  const rows = key
    ? await reader.rows<{ id: string }>("SELECT id FROM Site WHERE `key` = ?", [key])
    : await reader.rows<{ id: string }>("SELECT id FROM Site ORDER BY id LIMIT 2");
  return rows.length === 1 ? (rows[0]?.id ?? null) : null;
}

/** The key of the reader's site. */
export async function keyOfSite(reader: Reader): Promise<string | null> {
  const [row] = await reader.rows<{ key: string }>("SELECT `key` FROM Site WHERE id = ?", [reader.siteId]);
  return row?.key ?? null;
}

/** The site that a letter's link belongs to, of an invitation or of a password reset. */
export async function siteOfLink(reader: Reader, token: string): Promise<string | null> {
  const table = isToken("gi_", token) ? "Invitation" : isToken("gr_", token) ? "PasswordReset" : null;
  if (table === null) return null;
  const [row] = await reader.rows<{ siteId: string }>(`SELECT siteId FROM ${table} WHERE tokenHash = ?`, [hashToken(token)]);
  return row?.siteId ?? null;
}

/** A signed-in account on the reader's site: a person with a role while an active user, else a stranger with an account. */
export async function callerOfAccount(
  reader: Reader,
  accountId: string,
  label: string,
  ipAddress: string | null,
): Promise<Actor> {
  const [user] = await reader.rows<{ id: string; role: UserRole }>(
    "SELECT id, role FROM User WHERE accountId = ? AND siteId = ? AND status = 'ACTIVE'",
    [accountId, reader.siteId],
  );
  return user
    ? { kind: "user", userId: user.id, accountId, role: user.role, label, scopes: scopesOf(user.role), ipAddress }
    : { kind: "stranger", accountId, label, scopes: new Set(), ipAddress };
}

async function callerBySession(reader: Reader, token: string, ipAddress: string | null): Promise<Actor | null> {
  const [session] = await reader.rows<{ accountId: string; email: string }>(
    `SELECT s.accountId, a.email FROM Session s JOIN Account a ON a.id = s.accountId
     WHERE s.tokenHash = ? AND s.expiresAt > ? AND a.realm IN ('', ?)`,
    [hashToken(token), reader.now, reader.siteId],
  );
  return session ? callerOfAccount(reader, session.accountId, session.email, ipAddress) : null;
}

async function callerByApiToken(reader: Reader, token: string, ipAddress: string | null): Promise<Actor | null> {
  const [found] = await reader.rows<{
    id: string;
    name: string;
    scopes: string;
    applicationId: string | null;
    createdById: string | null;
  }>(
    `SELECT id, name, scopes, applicationId, createdById FROM ApiToken
     WHERE tokenHash = ? AND siteId = ? AND revokedAt IS NULL AND (expiresAt IS NULL OR expiresAt > ?)`,
    [hashToken(token), reader.siteId, reader.now],
  );
  if (!found) return null;
  const wanted = found.scopes.split(" ") as Scope[]; // as: only scopes are stored
  const holder = { kind: "token" as const, tokenId: found.id, applicationId: found.applicationId, label: found.name, ipAddress };
  if (found.createdById === null) return { ...holder, userId: null, role: null, scopes: withImplied(wanted) };
  // A token never has more than its creator has now, and dies with them (rule 9.5).
  const [creator] = await reader.rows<{ role: UserRole }>(
    "SELECT role FROM User WHERE id = ? AND siteId = ? AND status = 'ACTIVE'",
    [found.createdById, reader.siteId],
  );
  return creator ? { ...holder, userId: found.createdById, role: creator.role, scopes: narrowed(wanted, creator.role) } : null;
}
