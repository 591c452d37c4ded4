import { isDuplicate } from "../../database/dialect.ts";
import { type Group, User } from "../../model/entities.ts";
import { nameKey } from "../../model/name-key.ts";
import { type Problems, Refusal } from "../../model/refusal.ts";
import type { UserRole } from "../../model/scope.ts";
import type { Work } from "../../work/work.ts";
import { joinGroups } from "../groups/memberships.ts";
import { keepCounts } from "../keep-counts.ts";
import { freeUsernames } from "./free-usernames.ts";
import { indexNames } from "./index-names.ts";
import { newUser } from "./new-user.ts";
import type { ReadInvitee } from "./read-invitees.ts";

/** Adds people to the site, INVITED and with a seat from now on (rule 2.3). */
export async function addNewcomers(
  work: Work,
  newcomers: readonly ReadInvitee[],
  { role, groups }: { role: UserRole; groups: readonly Group[] },
): Promise<User[]> {
  if (newcomers.length === 0) return [];
  const users = await drawUpNewcomers(work, newcomers, role);
  await keepCounts(work, { userIds: users.map(({ id }) => id) }, () => settleNewcomers(work, users, groups));
  return users;
}

/** The users that newcomers will be. Who was given no username gets a free one. */
export async function drawUpNewcomers(work: Work, newcomers: readonly ReadInvitee[], role: UserRole): Promise<User[]> {
  const usernames = await usernamesOf(work, newcomers);
  return newcomers.map(({ email, fullName }) =>
    newUser(work, { email, username: usernames.get(email) ?? email, fullName, role, status: "INVITED" }),
  );
}

/** Puts newcomers onto the site and into groups. Inside `keepCounts`. */
export async function settleNewcomers(work: Work, users: readonly User[], groups: readonly Group[]): Promise<void> {
  await insertUsers(work, users);
  const places = groups.flatMap((group) => users.map((user) => ({ groupId: group.id, userId: user.id })));
  await joinGroups(
    work,
    places.map((place) => ({ ...place, byHand: true, bySync: false, direct: false })),
  );
  await indexNames(work, users, { fresh: true });
}

/** Collects the usernames that somebody of the site has already. */
export async function findTakenUsernames(work: Work, newcomers: readonly ReadInvitee[], problems: Problems): Promise<void> {
  const keyed = newcomers.flatMap(({ username, path }) => (username ? [{ username, key: nameKey(username), path }] : []));
  const others = await work.byIds(
    User,
    keyed.map(({ key }) => key),
    "usernameKey",
  );
  const taken = new Set(others.map((user) => user.usernameKey));
  for (const { username, key, path } of keyed)
    if (taken.has(key)) problems.add("TAKEN", `The username ${username} is taken.`, [...path, "username"]);
}

async function insertUsers(work: Work, users: readonly User[]): Promise<void> {
  try {
    await work.insert(User, users);
  } catch (error) {
    // Whoever is on this site was asked for while it was held. Only another site can have moved an address here since (rule 4.2).
    if (isDuplicate(error))
      throw new Refusal("CONFLICT", "Somebody of this site got one of these addresses at this very moment. Try again.");
    throw error;
  }
}

/** By address. */
async function usernamesOf(work: Work, newcomers: readonly ReadInvitee[]): Promise<Map<string, string>> {
  const given = new Map(newcomers.flatMap(({ email, username }) => (username ? [[email, username] as const] : [])));
  const nameless = newcomers.map(({ email }) => email).filter((email) => !given.has(email));
  const free = await freeUsernames(work, nameless, [...given.values()]);
  return new Map([...given, ...nameless.map((email, index) => [email, free[index] ?? email] as const)]);
}
