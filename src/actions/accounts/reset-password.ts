import { PasswordReset } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { hashToken, isToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import type { ReadyPassword } from "./ready-password.ts";
import { trailOfAccount } from "./trail-of-account.ts";

const path = ["input", "token"];
const used = "This link was used or replaced already. Ask for a new one if you need it.";
const moved = "The account that this link was for has another address now. Ask for a new link at that.";

/**
 * Gives an account a new password by the token of a letter's link, once (rule 9.6), and ends every session of it. Signs nobody in and
 * accepts no invitation. A link does not outlive the address that it was sent to (rules 1.1b, 4.2).
 */
export async function resetPassword(work: Work, { token, password }: { token: string; password: ReadyPassword }): Promise<void> {
  const permit = work.permit("passwordReset", { noun: "site", id: work.siteId });
  const problems = new Problems();
  const [reset] = isToken("gr_", token) ? await work.byIds(PasswordReset, [hashToken(token)], "tokenHash") : [];
  if (!reset) problems.add("BAD_CREDENTIALS", "This link is not valid, or no longer. Ask for a new one.", path);
  else if (reset.usedAt !== null) problems.add("WRONG_STATE", used, path);
  else if (reset.expiresAt <= work.now)
    problems.add("EXPIRED", "This link worked for an hour, which is over. Ask for a new one.", path);
  problems.found.push(...password.problems);
  problems.refuseIfAny();
  if (!reset) throw new Error("A link that is unknown was not refused");

  // Of two at the same moment, and of one that is replaced meanwhile, the second finds it gone.
  const mine = await work.write("UPDATE PasswordReset SET usedAt = ? WHERE accountId = ? AND tokenHash = ? AND usedAt IS NULL", [
    work.now,
    reset.accountId,
    reset.tokenHash,
  ]);
  if (mine === 0) throw new Refusal("WRONG_STATE", used, path);
  // The account's row before its sessions: whoever signs in by the old password at this moment is done before, or finds another one.
  const set = await work.write("UPDATE Account SET passwordHash = ? WHERE id = ? AND emailKey = ?", [
    password.hash,
    reset.accountId,
    reset.emailKey,
  ]);
  if (set === 0) throw new Refusal("WRONG_STATE", moved, path);
  await work.write("DELETE FROM Session WHERE accountId = ?", [reset.accountId]);
  await work.record(permit, [await trailOfAccount(work, reset.accountId, { password: [null, null] })]);
}
