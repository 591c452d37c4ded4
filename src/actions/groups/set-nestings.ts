import { Group, Nesting } from "../../model/entities.ts";
import { publicId } from "../../model/id.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, groupTarget } from "../find-or-refuse.ts";

/** A directory's group and the groups directly inside it; compact ids. */
export interface NestingUpdate {
  groupId: string;
  childIds: readonly string[];
}

/** Keeps which of a directory's groups are inside which, to show by which path someone is a member (rule 6.4). It moves no access. */
export async function setNestings(work: Work, updates: readonly NestingUpdate[]): Promise<void> {
  const groupIds = updates.map(({ groupId }) => groupId);
  const groups = await findAllOrRefuse(
    work,
    Group,
    "Group",
    groupIds.map((id) => publicId("Group", id)),
    ["groups"],
  );
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
