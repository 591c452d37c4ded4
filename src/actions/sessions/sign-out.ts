import { Session, User } from "../../model/entities.ts";
import { hashToken } from "../../secrets/token.ts";
import type { TrailSubject, Work } from "../../work/work.ts";

/** Ends the session of this token, and no other of the account. Ending what has ended changes nothing. */
export async function signOut(work: Work, { accessToken }: { accessToken: string }): Promise<void> {
  const [session] = await work.byIds(Session, [hashToken(accessToken)], "tokenHash");
  const permit = work.permit("signOut", { noun: "account", id: session?.accountId ?? "" });
  if (!session) return work.unchanged(permit, undefined);
  // Of two at the same moment, the second finds it gone.
  const ended = await work.write("DELETE FROM Session WHERE id = ?", [session.id]);
  if (ended === 0) return work.unchanged(permit, undefined);
  await work.record(permit, [await whoLeft(work, session.accountId)]);
}

/** The user where the account has a place on this site, since that is who admins see (rule 1.1a). */
async function whoLeft(work: Work, accountId: string): Promise<TrailSubject> {
  const [user] = await work.byIds(User, [accountId], "accountId");
  return user ? { type: "User", id: user.id, label: user.email } : { type: "Account", id: accountId, label: work.actor.label };
}
