import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flattenMembers, type Memberships } from "../../sync/flatten.ts";
import type { DirectMember, DirectoryGroup, DirectoryUser, Listing } from "../../sync/snapshot.ts";

function user(id: string): DirectoryUser {
  const attributes = { title: null, aliases: [], orgUnit: "/", suspended: false, archived: false, guest: false };
  return { id, email: `${id}@example.com`, fullName: id, ...attributes };
}

function group(id: string): DirectoryGroup {
  return { id, email: `${id}@example.com`, name: id, description: null, directMembersCount: null };
}

function listing<T>(items: T[], state: Listing<T>["state"] = "complete"): Listing<T> {
  return { state, reason: null, items };
}

function member(text: string): DirectMember {
  if (text === "*") return { id: "customer", email: null, type: "EVERYONE" };
  if (text.includes("@")) return { id: null, email: text, type: "USER" };
  return { id: text, email: null, type: text.startsWith("g") ? "GROUP" : "USER" };
}

/** Users u0 to u3 and the groups that are named; members as `u1`, `g1`, an address, or `*` for everyone. */
function memberships(groups: Record<string, string[]>, change: Partial<Memberships> = {}): Memberships {
  return {
    users: listing(["u0", "u1", "u2", "u3"].map(user)),
    groups: listing(Object.keys(groups).map(group)),
    members: new Map(Object.entries(groups).map(([id, members]) => [id, listing(members.map(member))])),
    ...change,
  };
}

describe("flattening nested groups", () => {
  it("counts members of nested groups, and tells them from the direct ones", () => {
    const flat = flattenMembers(memberships({ g1: ["u0", "g2"], g2: ["u1", "g3"], g3: ["u2"] })).get("g1");
    expect(flat?.userIds).toEqual(new Set(["u0", "u1", "u2"]));
    expect(flat?.direct).toEqual(new Set(["u0"]));
    expect(flat?.complete).toBe(true);
  });

  it("closes cycles", () => {
    const flat = flattenMembers(memberships({ g1: ["u0", "g2"], g2: ["u1", "g1"], g3: ["g3", "u2"] }));
    expect(flat.get("g1")?.userIds).toEqual(new Set(["u0", "u1"]));
    expect(flat.get("g2")?.userIds).toEqual(new Set(["u0", "u1"]));
    expect(flat.get("g3")?.userIds).toEqual(new Set(["u2"]));
  });

  it("lets every user into a group that everyone is in, also by way of another group", () => {
    const flat = flattenMembers(memberships({ g1: ["*"], g2: ["g1"] }));
    expect(flat.get("g1")?.direct.size).toBe(4);
    expect(flat.get("g2")?.userIds.size).toBe(4);
    expect(flat.get("g2")?.direct.size).toBe(0);
  });

  it("counts people and groups of elsewhere once, and takes them for no user", () => {
    const flat = flattenMembers(
      memberships({ g1: ["u0", "stranger", "guest@elsewhere.example", "gElsewhere", "g2"], g2: ["stranger"] }),
    );
    expect(flat.get("g1")).toMatchObject({ userIds: new Set(["u0"]), external: 3, complete: true });
  });

  it("is not complete when a group nested in it was not completely read", () => {
    const some = memberships({ g1: ["g2"], g2: ["u0"], g3: ["u1"] });
    some.members.set("g2", listing([member("u0")], "partial"));
    const flat = flattenMembers(some);
    expect(flat.get("g1")).toMatchObject({ userIds: new Set(["u0"]), complete: false });
    expect(flat.get("g2")?.complete).toBe(false);
    expect(flat.get("g3")?.complete).toBe(true);
  });

  it("is not complete when a listed group nested in it was not read at all", () => {
    const some = memberships({ g1: ["g2"], g2: [] });
    some.members.delete("g2");
    expect(flattenMembers(some).get("g1")?.complete).toBe(false);
  });

  it("does not take somebody for external while the list of users is in doubt", () => {
    const flat = flattenMembers(memberships({ g1: ["u9"], g2: ["u0"], g3: ["*"] }, { users: listing([user("u0")], "partial") }));
    expect(flat.get("g1")?.complete).toBe(false);
    expect(flat.get("g2")?.complete).toBe(true);
    expect(flat.get("g3")?.complete).toBe(false);
  });

  it("does not take a group for external while the list of groups is in doubt", () => {
    const flat = flattenMembers(memberships({ g1: ["g9"], g2: ["u0"] }, { groups: listing([group("g1")], "partial") }));
    expect(flat.get("g1")?.complete).toBe(false);
    expect(flat.get("g2")?.complete).toBe(true);
  });

  it("shares the direct set of a group without nested groups", () => {
    const flat = flattenMembers(memberships({ g1: ["u0", "u1"] })).get("g1");
    expect(flat?.userIds).toBe(flat?.direct);
  });

  it("agrees with plain reachability for any groups", () => {
    const someMembers = fc.uniqueArray(
      fc.constantFrom("u0", "u1", "u2", "u3", "x@y.example", "*", "g0", "g1", "g2", "g3", "g4", "g5", "g9"),
    );
    const someGroups = fc.record({
      g0: someMembers,
      g1: someMembers,
      g2: someMembers,
      g3: someMembers,
      g4: someMembers,
      g5: someMembers,
    });
    const someBroken = fc.uniqueArray(fc.constantFrom("g0", "g1", "g2"));
    fc.assert(
      fc.property(someGroups, someBroken, (groups: Record<string, string[]>, broken) => {
        const some = memberships(groups);
        for (const id of broken)
          some.members.set(id, { state: "partial", reason: null, items: some.members.get(id)?.items ?? [] });
        for (const [id, flat] of flattenMembers(some)) {
          const { userIds, isComplete } = reachable(id, groups, broken);
          expect(flat.userIds).toEqual(userIds);
          expect(flat.complete).toBe(isComplete);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Who is in a group, found by trying every user against the meaning of membership until nothing more follows. */
function reachable(groupId: string, groups: Record<string, string[]>, broken: string[]) {
  const inside = new Set([groupId]);
  for (let size = 0; size !== inside.size; ) {
    size = inside.size;
    for (const id of [...inside]) for (const nested of groups[id] ?? []) if (nested in groups) inside.add(nested);
  }
  const isIn = (userId: string) => [...inside].some((id) => groups[id]?.includes(userId) || groups[id]?.includes("*"));
  return {
    userIds: new Set(["u0", "u1", "u2", "u3"].filter(isIn)),
    isComplete: [...inside].every((id) => !broken.includes(id)),
  };
}
