import { Group, Nesting } from "../../model/entities.ts";
import { publicId } from "../../model/id.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAll, groupTarget } from "../find-or-refuse.ts";

/** A directory's group and the groups directly inside it; compact ids. */
export interface NestingUpdate {
  groupId: string;
  childIds: readonly string[];
}

/** Keeps which of a directory's groups are inside which, to show by which path someone is a member (rule 6.4). It moves no access. */
export async function setNestings(work: Work, updates: readonly NestingUpdate[]): Promise<void> {
  const groupIds = updates.map(({ groupId }) => groupId);
  const groups = await findEnds(work, updates);
  const permit = work.permit("groupUpdate", groups.map(groupTarget), (index) => ["groups", String(index)]);
  const before = await work.rows<Nesting>(`SELECT groupId, childId FROM Nesting WHERE groupId IN (${marks(groupIds)})`, groupIds);
  const wasIn = new Map<string, string[]>();
  for (const { groupId, childId } of before) wasIn.set(groupId, [...(wasIn.get(groupId) ?? []), childId]);
  const changed = updates.filter(
    ({ groupId, childIds }) => String([...childIds].sort()) !== String((wasIn.get(groupId) ?? []).sort()),
  );
  if (changed.length === 0) return work.unchanged(permit, undefined);

  const changedIds = changed.map(({ groupId }) => groupId);
  await work.write(`DELETE FROM Nesting WHERE groupId IN (${marks(changedIds)})`, changedIds);
  await work.insert(
    Nesting,
    changed.flatMap(({ groupId, childIds }) => childIds.map((childId) => ({ groupId, childId }))),
  );
  const nameOf = new Map(groups.map((group) => [group.id, group.name]));
  await work.record(
    permit,
    changed.map(({ groupId, childIds }) => ({
      type: "Group",
      id: groupId,
      label: nameOf.get(groupId) ?? groupId,
      changes: {
        nested: [(wasIn.get(groupId) ?? []).map((id) => publicId("Group", id)), childIds.map((id) => publicId("Group", id))],
      },
    })),
  );
}

/** The groups that hold others, in order; a refusal where one of them, or one inside, is none of this site's. */
async function findEnds(work: Work, updates: readonly NestingUpdate[]): Promise<Group[]> {
  const problems = new Problems();
  const outer = updates.map(({ groupId }, index) => ({ id: groupId, path: ["groups", String(index)] }));
  const inner = updates.flatMap(({ childIds }, index) =>
    childIds.map((id, at) => ({ id, path: ["groups", String(index), "childIds", String(at)] })),
  );
  const find = (ends: typeof outer) => {
    const ids = ends.map(({ id }) => publicId("Group", id));
    return findAll(work, Group, "Group", ids, (index) => ends[index]?.path ?? [], problems);
  };
  const groups = await find(outer);
  await find(inner);
  problems.refuseIfAny();
  return groups;
}
