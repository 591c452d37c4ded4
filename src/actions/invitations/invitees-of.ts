import { type Invitation, User } from "../../model/entities.ts";
import type { UserTarget } from "../../policy/target.ts";
import type { Work } from "../../work/work.ts";
import { userTarget } from "../find-or-refuse.ts";

/**
 * Whom each invitation is for, as the policy sees them, in order. Of a user who was deleted, the invitations are left: there is
 * nobody to guard.
 */
export async function inviteesOf(
  work: Work,
  invitations: readonly Invitation[],
  isAtRest: (email: string) => boolean = () => false,
): Promise<UserTarget[]> {
  const users = await work.byIds(User, [...new Set(invitations.map(({ userId }) => userId))]);
  const byId = new Map(users.map((user) => [user.id, userTarget(user)]));
  return invitations.map(({ userId, state, email }) => ({
    ...(byId.get(userId) ?? { noun: "user", id: userId, role: "MEMBER", directoryId: null }),
    invitation: { state, email, resting: isAtRest(email) },
  }));
}
