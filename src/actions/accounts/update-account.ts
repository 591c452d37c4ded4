import { Account } from "../../model/entities.ts";
import { cleanText } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import type { ReplacementPassword } from "./ready-password.ts";
import { isNamedByDirectory, renameOwnAccount } from "./rename-own-account.ts";
import { trailOfAccount } from "./trail-of-account.ts";

/** What a person changes of their own account; what is left out stays. */
export interface AccountUpdate {
  fullName?: string | null;
  /** Null when no password was asked for. */
  password: ReplacementPassword | null;
  /** The hash of the session's token that goes on when all others end. */
  sessionHash: string;
}

/**
 * Changes the own full name and password of whoever is signed in (rule 4.1). A name that a directory owns changes there alone (4.3). A
 * new password ends every session but the one at hand (9.3). Answers the account's compact id.
 */
export async function updateAccount(work: Work, { fullName, password, sessionHash }: AccountUpdate): Promise<string> {
  const accountId = "accountId" in work.actor ? work.actor.accountId : null;
  const [account] = accountId ? await work.byIds(Account, [accountId]) : [];
  if (!account) throw new Refusal("FORBIDDEN", "Only a signed-in person has an account to change.");
  const permit = work.permit("accountUpdate", { noun: "account", id: account.id });
  const problems = new Problems();
  const name = await readName(work, account, fullName, problems);
  problems.found.push(...(password?.problems ?? []));
  problems.refuseIfAny();
  const changes: Record<string, readonly [unknown, unknown]> = {};
  if (name !== account.fullName) changes.fullName = [account.fullName, name];
  if (password) changes.password = [null, null];
  if (Object.keys(changes).length === 0) return work.unchanged(permit, account.id);

  if (password) await setPassword(work, account.id, password, sessionHash);
  if (name !== account.fullName) await renameOwnAccount(work, account.id, name);
  await work.record(permit, [await trailOfAccount(work, account.id, changes)]);
  return account.id;
}

/** The name that the account has from now on. */
async function readName(work: Work, account: Account, fullName: string | null | undefined, problems: Problems): Promise<string> {
  if (fullName === undefined) return account.fullName;
  const path = ["input", "fullName"];
  const name = cleanText(fullName ?? "", { max: 200 });
  if ("fault" in name || name.text === "") {
    problems.add("INVALID", "fault" in name ? name.fault : "A full name cannot be empty.", path);
    return account.fullName;
  }
  if (name.text !== account.fullName && (await isNamedByDirectory(work, account)))
    problems.add("MANAGED_BY_DIRECTORY", "Your name comes from your organization's directory: have it changed there.", path);
  return name.text;
}

/** The account's row comes first: whoever signs in by the old password at this moment is done before, or finds another one. */
async function setPassword(
  work: Work,
  accountId: string,
  { hash, replaces }: ReplacementPassword,
  sessionHash: string,
): Promise<void> {
  const isHeld = replaces === null ? "passwordHash IS NULL" : "passwordHash = ?";
  const set = await work.write(`UPDATE Account SET passwordHash = ? WHERE id = ? AND ${isHeld}`, [
    hash,
    accountId,
    ...(replaces === null ? [] : [replaces]),
  ]);
  if (set === 0)
    throw new Refusal("CONFLICT", "Your password was changed at this very moment. Sign in with the new one.", [
      "input",
      "password",
    ]);
  await work.write("DELETE FROM Session WHERE accountId = ? AND tokenHash <> ?", [accountId, sessionHash]);
}
