import pLimit from "p-limit";
import { type FetchPage, type ListingOptions, readListing } from "./listing.ts";
import {
  type DirectMember,
  DirectoryFault,
  type DirectoryGroup,
  type DirectoryUser,
  type Listing,
  memberKey,
  type ReadOptions,
  type Snapshot,
} from "./snapshot.ts";

/** What a provider's pages are read from. It throws a `DirectoryFault` where the directory as a whole does not answer. */
export interface DirectoryPages {
  verifiedDomains(): Promise<Listing<string>>;
  users: FetchPage<DirectoryUser>;
  deletedUserIds: FetchPage<string>;
  groups: FetchPage<DirectoryGroup>;
  membersOf(groupId: string): FetchPage<DirectMember>;
}

/** Bounds for one listing, against those that never end. */
export type ListingCaps = Pick<ListingOptions<unknown>, "maxPages" | "maxItems">;

export type Reading = Pick<Snapshot, "verifiedDomains" | "users" | "deletedUserIds" | "groups" | "members">;

type Part = Parameters<NonNullable<ReadOptions["onProgress"]>>[0];

/** So many groups are read at the same time. */
const CONCURRENT_GROUPS = 8;

/**
 * Reads everything in scope at the least cost (S2): each listing once, and the members only of groups that have some or that
 * somebody is held in. Users come before members, so that a person who joins meanwhile is at worst an unknown member.
 */
export async function readPages(pages: DirectoryPages, options: ReadOptions, caps: ListingCaps = {}): Promise<Reading> {
  const told = (part: Part) => ({ ...caps, onProgress: (done: number) => options.onProgress?.(part, done) });
  const verifiedDomains = await pages.verifiedDomains();
  const groups = orFault("groups", await readListing<DirectoryGroup>(pages.groups, { ...told("groups"), keyOf: idOf }));
  // Before the users, so that an estimate can be made as soon as the groups are known.
  if (options.scope === "EVERYONE") countMembers(options.onProgress).expect(groups.items);
  const users = orFault("users", await readListing<DirectoryUser>(pages.users, { ...told("users"), keyOf: idOf }));
  const deleted = await readListing(pages.deletedUserIds, { ...told("deletedUsers"), keyOf: (id) => id || null });
  const deletedUserIds = orFault("deleted users", deleted);
  const members = await readAllMembers(pages, groups.items, options, caps);
  return { verifiedDomains, users, deletedUserIds, groups, members };
}

/** Without its users or its groups a directory has not been read at all. */
function orFault<T>(what: string, listing: Listing<T>): Listing<T> {
  if (listing.state !== "unavailable") return listing;
  throw new DirectoryFault("UNAVAILABLE", `The directory does not list its ${what}. ${listing.reason} Try again later.`);
}

async function readAllMembers(pages: DirectoryPages, groups: DirectoryGroup[], options: ReadOptions, caps: ListingCaps) {
  const { scope, heldGroupIds, onProgress } = options;
  const members: Snapshot["members"] = new Map();
  const share = createSharing();
  const count = countMembers(onProgress);
  const limit = pLimit(CONCURRENT_GROUPS);

  const readOne = async (group: DirectoryGroup) => {
    const isEmpty = group.directMembersCount === 0 && !heldGroupIds.has(group.id);
    const listing: Listing<DirectMember> = isEmpty
      ? { state: "complete", reason: null, items: [] }
      : await readMembers(pages.membersOf(group.id), group, { ...caps, onProgress: count.memberships() });
    members.set(group.id, { ...listing, items: listing.items.map(share) });
    count.group();
  };

  if (scope === "EVERYONE") {
    count.expect(groups);
    await limit.map(groups, readOne);
    return members;
  }
  const wanted = new Set(options.groupEmails.map((email) => email.toLowerCase()));
  const byId = new Map(groups.map((group) => [group.id, group]));
  let wave = groups.filter((group) => wanted.has(group.email.toLowerCase()));
  while (wave.length > 0) {
    count.expect(wave);
    await limit.map(wave, readOne);
    wave = nestedIn(wave, members, byId);
  }
  return members;
}

/** Tells how many groups and members were read, of those that are known to be there. */
function countMembers(onProgress: ReadOptions["onProgress"]) {
  let [groups, groupsInAll, memberships, membershipsInAll] = [0, 0, 0, 0];
  return {
    expect(more: readonly DirectoryGroup[]) {
      groupsInAll += more.length;
      for (const { directMembersCount } of more) membershipsInAll += directMembersCount ?? 0;
      onProgress?.("members", groups, groupsInAll);
      onProgress?.("memberships", memberships, membershipsInAll);
    },
    group() {
      onProgress?.("members", ++groups, groupsInAll);
    },
    /** For the pages of one group, which may be read twice. */
    memberships() {
      let before = 0;
      return (done: number) => {
        memberships += done - before;
        before = done;
        onProgress?.("memberships", memberships, Math.max(memberships, membershipsInAll));
      };
    },
  };
}

/** The groups nested directly in these that have not been read yet. Those the directory does not list cannot be. */
function nestedIn(wave: DirectoryGroup[], members: Snapshot["members"], byId: Map<string, DirectoryGroup>): DirectoryGroup[] {
  const found = new Set<DirectoryGroup>();
  for (const { id } of wave) {
    for (const member of members.get(id)?.items ?? []) {
      const nested = member.type === "GROUP" && member.id !== null ? byId.get(member.id) : undefined;
      if (nested !== undefined && !members.has(nested.id)) found.add(nested);
    }
  }
  return [...found];
}

/**
 * The direct members of one group: complete when they are as many as the directory counts or, since that count may lag, when
 * they were read twice alike.
 */
async function readMembers(
  fetchPage: FetchPage<DirectMember>,
  group: DirectoryGroup,
  caps: ListingCaps & Pick<ListingOptions<unknown>, "onProgress">,
) {
  const isCounted = (listing: Listing<DirectMember>) => listing.items.length === group.directMembersCount;
  const first = await readListing(fetchPage, { ...caps, keyOf: memberKey });
  if (first.state !== "complete" || isCounted(first)) return first;
  const second = await readListing(fetchPage, { ...caps, keyOf: memberKey, purpose: "rereading" });
  if (second.state !== "complete" || isCounted(second) || isAlike(first.items, second.items)) return second;
  return { ...second, state: "partial" as const, reason: "Its members were read twice and differed." };
}

function isAlike(one: DirectMember[], other: DirectMember[]): boolean {
  const keys = new Set(one.map(memberKey));
  return one.length === other.length && other.every((member) => keys.has(memberKey(member)));
}

function idOf({ id }: { id: string }): string | null {
  return id || null;
}

/** A person in ten groups is one object in memory, not ten. */
function createSharing(): (member: DirectMember) => DirectMember {
  const known = new Map<string, DirectMember>();
  return (member) => {
    if (member.id === null || member.email !== null) return member;
    const same = known.get(member.id);
    if (same === undefined) known.set(member.id, member);
    return same ?? member;
  };
}
