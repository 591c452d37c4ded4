import { isDuplicate } from "../../database/dialect.ts";
import { Group, Membership, User } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { cleanText, nameKey } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";

/** A group to be made. */
export interface NewGroup {
  name: string;
  description?: string | null;
  /** Public ids of users who join by hand. */
  memberIds?: readonly string[];
  /** The directory that brings it, by its compact id, and what it knows of the group. */
  directoryId?: string;
  externalId?: string | null;
  email?: string | null;
  fingerprint?: string | null;
  /** Where it stands in the input. */
  path?: string[];
}

/** Makes groups, all or none. A name is unique on the site by its key (rule 6.1). Answers the compact ids, in order. */
export async function createGroups(work: Work, inputs: readonly NewGroup[]): Promise<string[]> {
  await holdSite(work);
  const permit = work.permit("groupCreate", { noun: "site", id: work.siteId });
  const problems = new Problems();
  const groups = inputs.map((input) => readGroup(work, input, problems));
  await refuseTakenNames(work, groups, inputs, problems);
  const members = await Promise.all(
    inputs.map(({ memberIds = [], path = [] }) => findAllOrRefuse(work, User, "User", memberIds, [...path, "memberIds"])),
  );
  for (const [index, group] of groups.entries()) group.memberCount = members[index]?.length ?? 0;
  try {
    await work.insert(Group, groups);
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal("TAKEN", "There is a group of this name already.", inputs[0]?.path ?? []);
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

function readGroup(work: Work, { name, description, path = [], ...known }: NewGroup, problems: Problems): Group {
  const words = readGroupWords({ name, description }, path, problems);
  return {
    id: newId(),
    siteId: work.siteId,
    name: words.name,
    nameKey: nameKey(words.name),
    description: words.description,
    email: known.email ?? null,
    directoryId: known.directoryId ?? null,
    externalId: known.externalId ?? null,
    externalKey: known.directoryId ? `${known.directoryId}:${known.externalId}` : null,
    fingerprint: known.fingerprint ?? null,
    memberCount: 0,
    createdAt: work.now,
    version: 1,
  };
}

/** Reads a name and a description, and collects what is wrong with them. */
export function readGroupWords(
  { name, description }: { name: string; description?: string | null },
  path: readonly string[],
  problems: Problems,
): { name: string; description: string | null } {
  const cleaned = cleanText(name, { max: 100 });
  const described = cleanText(description ?? "", { max: 1000, lines: true });
  if ("fault" in cleaned || cleaned.text === "")
    problems.add("INVALID", "fault" in cleaned ? cleaned.fault : "A group needs a name.", [...path, "name"]);
  if ("fault" in described) problems.add("INVALID", described.fault, [...path, "description"]);
  return {
    name: "text" in cleaned ? cleaned.text : "",
    description: "text" in described ? described.text || null : null,
  };
}

async function refuseTakenNames(
  work: Work,
  groups: readonly Group[],
  inputs: readonly NewGroup[],
  problems: Problems,
): Promise<void> {
  const taken = new Set(
    (
      await work.byIds(
        Group,
        groups.map((group) => group.nameKey),
        "nameKey",
      )
    ).map((group) => group.nameKey),
  );
  for (const [index, group] of groups.entries()) {
    if (taken.has(group.nameKey))
      problems.add("TAKEN", `There is a group named ${group.name} already.`, [...(inputs[index]?.path ?? []), "name"]);
    taken.add(group.nameKey);
  }
  problems.refuseIfAny();
}
