import { Session } from "../../model/entities.ts";
import { hashToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";

/** Ends the session of this token, and no other of the account. Ending what has ended changes nothing. */
export async function signOut(work: Work, { accessToken }: { accessToken: string }): Promise<void> {
  const [session] = await work.byIds(Session, [hashToken(accessToken)], "tokenHash");
  const permit = work.permit("signOut", { noun: "account", id: session?.accountId ?? "" });
  if (!session) return work.unchanged(permit, undefined);
  await work.write("DELETE FROM Session WHERE id = ?", [session.id]);
  await work.record(permit, [{ type: "Account", id: session.accountId, label: work.actor.label }]);
}
