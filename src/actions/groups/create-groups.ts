import { isDuplicate } from "../../database/dialect.ts";
import { Group, Membership, User } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findAll, groupTarget } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { type GroupOrigin, newGroup } from "./new-group.ts";
import { readGroupWords } from "./read-group-words.ts";

/** A group to be made; a directory says besides where it comes from. */
export interface NewGroup extends GroupOrigin {
  name: string;
  description?: string | null;
  /** Public ids of users who join by hand. */
  memberIds?: readonly string[];
  /** Where it stands in the input. */
  path?: string[];
}

/**
 * Makes groups, at most 500, all or none, every fault told at once. A name is unique on the site by its key (rule 6.1). A new group
 * opens nothing, so its members take no seats. Answers the compact ids, in order.
 */
export async function createGroups(work: Work, inputs: readonly NewGroup[]): Promise<string[]> {
  await holdSite(work);
  const problems = new Problems();
  const pathOf = (index: number) => inputs[index]?.path ?? [];
  const groups = inputs.map((input, index) => newGroup(work, readGroupWords(input, pathOf(index), problems), input));
  const permit = work.permit("groupCreate", groups.map(groupTarget), pathOf);
  if (groups.length === 0) return work.unchanged(permit, []);
  await findTaken(work, groups, pathOf, problems);
  const members = await findMembers(work, inputs, pathOf, problems);
  problems.refuseIfAny();
  for (const [index, group] of groups.entries()) group.memberCount = members[index]?.length ?? 0;
  await insertGroups(work, groups, pathOf);
  await work.insert(
    Membership,
    groups.flatMap(({ id }, index) =>
      (members[index] ?? []).map((user) => ({ groupId: id, userId: user.id, byHand: true, bySync: false, direct: false })),
    ),
  );
  await work.record(
    permit,
    groups.map(({ id, name, memberCount }) => ({
      type: "Group",
      id,
      label: name,
      changes: { name: [null, name], ...(memberCount > 0 ? { members: [0, memberCount] as const } : {}) },
    })),
    { findable: [...groups.map(({ id }) => id), ...members.flat().map(({ id }) => id)] },
  );
  return groups.map(({ id }) => id);
}

type PathOf = (index: number) => string[];

/** The index is the rule: where it knows a group that was not there when we asked, we ask again, to say which. */
async function insertGroups(work: Work, groups: readonly Group[], pathOf: PathOf): Promise<void> {
  try {
    await work.insert(Group, groups);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const problems = new Problems();
    await findTaken(work, groups, pathOf, problems);
    problems.refuseIfAny();
    throw error;
  }
}

/** Collects what is another group's already, or given twice: a name, or a directory's own id of a group. */
async function findTaken(work: Work, groups: readonly Group[], pathOf: PathOf, problems: Problems): Promise<void> {
  const names = await takenAmong(work, groups, "nameKey");
  const externals = await takenAmong(work, groups, "externalKey");
  for (const [index, { name, nameKey, externalId, externalKey }] of groups.entries()) {
    if (names.has(nameKey)) problems.add("TAKEN", `There is a group named ${name} already.`, [...pathOf(index), "name"]);
    if (externalKey !== null && externals.has(externalKey))
      problems.add("TAKEN", `The directory's group ${externalId} is here already.`, [...pathOf(index), "externalId"]);
    if (nameKey !== "") names.add(nameKey);
    if (externalKey !== null) externals.add(externalKey);
  }
}

async function takenAmong(work: Work, groups: readonly Group[], column: "nameKey" | "externalKey"): Promise<Set<string>> {
  const keys = groups.flatMap((group) => group[column] ?? []);
  const others = await work.byIds(Group, keys, column);
  return new Set(others.flatMap((group) => group[column] ?? []));
}

/** The members of each group, in order. */
async function findMembers(work: Work, inputs: readonly NewGroup[], pathOf: PathOf, problems: Problems): Promise<User[][]> {
  const members: User[][] = [];
  for (const [index, { memberIds = [] }] of inputs.entries()) {
    const placeOf = (place: number) => [...pathOf(index), "memberIds", String(place)];
    members.push([...new Set(await findAll(work, User, "User", memberIds, placeOf, problems))]);
  }
  return members;
}
