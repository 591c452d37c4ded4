import type { DirectorySettings } from "../src/model/directory-settings.ts";
import { Refusal } from "../src/model/refusal.ts";
import { emptyHeld, type Held, type HeldUser, holdUser } from "../src/queries/held.ts";
import { countLive, findHeldPlaces, findHeldUsers, findLeftAlone } from "../src/queries/held-people.ts";
import type { Reader } from "../src/queries/reader.ts";
import type { liveOf } from "./guard.ts";
import type { DirectMember, DirectoryGroup, DirectoryReader, DirectoryUser, Listing, Snapshot } from "./snapshot.ts";

/** What one person's comparison needs of the directory and of the site. */
export interface PersonSources {
  reader: DirectoryReader;
  look<T>(question: (reader: Reader) => Promise<T>): Promise<T>;
  directoryId: string;
  settings: DirectorySettings;
}

/** A person, and whoever's address stands in the way, on both sides. */
export interface PersonReading {
  /** The directory's person; null when it knows nobody by the address, nor whoever has it here. */
  person: DirectoryUser | null;
  /** The user here. */
  user: HeldUser | null;
  /** The groups that the person is in there, at any depth. Of one that is not direct, a group inside it that leads to it. */
  paths: Map<string, { group: DirectoryGroup; through: string | null }>;
  snapshot: Snapshot;
  held: Held;
  live: ReturnType<typeof liveOf>;
}

/** So many people in a chain of addresses are followed; more are left to a whole run. */
const longestChain = 20;
const tooLong = "Too many addresses move along with this one. Plan and apply a whole run.";

/** Reads one person by address: a few requests for the person, and one for each group on the way up. */
export async function readPerson(sources: PersonSources, email: string): Promise<PersonReading> {
  const held = emptyHeld();
  const people = new Map<string, DirectoryUser>();
  const first = await sources.reader.findPerson(email);
  let customerId = first?.customerId ?? null;
  if (first) people.set(first.user.id, first.user);
  // Whoever has an address that one of them wants is looked for, too: addresses may move along a chain, or in a circle.
  for (let before = -1; before < people.size + held.users.size; ) {
    if (people.size > longestChain) throw new Refusal("LIMIT_EXCEEDED", tooLong, ["input", "email"]);
    before = people.size + held.users.size;
    const emails = [email, ...[...people.values()].map((person) => person.email.toLowerCase())];
    for (const user of await sources.look((look) =>
      findHeldUsers(look, sources.directoryId, { emails, externalIds: [...people.keys()] }),
    ))
      holdUser(held, sources.directoryId, user);
    for (const externalId of held.users.keys()) {
      const found = people.has(externalId) ? null : await sources.reader.findPerson(externalId);
      if (found?.user.id === externalId) people.set(externalId, found.user);
      customerId ??= found?.customerId ?? null;
    }
  }
  const user = held.users.get(first?.user.id ?? "") ?? held.usersByEmail.get(email) ?? null;
  const person = first?.user ?? people.get(user?.externalId ?? "") ?? null;
  const { groups, members, paths, doubt } = await readGroupsOf(sources, [...people.keys()], person?.id ?? "", customerId);
  await holdPlaces(sources, held, groups, members);
  for (const key of await sources.look((look) => findLeftAlone(look, sources.directoryId, [...people.keys()])))
    held.leftAlone.add(key);
  const listing = <T>(items: T[]): Listing<T> => ({ state: "complete", reason: null, items });
  const snapshot: Snapshot = {
    customerId,
    verifiedDomains: await sources.reader.verifiedDomains(),
    users: listing([...people.values()]),
    deletedUserIds: listing<string>([]),
    groups: listing([...groups.values()]),
    // Whom one list of groups left out may be in any of them: then nobody is taken out of one.
    members: new Map(
      [...groups.keys()].map((id) => [
        id,
        { state: doubt ? "partial" : "complete", reason: doubt, items: members.get(id) ?? [] },
      ]),
    ),
    requests: { ...sources.reader.requests },
    waitedMs: sources.reader.waitedMs,
  };
  const live = await sources.look((look) => countLive(look, sources.directoryId));
  return { person, user, paths, snapshot, held, live };
}

interface GroupsRead {
  groups: Map<string, DirectoryGroup>;
  members: Map<string, DirectMember[]>;
  paths: PersonReading["paths"];
  /** Why there may be more groups than were read; null when there are not. */
  doubt: string | null;
}

/** Every group that these people are in, at any depth, by asking upwards (S3). `subjectId` is whose paths are told. */
async function readGroupsOf(
  { reader, settings }: PersonSources,
  userIds: readonly string[],
  subjectId: string,
  customerId: string | null,
): Promise<GroupsRead> {
  const read: GroupsRead = { groups: new Map(), members: new Map(), paths: new Map(), doubt: null };
  const note = (group: DirectoryGroup, member: DirectMember) => {
    const isNew = !read.groups.has(group.id);
    read.groups.set(group.id, group);
    read.members.set(group.id, [...(read.members.get(group.id) ?? []), member]);
    return isNew;
  };
  const wave: string[] = [];
  const climb = async (member: DirectMember, key: Parameters<DirectoryReader["groupsWith"]>[0]) => {
    const { state, reason, items } = await reader.groupsWith(key);
    if (state !== "complete") read.doubt ??= reason ?? "A list of groups was not complete.";
    for (const group of items) if (note(group, member)) wave.push(group.id);
  };
  for (const id of userIds) await climb({ id, email: null, type: "USER" }, { userKey: id });
  if (customerId && userIds.length > 0) await climb({ id: customerId, email: null, type: "EVERYONE" }, { customerId });
  // The wave grows while it is walked.
  for (const id of wave) await climb({ id, email: null, type: "GROUP" }, { userKey: id });
  for (const email of settings.groupEmails) {
    const isRead = [...read.groups.values()].some((group) => group.email.toLowerCase() === email);
    const id = isRead ? null : await reader.findGroupId(email);
    if (id !== null) read.groups.set(id, { id, email, name: email, description: null, directMembersCount: null });
  }
  tellPaths(read, subjectId);
  return read;
}

function tellPaths({ groups, members, paths }: GroupsRead, subjectId: string): void {
  const isIn = (id: string, way: (member: DirectMember) => boolean) => (members.get(id) ?? []).some(way);
  for (const [id, group] of groups)
    if (isIn(id, (member) => member.type === "EVERYONE" || member.id === subjectId)) paths.set(id, { group, through: null });
  for (const [inner] of paths)
    for (const [id, group] of groups)
      if (!paths.has(id) && isIn(id, (member) => member.id === inner)) paths.set(id, { group, through: inner });
}

async function holdPlaces(
  { look, directoryId }: PersonSources,
  held: Held,
  groups: GroupsRead["groups"],
  members: GroupsRead["members"],
) {
  const userIds = [...held.users.values()].map(({ id }) => id);
  const places = await look((reader) => findHeldPlaces(reader, directoryId, { userIds, externalIds: [...groups.keys()] }));
  for (const group of places.groups) {
    const { externalId, email, name, description } = group;
    if (externalId === null) continue;
    held.groups.set(externalId, group);
    held.groupsByName.set(group.nameKey, group);
    if (!groups.has(externalId)) {
      groups.set(externalId, { id: externalId, email: email ?? "", name, description, directMembersCount: null });
      members.set(externalId, []);
    }
  }
  for (const { groupId, userId, direct } of places.members) held.members.add(groupId, userId, direct);
}
