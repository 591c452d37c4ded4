import { Group } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAll, groupTarget } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

/** Public ids, each once; at most 500. `path` is that of the id where an input has only one. */
export interface DeleteGroups {
  ids: readonly string[];
  path?: string[];
}

/**
 * Deletes groups with their memberships and grants, and reports who loses which application (rule 6.5). The only default group of
 * an application stays (rule 6.2), and a synced one goes only by its directory. Answers the compact ids.
 */
export async function deleteGroups(work: Work, { ids, path }: DeleteGroups): Promise<string[]> {
  await holdSite(work);
  const pathOf = (index: number) => path ?? ["input", "ids", String(index)];
  const unknown = new Problems();
  const groups = await findAll(work, Group, "Group", ids, pathOf, unknown);
  unknown.refuseIfAny();
  const permit = work.permit("groupDelete", groups.map(groupTarget), pathOf);
  if (groups.length === 0) return work.unchanged(permit, []);
  await refuseLastDefaults(work, groups, pathOf);
  const groupIds = groups.map(({ id }) => id);
  const applicationIds = await applicationsOpenedBy(work, groupIds);
  await keepCounts(work, { applicationIds }, () => remove(work, groupIds));
  await work.record(
    permit,
    groups.map(({ id, name, memberCount }) => ({
      type: "Group",
      id,
      label: name,
      changes: { name: [name, null], members: [memberCount, null] },
    })),
  );
  return groupIds;
}

async function applicationsOpenedBy(work: Work, groupIds: readonly string[]): Promise<string[]> {
  const grants = await work.rows<{ applicationId: string }>(
    `SELECT DISTINCT applicationId FROM \`Grant\` WHERE groupId IN (${marks(groupIds)})`,
    groupIds,
  );
  return grants.map(({ applicationId }) => applicationId);
}

async function remove(work: Work, groupIds: readonly string[]): Promise<void> {
  const these = `IN (${marks(groupIds)})`;
  for (const table of ["Membership", "`Grant`"]) await work.write(`DELETE FROM ${table} WHERE groupId ${these}`, groupIds);
  await work.write(`DELETE FROM Nesting WHERE groupId ${these} OR childId ${these}`, [...groupIds, ...groupIds]);
  await work.write(`DELETE FROM \`Group\` WHERE siteId = ? AND id ${these}`, [work.siteId, ...groupIds]);
}

async function refuseLastDefaults(work: Work, groups: readonly Group[], pathOf: (index: number) => string[]): Promise<void> {
  const ids = groups.map(({ id }) => id);
  const last = await work.rows<{ groupId: string; name: string }>(
    `SELECT g.groupId, a.name FROM \`Grant\` g JOIN Application a ON a.id = g.applicationId
     WHERE g.isDefault = 1 AND g.groupId IN (${marks(ids)}) AND NOT EXISTS (SELECT 1 FROM \`Grant\` o
       WHERE o.applicationId = g.applicationId AND o.isDefault = 1 AND o.groupId NOT IN (${marks(ids)}))`,
    [...ids, ...ids],
  );
  const problems = new Problems();
  for (const { groupId, name } of last) {
    const index = ids.indexOf(groupId);
    problems.add(
      "WRONG_STATE",
      `Without ${groups[index]?.name}, ${name} has no default group. Make another one its default first.`,
      pathOf(index),
    );
  }
  problems.refuseIfAny();
}
