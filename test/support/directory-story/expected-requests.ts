import type { Company } from "../../../sync/sample/company.ts";
import type { SiteState } from "./site-state.ts";
import type { Truth } from "./truth.ts";

/** What reading a company costs in requests for lists (S2), with the groups that are empty there and not here. */
export function listingRequests(truth: Truth, { users, groups }: Company, before: SiteState, directoryId: string): number {
  const pages = (items: number, size: number) => Math.max(1, Math.ceil(items / size));
  const isPeopled = (externalId: string) =>
    before.groups.some(
      (group) =>
        group.directoryId === directoryId &&
        group.externalId === externalId &&
        [...before.members.values()].some(({ groupId, bySync }) => groupId === group.id && bySync === 1),
    );
  const ofMembers = groups.map((group) => {
    if (!truth.isInScope(group) || (group.members.length === 0 && !isPeopled(group.id))) return 0;
    return pages(group.members.length, 200);
  });
  const deleted = users.filter(({ deletionTime }) => deletionTime !== null).length;
  return (
    pages(users.length - deleted, 500) +
    pages(deleted, 500) +
    pages(groups.length, 200) +
    1 +
    ofMembers.reduce((sum, n) => sum + n, 0)
  );
}
