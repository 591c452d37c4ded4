import { type Invitation, User } from "../../model/entities.ts";
import type { UserTarget } from "../../policy/policy.ts";
import type { Work } from "../../work/work.ts";
import { userTarget } from "../find-or-refuse.ts";

/** Whom each invitation is for, as the policy sees them, in order. */
export async function inviteesOf(work: Work, invitations: readonly Invitation[]): Promise<UserTarget[]> {
  const users = await work.byIds(User, [...new Set(invitations.map(({ userId }) => userId))]);
  const byId = new Map(users.map((user) => [user.id, userTarget(user)]));
  return invitations.map(({ userId }) => {
    const target = byId.get(userId);
    if (!target) throw new Error(`An invitation of the user ${userId} is left without its user`);
    return target;
  });
}
