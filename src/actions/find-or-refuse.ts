import type { Group, User } from "../model/entities.ts";
import { compactId, type NodeType } from "../model/id.ts";
import { Problems, Refusal } from "../model/refusal.ts";
import type { GroupTarget, UserTarget } from "../policy/policy.ts";
import type { Work } from "../work/work.ts";

/** How an id that names nothing on this site is refused: the same whether it never existed or belongs to another site. */
const unknown = (type: NodeType) => `There is no such ${type.toLowerCase()} on this site.`;

/**
 * The rows behind public ids, each once, in the order given; or a refusal that names every id that is none of this site's.
 * `path` is that of the list.
 */
export async function findAllOrRefuse<T extends { id: string }>(
  work: Work,
  entity: new () => T,
  type: NodeType,
  publicIds: readonly string[],
  path: string[],
): Promise<T[]> {
  const ids = publicIds.map((id) => compactId(type, id));
  const found = new Map(
    (
      await work.byIds(
        entity,
        [...new Set(ids)].filter((id) => id !== null),
      )
    ).map((row) => [row.id, row]),
  );
  const problems = new Problems();
  const rows = new Set<T>();
  for (const [index, id] of ids.entries()) {
    const row = id === null ? undefined : found.get(id);
    if (!row) problems.add("NOT_FOUND", unknown(type), [...path, String(index)]);
    else rows.add(row);
  }
  problems.refuseIfAny();
  return [...rows];
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
