import type { Problem } from "../../model/refusal.ts";
import type { Reader } from "../../queries/reader.ts";
import { hashPassword, passwordFault, verifyPassword } from "../../secrets/password.ts";

/** A new password made ready before the transaction, since hashing is slow and a transaction must not be. */
export interface ReadyPassword {
  /** What is wrong with it, told together with whatever else is. */
  problems: Problem[];
  /** Empty when something is wrong. */
  hash: string;
}

/** The same in place of another one, by who knows that. */
export interface ReplacementPassword extends ReadyPassword {
  /** The hash that was there, and must be still when the new one is set. */
  replaces: string | null;
}

/** Checks a new password and hashes it. */
export async function readyPassword(password: string): Promise<ReadyPassword> {
  const fault = passwordFault(password);
  if (fault) return { problems: [{ code: "INVALID", message: fault, path: ["input", "password"] }], hash: "" };
  return { problems: [], hash: await hashPassword(password) };
}

/** The same for an account that is signed in: where it has a password, that must be given too. */
export async function replacePassword(
  reader: Reader,
  accountId: string,
  { password, currentPassword }: { password: string; currentPassword?: string | null },
): Promise<ReplacementPassword> {
  const [account] = await reader.rows<{ passwordHash: string | null }>("SELECT passwordHash FROM Account WHERE id = ?", [
    accountId,
  ]);
  const replaces = account?.passwordHash ?? null;
  const unproven = replaces === null ? null : await whyUnproven(replaces, currentPassword ?? null);
  const ready = await readyPassword(password);
  return { ...ready, problems: [...(unproven ? [unproven] : []), ...ready.problems], replaces };
}

async function whyUnproven(held: string, given: string | null): Promise<Problem | null> {
  const path = ["input", "currentPassword"];
  if (given === null) return { code: "INVALID", message: "Give your current password, too.", path };
  return (await verifyPassword(held, given))
    ? null
    : { code: "BAD_CREDENTIALS", message: "This is not your current password.", path };
}
