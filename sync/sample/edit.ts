import { type Company, newUser, type SampleGroup, type SampleMember, type SampleUser } from "./company.ts";
import { findGroup, findUser, isNamed, memberFor, sameEmailAs } from "./find-in-company.ts";

/** How many users and groups were added to each company: an id is never given out again. */
const added = new WeakMap<Company, number>();

// What an administrator does at Google, with its consequences. Users and groups are named by id or address; a key that names
// nothing is a mistake of the caller and throws.

/** The user that a key names. */
export function userOf(company: Company, key: string): SampleUser {
  const user = findUser(company, key);
  if (!user) throw new Error(`There is no user ${key} in the sample company.`);
  return user;
}

/** The group that a key names. */
export function groupOf(company: Company, key: string): SampleGroup {
  const group = findGroup(company, key);
  if (!group) throw new Error(`There is no group ${key} in the sample company.`);
  return group;
}

/** Adds a user, with an id of their own even where the address was a deleted user's. */
export function addUser(
  company: Company,
  user: Pick<SampleUser, "primaryEmail" | "givenName" | "familyName"> & Partial<SampleUser>,
): SampleUser {
  refuseTaken(company, user.primaryEmail);
  const newcomer = newUser({ id: `2${String(nextNumber(company)).padStart(20, "0")}`, ...user });
  company.users.push(newcomer);
  return newcomer;
}

/** Gives a user another address. The former one becomes an alias and is not free for others. */
export function renameUser(company: Company, key: string, primaryEmail: string): void {
  const user = userOf(company, key);
  refuseTaken(company, primaryEmail, user);
  const isNew = sameEmailAs(primaryEmail);
  user.aliases = [...user.aliases, user.primaryEmail].filter((alias) => !isNew(alias));
  user.primaryEmail = primaryEmail;
}

/** Takes an alias from a user or a group, which frees it for others. */
export function removeAlias(company: Company, key: string, alias: string): void {
  const holder = findGroup(company, key) ?? userOf(company, key);
  const isAlias = sameEmailAs(alias);
  holder.aliases = holder.aliases.filter((one) => !isAlias(one));
}

/** Ends the making of a user who was added unfinished. */
export function finishUser(company: Company, key: string): void {
  userOf(company, key).unfinished = false;
}

/** Deletes a user, who leaves every group and the address to others. */
export function deleteUser(company: Company, key: string, deletionTime = new Date()): void {
  const user = userOf(company, key);
  user.deletionTime = deletionTime.toISOString();
  leaveAllGroups(company, user.id);
}

export function suspendUser(company: Company, key: string): void {
  userOf(company, key).suspended = true;
}

/** Takes back both a suspension and an archiving, which are independent of each other. */
export function reactivateUser(company: Company, key: string): void {
  Object.assign(userOf(company, key), { suspended: false, archived: false });
}

export function archiveUser(company: Company, key: string): void {
  userOf(company, key).archived = true;
}

export function moveUser(company: Company, key: string, orgUnitPath: string): void {
  userOf(company, key).orgUnitPath = orgUnitPath;
}

export function addGroup(company: Company, group: Pick<SampleGroup, "email" | "name"> & Partial<SampleGroup>): SampleGroup {
  refuseTaken(company, group.email);
  const id = `1${nextNumber(company).toString(36).padStart(14, "0")}`;
  const newcomer: SampleGroup = { id, description: "", aliases: [], members: [], ...group };
  company.groups.push(newcomer);
  return newcomer;
}

/** Gives a group another name or address. A former address becomes an alias and is not free for others. */
export function renameGroup(company: Company, key: string, { name, email }: Partial<Pick<SampleGroup, "name" | "email">>): void {
  const group = groupOf(company, key);
  if (email !== undefined) {
    refuseTaken(company, email, group);
    const isNew = sameEmailAs(email);
    group.aliases = [...group.aliases, group.email].filter((alias) => !isNew(alias));
    group.email = email;
  }
  group.name = name ?? group.name;
}

/** Deletes a group, which leaves the groups it was in. */
export function deleteGroup(company: Company, key: string): void {
  const group = groupOf(company, key);
  company.groups.splice(company.groups.indexOf(group), 1);
  leaveAllGroups(company, group.id);
}

/** Adds a user or a group of the company, the whole customer by its id, or else an address from outside. Twice is as once. */
export function addMember(company: Company, groupKey: string, memberKey: string, role: SampleMember["role"] = "MEMBER"): void {
  const { members } = groupOf(company, groupKey);
  if (!members.some(isNamed(company, memberKey))) members.push({ ...memberFor(company, memberKey), role });
}

/** Takes a member out of a group. One who is not in it is a mistake and throws. */
export function removeMember(company: Company, groupKey: string, memberKey: string): void {
  const { members } = groupOf(company, groupKey);
  const at = members.findIndex(isNamed(company, memberKey));
  if (at < 0) throw new Error(`${memberKey} is not in the group ${groupKey}.`);
  members.splice(at, 1);
}

function nextNumber(company: Company): number {
  const number = (added.get(company) ?? 0) + 1;
  added.set(company, number);
  return number;
}

function leaveAllGroups({ groups }: Company, id: string): void {
  for (const group of groups) {
    if (group.members.some((member) => member.id === id)) group.members = group.members.filter((member) => member.id !== id);
  }
}

function refuseTaken(company: Company, email: string, by?: SampleUser | SampleGroup): void {
  const holder = findUser(company, email) ?? findGroup(company, email);
  if (holder && holder !== by) throw new Error(`The address ${email} is taken in the sample company.`);
}
