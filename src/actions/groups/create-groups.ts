import { isDuplicate } from "../../database/dialect.ts";
import { Group, Membership, User } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse } from "../find-or-refuse.ts";
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
 * Makes groups, all or none. A name is unique on the site by its key (rule 6.1). A new group opens nothing, so its members take no
 * seats. Answers the compact ids, in order.
 */
export async function createGroups(work: Work, inputs: readonly NewGroup[]): Promise<string[]> {
  await holdSite(work);
  const permit = work.permit("groupCreate", { noun: "site", id: work.siteId });
  const groups = await readGroups(work, inputs);
  const members = await findMembers(work, inputs);
  for (const [index, group] of groups.entries()) group.memberCount = members[index]?.length ?? 0;
  try {
    await work.insert(Group, groups);
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal("TAKEN", "There is a group of this name already.", inputs[0]?.path);
    throw error;
  }
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

/** Reads every group, and refuses with all faults at once: also names that are taken, or given twice. */
async function readGroups(work: Work, inputs: readonly NewGroup[]): Promise<Group[]> {
  const problems = new Problems();
  const groups = inputs.map((input) => newGroup(work, readGroupWords(input, input.path ?? [], problems), input));
  const keys = groups.map((group) => group.nameKey);
  const taken = new Set((await work.byIds(Group, keys, "nameKey")).map((group) => group.nameKey));
  for (const [index, { name, nameKey }] of groups.entries()) {
    const path = [...(inputs[index]?.path ?? []), "name"];
    if (taken.has(nameKey)) problems.add("TAKEN", `There is a group named ${name} already.`, path);
    if (nameKey !== "") taken.add(nameKey);
  }
  problems.refuseIfAny();
  return groups;
}

/** The members of each group, in order. */
async function findMembers(work: Work, inputs: readonly NewGroup[]): Promise<User[][]> {
  const members: User[][] = [];
  for (const { memberIds = [], path = [] } of inputs)
    members.push(await findAllOrRefuse(work, User, "User", memberIds, [...path, "memberIds"]));
  return members;
}
