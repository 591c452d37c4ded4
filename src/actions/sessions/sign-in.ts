import { spellEmail } from "../../model/email.ts";
import { Account } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Reader } from "../../queries/reader.ts";
import { verifyPassword } from "../../secrets/password.ts";
import type { Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import { type Entrance, enterSite, userOf } from "./enter-site.ts";

const wrong = () => new Refusal("BAD_CREDENTIALS", "The email or the password is wrong.");

/**
 * Checks an email and a password, taking as long for a wrong email as for a wrong password (rule 9.2). Outside any transaction:
 * it is slow on purpose. Answers the account's id.
 */
export async function checkPassword(reader: Reader, { email, password }: { email: string; password: string }): Promise<string> {
  const spelled = spellEmail(email);
  const key = "email" in spelled ? spelled.email : "";
  // A local account belongs to this site alone (rule 1.4), and goes before a global one of the same address.
  const [account] = await reader.rows<Pick<Account, "id" | "passwordHash">>(
    "SELECT id, passwordHash FROM Account WHERE emailKey = ? AND realm IN ('', ?) ORDER BY realm DESC LIMIT 1",
    [key, reader.siteId],
  );
  if (!(await verifyPassword(account?.passwordHash ?? null, password)) || !account) throw wrong();
  return account.id;
}

/** Signs an account in whose password was right. */
export async function signIn(work: Work, { accountId }: { accountId: string }): Promise<Entrance> {
  await holdSite(work);
  const permit = work.permit("signIn", { noun: "account", id: accountId });
  const [account] = await work.byIds(Account, [accountId]);
  if (!account?.emailKey) throw wrong();
  return enterSite(work, permit, { account, user: await userOf(work, account) });
}
