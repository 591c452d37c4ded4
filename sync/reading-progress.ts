import { largestPage } from "./google-contract.ts";
import type { ReadOptions } from "./snapshot.ts";

/** How far the reading of a directory is. */
export interface ReadingProgress {
  requests: number;
  users: number;
  groups: number;
  memberships: number;
  /** From 0 to 1; null while nobody knows how much there is. */
  part: number | null;
}

/** How much there was when the directory was read before. */
export interface FormerSize {
  users: number;
  groups: number;
  memberships: number;
}

export interface ReadingTracker {
  onProgress: NonNullable<ReadOptions["onProgress"]>;
  now(): ReadingProgress;
}

/**
 * Follows a reading, and estimates its part by the requests that it takes. What the directory has said itself counts: once the groups are
 * listed, the members. Until then, and for the people, it is what was held before.
 */
export function trackReading(former: FormerSize, requestCount: () => number): ReadingTracker {
  const done = { groups: 0, users: 0, deletedUsers: 0, members: 0, memberships: 0 };
  const known: { [Part in keyof typeof done]?: number } = {};
  return {
    onProgress(part, count, of) {
      done[part] = count;
      if (of !== undefined) known[part] = of;
      // The parts are read one after the other.
      if (part !== "groups") known.groups = done.groups;
      if (part === "deletedUsers") known.users = done.users;
    },
    now() {
      const { groups, users, memberships } = done;
      const expected = {
        groups: known.groups ?? Math.max(groups, former.groups),
        users: known.users ?? Math.max(users, former.users),
        members: known.members ?? Math.max(done.members, former.groups),
        memberships: known.memberships ?? Math.max(memberships, former.memberships),
      };
      const inAll = costOf(expected);
      const isKnown = known.groups !== undefined || former.groups > 0;
      const part = isKnown && inAll > 0 ? Math.min(0.99, costOf(done) / inAll) : null;
      return { requests: requestCount(), users, groups, memberships, part };
    },
  };
}

/** What reading so much costs, in requests (S2). */
function costOf(size: { groups: number; users: number; members: number; memberships: number }): number {
  const { groups, users, members, memberships } = size;
  return groups / largestPage.groups + users / largestPage.users + members + memberships / largestPage.members;
}
