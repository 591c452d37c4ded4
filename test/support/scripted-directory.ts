import { flattenMembers } from "../../sync/flatten.ts";
import type {
  DirectMember,
  DirectoryFault,
  DirectoryGroup,
  DirectoryReader,
  DirectoryUser,
  Listing,
  Snapshot,
} from "../../sync/snapshot.ts";

/** A directory that says whatever a test makes it say: a snapshot with hands. The wire is tested with the reader and the sample. */
export interface ScriptedDirectory {
  users: Map<string, DirectoryUser>;
  groups: Map<string, DirectoryGroup>;
  members: Map<string, DirectMember[]>;
  domains: string[];
  customerId: string;
  /** Ids that listings leave out although they are there, without any sign: Google's partial list with 200. */
  hidden: Set<string>;
  /** Whom the list of the deleted names. */
  deleted: Set<string>;
  listsAre: Listing<unknown>["state"];
  /** Thrown by the next reading. */
  fault: DirectoryFault | null;
  proofs: string[];
  person(id: string, email: string, more?: Partial<DirectoryUser>): void;
  /** Deletes a person, as the directory does: from its groups, too. */
  leave(id: string): void;
  group(id: string, name: string, members: (string | DirectMember)[], more?: Partial<DirectoryGroup>): void;
  snapshot(scope?: { groupEmails: string[] } | null): Snapshot;
  reader(): DirectoryReader;
}

export function scriptedDirectory(): ScriptedDirectory {
  const script: ScriptedDirectory = {
    users: new Map(),
    groups: new Map(),
    members: new Map(),
    domains: ["acme.example"],
    customerId: "C01",
    hidden: new Set(),
    deleted: new Set(),
    listsAre: "complete",
    fault: null,
    proofs: [],
    person(id, email, more = {}) {
      const fullName = email.slice(0, email.indexOf("@"));
      script.users.set(id, {
        id,
        email,
        fullName,
        title: null,
        aliases: [],
        orgUnit: "/",
        suspended: false,
        archived: false,
        guest: false,
        ...more,
      });
    },
    leave(id) {
      script.users.delete(id);
      for (const [groupId, members] of script.members) {
        const left = members.filter((member) => member.id !== id);
        const group = script.groups.get(groupId);
        script.members.set(groupId, left);
        if (group) script.groups.set(groupId, { ...group, directMembersCount: left.length });
      }
    },
    group(id, name, members, more = {}) {
      const inside = members.map(
        (member): DirectMember =>
          typeof member === "string" ? { id: member, email: null, type: member.startsWith("g") ? "GROUP" : "USER" } : member,
      );
      script.groups.set(id, {
        id,
        email: `${id}@acme.example`,
        name,
        description: null,
        directMembersCount: inside.length,
        ...more,
      });
      script.members.set(id, inside);
    },
    snapshot(scope = null) {
      const listing = <T extends { id: string | null }>(items: Iterable<T>): Listing<T> => ({
        state: script.listsAre,
        reason: script.listsAre === "complete" ? null : "A page was missing.",
        items: [...items].filter(({ id }) => !script.hidden.has(id ?? "")),
      });
      const inScope = new Set(
        [...script.groups.values()].filter(({ email }) => !scope || scope.groupEmails.includes(email)).map(({ id }) => id),
      );
      for (const id of inScope)
        for (const member of script.members.get(id) ?? [])
          if (member.type === "GROUP" && script.groups.has(member.id ?? "")) inScope.add(member.id ?? "");
      return {
        customerId: script.customerId,
        verifiedDomains: { state: "complete", reason: null, items: script.domains },
        users: listing(script.users.values()),
        deletedUserIds: { state: script.listsAre, reason: null, items: [...script.deleted] },
        groups: listing(script.groups.values()),
        members: new Map([...inScope].map((id) => [id, listing(script.members.get(id) ?? [])])),
        requests: { listing: 1, rereading: 0, proofs: 0, other: 0 },
        waitedMs: 0,
      };
    },
    reader() {
      const requests = { listing: 0, rereading: 0, proofs: 0, other: 0 };
      const ask = <T>(what: string, answer: T) => {
        script.proofs.push(what);
        requests.proofs++;
        return Promise.resolve(answer);
      };
      return {
        async readSnapshot({ scope, groupEmails }) {
          requests.listing++;
          if (script.fault) throw script.fault;
          return script.snapshot(scope === "GROUPS" ? { groupEmails } : null);
        },
        isUserPresent(id) {
          const user = script.users.get(id);
          return ask(`user ${id}`, !user ? "absent" : user.suspended || user.archived ? "suspended" : "present");
        },
        isGroupPresent: (id) => ask(`group ${id}`, script.groups.has(id) ? "present" : "absent"),
        isMember(groupId, userId) {
          const users = { state: "complete" as const, reason: null, items: [...script.users.values()] };
          const groups = { state: "complete" as const, reason: null, items: [...script.groups.values()] };
          const members = new Map(
            [...script.members].map(([id, items]) => [id, { state: "complete" as const, reason: null, items }]),
          );
          return ask(
            `member ${groupId} ${userId}`,
            flattenMembers({ users, groups, members }).get(groupId)?.userIds.has(userId) ? "present" : "absent",
          );
        },
        async findPerson(key) {
          requests.listing++;
          if (script.fault) throw script.fault;
          const named = (user: DirectoryUser) =>
            user.id === key || [user.email, ...user.aliases].some((email) => email.toLowerCase() === key.toLowerCase());
          const user = [...script.users.values()].find(named);
          return user ? { user, customerId: script.customerId } : null;
        },
        async findGroupId(email) {
          return [...script.groups.values()].find((group) => group.email === email)?.id ?? null;
        },
        async groupsWith(member) {
          requests.listing++;
          const isIt = ({ id, type }: DirectMember) => ("userKey" in member ? id === member.userKey : type === "EVERYONE");
          const items = [...script.groups.values()].filter(({ id }) => script.members.get(id)?.some(isIt));
          return { state: script.listsAre, reason: script.listsAre === "complete" ? null : "A page was missing.", items };
        },
        verifiedDomains: async () => ({ state: "complete", reason: null, items: script.domains }),
        probe: async () => [],
        requests,
        waitedMs: 0,
        get requestCount() {
          return requests.listing + requests.proofs;
        },
      };
    },
  };
  return script;
}
