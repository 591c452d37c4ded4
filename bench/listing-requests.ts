import type { SampleState } from "./sample-process.ts";

/** The largest pages that Google gives. */
const pageSizes = { users: 500, groups: 200, members: 200 };

/**
 * How many requests one reading of a directory costs (sync.md, S2): every page of people, of those deleted, of groups and of their
 * members, and one for the domains. Requests for access tokens and proofs of absence are not among them.
 */
export function listingRequests({
  users,
  deletedUsers,
  groupSizes,
}: Pick<SampleState, "users" | "deletedUsers" | "groupSizes">): number {
  const pages = (items: number, size: number) => Math.ceil(items / size);
  const ofMembers = groupSizes.reduce((sum, members) => sum + pages(members, pageSizes.members), 0);
  const ofUsers = Math.max(1, pages(users, pageSizes.users)) + Math.max(1, pages(deletedUsers, pageSizes.users));
  return ofUsers + Math.max(1, pages(groupSizes.length, pageSizes.groups)) + ofMembers + 1;
}
