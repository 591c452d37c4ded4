import { type Account, Invitation, User } from "../../model/entities.ts";
import { nameKey } from "../../model/name-key.ts";
import { Refusal } from "../../model/refusal.ts";
import { isVouchedFor } from "../../queries/inviters.ts";
import type { Work } from "../../work/work.ts";
import { keepCounts } from "../keep-counts.ts";
import { indexNames } from "../users/index-names.ts";
import { voidInvitations } from "./issue-invitations.ts";

/**
 * Makes an invited user ACTIVE with the account that accepts, and ends the invitation. From now on the user shows the account's
 * name. Refuses an invitation that admits nobody any more, and an account that is somebody on this site already. Answers the
 * invitation's compact id.
 */
export async function joinSite(work: Work, user: User, account: Account): Promise<string> {
  const [invitation] = await work.byIds(Invitation, [user.id], "pendingKey");
  if (!invitation)
    throw new Refusal("WRONG_STATE", "This invitation was used or revoked. Ask an administrator of the site for a new one.");
  await refuseUnlessOpen(work, user, invitation);
  await refuseTaken(work, user, account);
  await keepCounts(work, { userIds: [user.id] }, async () => {
    await work.write(
      "UPDATE User SET status = 'ACTIVE', accountId = ?, fullName = ?, nameKey = ?, version = version + 1 WHERE id = ? AND status = 'INVITED'",
      [account.id, account.fullName, nameKey(account.fullName), user.id],
    );
    await voidInvitations(work, [user.id], "ACCEPTED");
  });
  await indexNames(work, [{ id: user.id, siteId: work.siteId, fullName: account.fullName }]);
  return invitation.id;
}

/** An expired invitation admits nobody (rule 2.7), and one to be an ADMIN or MANAGER dies with its inviter's right (rule 2.11). */
export async function refuseUnlessOpen(work: Work, user: User, invitation: Invitation): Promise<void> {
  if (invitation.expiresAt <= work.now)
    throw new Refusal(
      "EXPIRED",
      `This invitation ran out on ${invitation.expiresAt.slice(0, 10)}. Ask an administrator of the site to send it again.`,
    );
  if (!(await isVouchedFor(work, user.role, invitation)))
    throw new Refusal(
      "WRONG_STATE",
      "Whoever invited you may no longer make administrators. Ask an administrator of the site to send the invitation again.",
    );
}

/** One account is one user of a site. It can have another address there than its own, where a directory says so. */
async function refuseTaken(work: Work, user: User, account: Account): Promise<void> {
  const other = (await work.byIds(User, [account.id], "accountId")).find(({ id }) => id !== user.id);
  if (other) throw new Refusal("TAKEN", `${account.email} is the account of ${other.email} on this site already.`);
}
