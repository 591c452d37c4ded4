import { type Account, Invitation, User } from "../../model/entities.ts";
import { nameKey } from "../../model/name-key.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { keepCounts } from "../keep-counts.ts";
import { indexNames } from "../users/index-names.ts";
import { voidInvitations } from "./issue-invitations.ts";

/**
 * Makes an invited user ACTIVE with the account that accepts, and ends the invitation. From now on the user shows the account's
 * name. An expired invitation admits nobody, and one to be an ADMIN or MANAGER dies with its inviter's right (rule 2.11).
 */
export async function joinSite(work: Work, user: User, account: Account): Promise<void> {
  const [invitation] = await work.byIds(Invitation, [user.id], "pendingKey");
  if (!invitation)
    throw new Refusal("WRONG_STATE", "This invitation was used or revoked. Ask an administrator of the site for a new one.");
  if (invitation.expiresAt <= work.now)
    throw new Refusal(
      "EXPIRED",
      `This invitation ran out on ${invitation.expiresAt.slice(0, 10)}. Ask an administrator of the site to send it again.`,
    );
  await refuseLapsedRight(work, user, invitation);
  await keepCounts(work, { userIds: [user.id] }, async () => {
    await work.write(
      "UPDATE User SET status = 'ACTIVE', accountId = ?, fullName = ?, nameKey = ?, version = version + 1 WHERE id = ? AND status = 'INVITED'",
      [account.id, account.fullName, nameKey(account.fullName), user.id],
    );
    await voidInvitations(work, [user.id], "ACCEPTED");
  });
  await indexNames(work, [{ id: user.id, siteId: work.siteId, fullName: account.fullName }]);
}

async function refuseLapsedRight(work: Work, user: User, { invitedByKind, invitedById }: Invitation): Promise<void> {
  if (user.role === "MEMBER" || invitedByKind !== "user") return;
  const [inviter] = invitedById ? await work.byIds(User, [invitedById]) : [];
  if (inviter?.status === "ACTIVE" && inviter.role === "ADMIN") return;
  throw new Refusal(
    "WRONG_STATE",
    "Whoever invited you may no longer make administrators. Ask an administrator of the site for a new invitation.",
  );
}
