/** Memberships that a directory brought, by group. All ids are compact. */
export interface HeldMembers {
  /** In all groups. */
  readonly total: number;
  /** How many are in a group. */
  sizeOf(groupId: string): number;
  /** Who is in a group, and whether directly. */
  of(groupId: string): ReadonlyMap<string, boolean>;
  add(groupId: string, userId: string, direct: boolean): void;
}

/** The members of one group, by how they are in it. */
interface Lists {
  direct: string[];
  indirect: string[];
}

/** A million memberships are held at once: as plain lists, of which only one group's at a time is turned into a map. */
export function holdMembers(): HeldMembers {
  const groups = new Map<string, Lists>();
  let total = 0;
  return {
    get total() {
      return total;
    },
    sizeOf(groupId) {
      const lists = groups.get(groupId);
      return lists ? lists.direct.length + lists.indirect.length : 0;
    },
    of(groupId) {
      const members = new Map<string, boolean>();
      const { direct, indirect } = groups.get(groupId) ?? { direct: [], indirect: [] };
      for (const userId of direct) members.set(userId, true);
      for (const userId of indirect) members.set(userId, false);
      return members;
    },
    add(groupId, userId, direct) {
      let lists = groups.get(groupId);
      if (!lists) {
        lists = { direct: [], indirect: [] };
        groups.set(groupId, lists);
      }
      lists[direct ? "direct" : "indirect"].push(userId);
      total++;
    },
  };
}
