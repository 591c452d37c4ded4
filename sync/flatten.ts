import { type DirectMember, type Listing, memberKey, type Snapshot } from "./snapshot.ts";

/** Who is in a group once the groups nested in it are opened. The sets are shared between groups: read them only. */
export interface FlatGroup {
  /** Users that the directory lists, at any depth. */
  userIds: ReadonlySet<string>;
  /** Those of them who are members of the group itself, by name or because everyone is. */
  direct: ReadonlySet<string>;
  /** How many members at any depth are nobody that the directory lists: people and groups of elsewhere. */
  external: number;
  /** Whether somebody's absence means that they are no member: this group and all that it rests on was completely read. */
  complete: boolean;
}

/** The part of a snapshot that memberships follow from. */
export type Memberships = Pick<Snapshot, "users" | "groups" | "members">;

/** One group by itself. */
interface DirectGroup {
  userIds: ReadonlySet<string>;
  nested: string[];
  externalKeys: ReadonlySet<string>;
  complete: boolean;
}

/** Groups with who is in them, each flattened when it is asked for: the sets of all of them at once would fill the memory. */
export interface FlatGroups {
  get(groupId: string): FlatGroup | undefined;
  has(groupId: string): boolean;
  [Symbol.iterator](): Iterator<[groupId: string, group: FlatGroup]>;
}

const nobody: ReadonlySet<string> = new Set();

/**
 * Closes nested groups over direct members, cycles included (S3). A member whose id the directory does not list is external if
 * that list is complete, and otherwise makes the group incomplete. The cost grows with the listings and with the answer: a
 * group without nested groups shares its direct set, and one that everyone is in shares the set of everyone.
 */
export function flattenMembers({ users, groups, members }: Memberships): FlatGroups {
  const known: Known = {
    everyone: new Set(users.items.map((user) => user.id)),
    groupIds: new Set(groups.items.map((group) => group.id)),
    isUsersComplete: users.state === "complete",
    isGroupsComplete: groups.state === "complete",
  };
  const nested = nestedIds(members);
  // Groups inside others are asked for again and again.
  const kept = new Map<string, DirectGroup>();
  const directOf = (groupId: string): DirectGroup | undefined => {
    const listing = members.get(groupId);
    const direct = kept.get(groupId) ?? (listing && sortMembers(listing, known));
    if (direct && nested.has(groupId)) kept.set(groupId, direct);
    return direct;
  };
  const get = (groupId: string) => (members.has(groupId) ? closeOver(groupId, directOf, known.everyone) : undefined);
  return {
    get,
    has: (groupId) => members.has(groupId),
    *[Symbol.iterator]() {
      for (const groupId of members.keys()) yield [groupId, closeOver(groupId, directOf, known.everyone)];
    },
  };
}

/** The groups that are inside others. */
function nestedIds(members: Memberships["members"]): Set<string> {
  const nested = new Set<string>();
  for (const { items } of members.values()) for (const { id, type } of items) if (type === "GROUP" && id !== null) nested.add(id);
  return nested;
}

interface Known {
  everyone: ReadonlySet<string>;
  groupIds: ReadonlySet<string>;
  isUsersComplete: boolean;
  isGroupsComplete: boolean;
}

function sortMembers(listing: Listing<DirectMember>, known: Known): DirectGroup {
  const userIds = new Set<string>();
  const externalKeys = new Set<string>();
  const nested: string[] = [];
  let isEveryone = false;
  let complete = listing.state === "complete";

  for (const member of listing.items) {
    const { id, type } = member;
    if (type === "EVERYONE") {
      isEveryone = true;
      complete &&= known.isUsersComplete;
    } else if (type === "USER" && id !== null && known.everyone.has(id)) userIds.add(id);
    else if (type === "GROUP" && id !== null && known.groupIds.has(id)) nested.push(id);
    else {
      externalKeys.add(memberKey(member) ?? "");
      if (type === "USER") complete &&= known.isUsersComplete;
      if (type === "GROUP") complete &&= known.isGroupsComplete;
    }
  }
  return {
    userIds: isEveryone ? known.everyone : userIds,
    nested,
    externalKeys: externalKeys.size > 0 ? externalKeys : nobody,
    complete,
  };
}

type DirectOf = (groupId: string) => DirectGroup | undefined;

function closeOver(groupId: string, directOf: DirectOf, everyone: ReadonlySet<string>): FlatGroup {
  const reached = reach(groupId, directOf);
  const parts = [...reached.values()].filter((part) => part !== undefined);
  const externalKeys = union(parts.map((part) => part.externalKeys));
  const userSets = parts.map((part) => part.userIds);
  return {
    userIds: userSets.includes(everyone) ? everyone : union(userSets),
    direct: reached.get(groupId)?.userIds ?? nobody,
    external: externalKeys.size,
    // A nested group that is listed but was not read leaves open who is in it.
    complete: parts.length === reached.size && parts.every((part) => part.complete),
  };
}

/** The group and every group nested in it at any depth, each once. */
function reach(groupId: string, directOf: DirectOf): Map<string, DirectGroup | undefined> {
  const reached = new Map([[groupId, directOf(groupId)]]);
  // A map that grows while it is walked is walked to its new end.
  for (const part of reached.values())
    for (const nested of part?.nested ?? []) if (!reached.has(nested)) reached.set(nested, directOf(nested));
  return reached;
}

function union(sets: ReadonlySet<string>[]): ReadonlySet<string> {
  const filled = sets.filter((set) => set.size > 0);
  if (filled.length < 2) return filled[0] ?? nobody;
  const all = new Set<string>();
  for (const set of filled) for (const value of set) all.add(value);
  return all;
}
