import { spellEmail } from "../../model/email.ts";
import { Account, type Site, User } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import { findAccountAt } from "../../queries/accounts.ts";
import type { Reader } from "../../queries/reader.ts";
import { verifyPassword } from "../../secrets/password.ts";
import type { Work } from "../../work/work.ts";
import { joinSite } from "../invitations/join-site.ts";
import { holdSite } from "../keep-counts.ts";
import { realmOf } from "../users/realm-of.ts";
import { type OpenedSession, openSession } from "./open-session.ts";

const wrong = () => new Refusal("BAD_CREDENTIALS", "The email or the password is wrong.");

/** An account whose password was right, and the hash that says so. */
export interface ProvenAccount {
  accountId: string;
  passwordHash: string;
}

/**
 * Checks an email and a password, taking as long for a wrong email as for a wrong password (rule 9.2). Outside any transaction:
 * it is slow on purpose.
 */
export async function checkPassword(
  reader: Reader,
  { email, password }: { email: string; password: string },
): Promise<ProvenAccount> {
  const spelled = spellEmail(email);
  const account = await findAccountAt(reader, "email" in spelled ? spelled.email : "");
  const passwordHash = account?.passwordHash ?? null;
  if (!(await verifyPassword(passwordHash, password)) || !account || passwordHash === null) throw wrong();
  return { accountId: account.id, passwordHash };
}

/**
 * Signs an account in whose password was right. The first sign-in to a site accepts a pending invitation (rule 2.2). Where the
 * account may not use the site, says so: the password was right, so there is nothing to hide (section 12).
 */
export async function signIn(
  work: Work,
  { accountId, passwordHash }: ProvenAccount,
): Promise<{ session: OpenedSession; userId: string }> {
  await holdSite(work);
  const permit = work.permit("signIn", { noun: "account", id: accountId });
  const [account] = await work.byIds(Account, [accountId]);
  if (!account?.emailKey) throw wrong();
  // Held from here on: a password that is replaced at this moment ends this session too, or was replaced before and proves nothing.
  const held = await work.write("UPDATE Account SET signedInAt = ? WHERE id = ? AND passwordHash = ?", [
    work.now,
    accountId,
    passwordHash,
  ]);
  if (held === 0) throw wrong();
  const user = await userOf(work, account);
  if (user?.status !== "INVITED" && user?.status !== "ACTIVE") throw new Refusal("FORBIDDEN", await whyNot(work, user));
  const accepted = user.status === "INVITED" ? await joinSite(work, user, account) : null;
  const session = await openSession(work, { accountId, userId: user.id });
  const subject = { type: "User" as const, id: user.id, label: account.email };
  await (accepted
    ? work.record(permit, [{ ...subject, changes: { status: ["INVITED", "ACTIVE"] } }], { findable: [user.id, accepted] })
    : work.record(permit, [subject]));
  return { session, userId: user.id };
}

async function userOf(work: Work, account: Account): Promise<User | undefined> {
  const [linked] = (await work.byIds(User, [account.id], "accountId")).filter((user) => user.siteId === work.siteId);
  if (linked) return linked;
  // Only an invitation reaches an account by its address, and only while it is pending; the account's address was proved.
  if (!account.emailVerified || account.realm !== (await realmOf(work))) return undefined;
  const [invited] = await work.byIds(User, [account.email], "emailKey");
  return invited?.status === "INVITED" && invited.accountId === null ? invited : undefined;
}

async function whyNot(work: Work, user: User | undefined): Promise<string> {
  const [site] = await work.rows<Pick<Site, "name">>("SELECT name FROM Site WHERE id = ?", [work.siteId]);
  return user
    ? `Your access to ${site?.name} was deactivated. Ask an administrator of the site.`
    : `You are not a member of ${site?.name}. Ask an administrator of the site for an invitation.`;
}
