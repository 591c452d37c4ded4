import { spellEmail } from "../../model/email.ts";
import { Account } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import { findAccountAt } from "../../queries/accounts.ts";
import type { Reader } from "../../queries/reader.ts";
import { verifyPassword } from "../../secrets/password.ts";
import type { Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import { type Entrance, enterSite, userOf } from "./enter-site.ts";

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

/** Signs an account in whose password was right. */
export async function signIn(work: Work, { accountId, passwordHash }: ProvenAccount): Promise<Entrance> {
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
  return enterSite(work, permit, { account, user: await userOf(work, account) });
}
