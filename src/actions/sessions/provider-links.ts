import { isDuplicate } from "../../database/dialect.ts";
import { Account, ProviderLink, UsedIdToken, type User } from "../../model/entities.ts";
import { nobodyByThis, type ProvenIdentity } from "../../model/sign-in-provider.ts";
import { hashToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { realmOf } from "../users/realm-of.ts";

/** Uses an ID token up: it signs in once, on whatever site (rule 9.1). Of several at the same moment, the database lets one through. */
export async function spendIdToken(work: Work, { tokenHash, expiresAt }: ProvenIdentity): Promise<void> {
  await work.write("DELETE FROM UsedIdToken WHERE expiresAt < ?", [work.now]);
  try {
    await work.insert(UsedIdToken, [{ tokenHash, expiresAt }]);
  } catch (error) {
    if (isDuplicate(error)) throw nobodyByThis();
    throw error;
  }
}

/** The account that the provider's subject signs in here, if it was linked. */
export async function linkedAccount(work: Work, identity: ProvenIdentity): Promise<Account | undefined> {
  const realm = await realmOf(work);
  const links = await work.byIds(ProviderLink, [hashOf(identity)], "identity");
  const link = links.find((found) => found.realm === realm);
  return link ? (await work.byIds(Account, [link.accountId]))[0] : undefined;
}

/**
 * Makes the provider's subject sign in this account from now on. Answers false where the account has another subject of the issuer,
 * or the subject another account.
 */
export async function linkProvider(work: Work, account: Account, identity: ProvenIdentity): Promise<boolean> {
  const { provider, subject } = identity;
  const link = { accountId: account.id, issuer: provider.issuer, realm: account.realm, identity: hashOf(identity), subject };
  try {
    await work.insert(ProviderLink, [{ ...link, createdAt: work.now }]);
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
  return true;
}

/** Ends what signs the account in by this issuer. */
export async function unlinkProvider(work: Work, account: Account, { provider }: ProvenIdentity): Promise<void> {
  await work.write("DELETE FROM ProviderLink WHERE accountId = ? AND issuer = ?", [account.id, provider.issuer]);
}

/** Whether somebody whom a directory owns is another person than the identity: its subject is not Google's id of that very person. */
export function isAnother(user: User, { provider, subject }: ProvenIdentity): boolean {
  return user.directoryId !== null && !(provider.isGoogle && user.externalId === subject);
}

function hashOf({ provider, subject }: ProvenIdentity): string {
  return hashToken(JSON.stringify([provider.issuer, subject]));
}
