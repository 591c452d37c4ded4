import type { Group, User } from "../model/entities.ts";
import { compactId, type NodeType } from "../model/id.ts";
import { Problems, Refusal } from "../model/refusal.ts";
import type { GroupTarget, UserTarget } from "../policy/target.ts";
import type { Work } from "../work/work.ts";

/** How an id that names nothing on this site is refused: the same whether it never existed or belongs to another site. */
const unknown = (type: NodeType) => `There is no such ${type.toLowerCase()} on this site.`;

/** The row behind each public id, in the order given. Every id that is none of this site's is a problem, at `pathOf` its place. */
export async function findAll<T extends { id: string }>(
  work: Work,
  entity: new () => T,
  type: NodeType,
  publicIds: readonly string[],
  pathOf: (index: number) => string[],
  problems: Problems,
): Promise<T[]> {
  return findEach((ids) => work.byIds(entity, ids), type, publicIds, pathOf, problems);
}

async function findEach<T extends { id: string }>(
  find: (ids: readonly string[]) => Promise<T[]>,
  type: NodeType,
  publicIds: readonly string[],
  pathOf: (index: number) => string[],
  problems: Problems,
): Promise<T[]> {
  const ids = publicIds.map((id) => compactId(type, id));
  const found = await find([...new Set(ids.filter((id) => id !== null))]);
  const byId = new Map(found.map((row) => [row.id, row]));
  return ids.flatMap((id, index) => {
    const row = byId.get(id ?? "");
    if (!row) problems.add("NOT_FOUND", unknown(type), pathOf(index));
    return row ?? [];
  });
}

/**
 * The rows behind public ids, each once, in the order given; or a refusal that names every id that is none of this site's. `path`
 * is that of the list.
 */
export async function findAllOrRefuse<T extends { id: string }>(
  work: Work,
  entity: new () => T,
  type: NodeType,
  publicIds: readonly string[],
  path: string[],
): Promise<T[]> {
  return findEachOrRefuse((ids) => work.byIds(entity, ids), type, publicIds, path);
}

/** The same, where `find` reads what is wanted of the rows by compact ids. It answers nothing of another site. */
export async function findEachOrRefuse<T extends { id: string }>(
  find: (ids: readonly string[]) => Promise<T[]>,
  type: NodeType,
  publicIds: readonly string[],
  path: string[],
): Promise<T[]> {
  const problems = new Problems();
  const rows = await findEach(find, type, publicIds, (index) => [...path, String(index)], problems);
  problems.refuseIfAny();
  return [...new Set(rows)];
}

/** The one row behind a public id, or a refusal. */
export async function findOrRefuse<T extends { id: string }>(
  work: Work,
  entity: new () => T,
  type: NodeType,
  publicIdGiven: string,
  path: string[],
): Promise<T> {
  const id = compactId(type, publicIdGiven);
  const [row] = id === null ? [] : await work.byIds(entity, [id]);
  if (!row) throw new Refusal("NOT_FOUND", unknown(type), path);
  return row;
}

/** A user as the policy sees one. */
export function userTarget({ id, role, directoryId, directorySuspended }: User): UserTarget {
  return { noun: "user", id, role, directoryId, directorySuspended };
}

/** A group as the policy sees one. */
export function groupTarget({ id, name, directoryId }: Group): GroupTarget {
  return { noun: "group", id, name, directoryId };
}
