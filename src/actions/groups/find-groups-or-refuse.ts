import { Group } from "../../model/entities.ts";
import { compactId } from "../../model/id.ts";
import { Problems } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";

/** The group behind each public id, in order; or a refusal that names every id that is none of this site's, at `pathOf` its place. */
export async function findGroupsOrRefuse(
  work: Work,
  publicIds: readonly string[],
  pathOf: (index: number) => string[],
): Promise<Group[]> {
  const ids = publicIds.map((id) => compactId("Group", id));
  const rows = await work.byIds(Group, [...new Set(ids.filter((id) => id !== null))]);
  const byId = new Map(rows.map((group) => [group.id, group]));
  const problems = new Problems();
  const groups = ids.flatMap((id, index) => {
    const group = byId.get(id ?? "");
    if (!group) problems.add("NOT_FOUND", "There is no such group on this site.", pathOf(index));
    return group ?? [];
  });
  problems.refuseIfAny();
  return groups;
}
