import { isDuplicate } from "../../database/dialect.ts";
import { Group } from "../../model/entities.ts";
import { nameKey } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, groupTarget } from "../find-or-refuse.ts";
import { readGroupWords } from "./create-groups.ts";

/** What to change of a group; what is left out stays. */
export interface GroupUpdate {
  id: string;
  name?: string | null;
  description?: string | null;
  /** What a directory knows besides. */
  email?: string | null;
  fingerprint?: string | null;
  expectedVersion?: number | null;
  path?: string[];
}

/** Changes groups, all or none; two may swap their names. A synced group's words are its directory's (rule 6.3). Answers the compact ids. */
export async function updateGroups(work: Work, inputs: readonly GroupUpdate[]): Promise<string[]> {
  const pathOf = (index: number) => inputs[index]?.path ?? [];
  const found = await findAllOrRefuse(
    work,
    Group,
    "Group",
    inputs.map(({ id }) => id),
    ["input", "id"],
  );
  const permit = work.permit("groupUpdate", found.map(groupTarget), (index) => [...pathOf(index), "id"]);
  const problems = new Problems();
  const updates = found.map((group, index) => ({ group, next: readUpdate(group, inputs[index], pathOf(index), problems) }));
  problems.refuseIfAny();
  const changed = updates.filter(({ group, next }) =>
    Object.entries(next).some(([column, value]) => value !== group[column as keyof Group]),
  ); // as: next names columns of Group
  const ids = found.map(({ id }) => id);
  if (changed.length === 0) return work.unchanged(permit, ids);

  await freeOldNames(work, changed);
  for (const { group, next } of changed) await store(work, group, next);
  await work.record(
    permit,
    changed.map(({ group, next }) => ({
      type: "Group",
      id: group.id,
      label: next.name,
      changes: {
        ...(next.name === group.name ? {} : { name: [group.name, next.name] as const }),
        ...(next.description === group.description ? {} : { description: [group.description, next.description] as const }),
        ...(next.email === group.email ? {} : { email: [group.email, next.email] as const }),
      },
    })),
  );
  return ids;
}

type Next = Pick<Group, "name" | "nameKey" | "description" | "email" | "fingerprint">;

function readUpdate(group: Group, input: GroupUpdate | undefined, path: string[], problems: Problems): Next {
  if (typeof input?.expectedVersion === "number" && input.expectedVersion !== group.version)
    problems.add("CONFLICT", "Someone changed this group since you read it. Read it again.", [...path, "expectedVersion"]);
  if (input?.name === null) problems.add("INVALID", "A group needs a name.", [...path, "name"]);
  const description = input?.description === undefined ? group.description : input.description;
  const words = readGroupWords({ name: input?.name ?? group.name, description }, path, problems);
  return {
    ...words,
    nameKey: nameKey(words.name),
    email: input?.email === undefined ? group.email : input.email,
    fingerprint: input?.fingerprint ?? group.fingerprint,
  };
}

/** Moves the names that change out of each other's way: a chain or a swap of names needs no order then. */
async function freeOldNames(work: Work, changed: readonly { group: Group; next: Next }[]): Promise<void> {
  const renamed = changed.filter(({ group, next }) => group.nameKey !== next.nameKey);
  if (renamed.length < 2) return;
  await work.write(`UPDATE \`Group\` SET nameKey = CONCAT('moving:', id) WHERE siteId = ? AND id IN (${marks(renamed)})`, [
    work.siteId,
    ...renamed.map(({ group }) => group.id),
  ]);
}

async function store(work: Work, { id }: Group, { name, nameKey: key, description, email, fingerprint }: Next): Promise<void> {
  try {
    await work.write(
      "UPDATE `Group` SET name = ?, nameKey = ?, description = ?, email = ?, fingerprint = ?, version = version + 1 WHERE id = ? AND siteId = ?",
      [name, key, description, email, fingerprint, id, work.siteId],
    );
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal("TAKEN", `There is a group named ${name} already.`, ["input", "name"]);
    throw error;
  }
}
