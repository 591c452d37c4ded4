import { isDuplicate } from "../../database/dialect.ts";
import { Group } from "../../model/entities.ts";
import { nameKey } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { TrailSubject, Work } from "../../work/work.ts";
import { findAll, groupTarget } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { readGroupWords } from "./read-group-words.ts";

/** What to change of a group; what is left out stays. */
export interface GroupUpdate {
  /** Public. Each group at most once. */
  id: string;
  name?: string | null;
  description?: string | null;
  /** What a directory knows besides. */
  email?: string | null;
  fingerprint?: string | null;
  outOfScopeSince?: string | null;
  expectedVersion?: number | null;
  /** Where it stands in the input. */
  path?: string[];
}

/** The columns that can change, with their values from now on. */
type Next = Pick<Group, "name" | "nameKey" | "description" | "email" | "fingerprint" | "outOfScopeSince">;

interface Update {
  group: Group;
  next: Next;
  path: string[];
}

/**
 * Changes groups, all or none; names may change places. A synced group's words are its directory's (rule 6.3), a name is unique on
 * the site (6.1), and a stale page is refused (4.5). Answers the compact ids.
 */
export async function updateGroups(work: Work, inputs: readonly GroupUpdate[]): Promise<string[]> {
  // No count moves. But of two who read the same version, the second must wait and see that it is stale.
  await holdSite(work);
  const pathOf = (index: number) => [...(inputs[index]?.path ?? []), "id"];
  const ids = inputs.map(({ id }) => id);
  const unknown = new Problems();
  const groups = await findAll(work, Group, "Group", ids, pathOf, unknown);
  unknown.refuseIfAny();
  const permit = work.permit("groupUpdate", groups.map(groupTarget), pathOf);
  const changed = readUpdates(groups, inputs).filter(differs);
  const answer = groups.map(({ id }) => id);
  if (changed.length === 0) return work.unchanged(permit, answer);

  await freeOldNames(work, changed);
  for (const update of changed) await store(work, update);
  await work.record(permit, changed.map(trailOf));
  return answer;
}

/** Reads every update, and refuses with all faults at once. */
function readUpdates(groups: readonly Group[], inputs: readonly GroupUpdate[]): Update[] {
  const problems = new Problems();
  const updates = groups.map((group, index): Update => {
    const { name, description, email, fingerprint, outOfScopeSince, expectedVersion, path = [] } = inputs[index] ?? {};
    if (typeof expectedVersion === "number" && expectedVersion !== group.version)
      problems.add("CONFLICT", "Someone changed this group since you read it. Read it again.", [...path, "expectedVersion"]);
    if (name === null) problems.add("INVALID", "A group needs a name.", [...path, "name"]);
    const given = { name: name ?? group.name, description: description === undefined ? group.description : description };
    const words = readGroupWords(given, path, problems);
    const known = {
      email: email === undefined ? group.email : email,
      fingerprint: fingerprint ?? group.fingerprint,
      outOfScopeSince: outOfScopeSince === undefined ? group.outOfScopeSince : outOfScopeSince,
    };
    return { group, path, next: { ...words, ...known, nameKey: nameKey(words.name) } };
  });
  problems.refuseIfAny();
  return updates;
}

function differs({ group, next }: Update): boolean {
  return (Object.keys(next) as (keyof Next)[]).some((column) => next[column] !== group[column]); // as: the keys of Next
}

/** Moves names out of each other's way, so that a swap or a chain of names needs no order. No real key begins with a blank. */
async function freeOldNames(work: Work, changed: readonly Update[]): Promise<void> {
  const renamed = changed.filter(({ group, next }) => group.nameKey !== next.nameKey);
  if (renamed.length < 2) return;
  await work.write(`UPDATE \`Group\` SET nameKey = CONCAT(' ', id) WHERE ${ofSite()} AND id IN (${marks(renamed)})`, [
    work.siteId,
    ...renamed.map(({ group }) => group.id),
  ]);
}

async function store(work: Work, { group, next, path }: Update): Promise<void> {
  try {
    await work.write(
      `UPDATE \`Group\` SET name = ?, nameKey = ?, description = ?, email = ?, fingerprint = ?, outOfScopeSince = ?,
       version = version + 1 WHERE id = ? AND siteId = ?`,
      [next.name, next.nameKey, next.description, next.email, next.fingerprint, next.outOfScopeSince, group.id, work.siteId],
    );
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal("TAKEN", `There is a group named ${next.name} already.`, [...path, "name"]);
    throw error;
  }
}

function trailOf({ group, next }: Update): TrailSubject {
  const fields = (["name", "description", "email", "outOfScopeSince"] as const).filter((field) => next[field] !== group[field]);
  const changes = Object.fromEntries(fields.map((field) => [field, [group[field], next[field]] as const]));
  return { type: "Group", id: group.id, label: next.name, changes };
}
