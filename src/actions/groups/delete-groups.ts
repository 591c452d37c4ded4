import { Group } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, groupTarget } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

/**
 * Deletes groups with their memberships and grants, and reports who loses which application (rule 6.5). The only default group of
 * an application stays (rule 6.2). Answers the compact ids.
 */
export async function deleteGroups(
  work: Work,
  { ids, path = ["input", "ids"] }: { ids: readonly string[]; path?: string[] },
): Promise<string[]> {
  await holdSite(work);
  const groups = await findAllOrRefuse(work, Group, "Group", ids, path);
  const permit = work.permit("groupDelete", groups.map(groupTarget));
  await refuseLastDefaults(work, groups, path);
  const groupIds = groups.map(({ id }) => id);
  const grants = await work.rows<{ applicationId: string }>(
    `SELECT DISTINCT applicationId FROM \`Grant\` WHERE groupId IN (${marks(groupIds)})`,
    groupIds,
  );
  const applicationIds = grants.map(({ applicationId }) => applicationId);
  await keepCounts(work, { applicationIds }, async () => {
    for (const table of ["Membership", "`Grant`"])
      await work.write(`DELETE FROM ${table} WHERE groupId IN (${marks(groupIds)})`, groupIds);
    await work.write(`DELETE FROM Nesting WHERE groupId IN (${marks(groupIds)}) OR childId IN (${marks(groupIds)})`, [
      ...groupIds,
      ...groupIds,
    ]);
    await work.write(`DELETE FROM \`Group\` WHERE siteId = ? AND id IN (${marks(groupIds)})`, [work.siteId, ...groupIds]);
  });
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

async function refuseLastDefaults(work: Work, groups: readonly Group[], path: string[]): Promise<void> {
  const ids = groups.map(({ id }) => id);
  const last = await work.rows<{ groupId: string; name: string }>(
    `SELECT g.groupId, a.name FROM \`Grant\` g JOIN Application a ON a.id = g.applicationId
     WHERE g.isDefault = 1 AND g.groupId IN (${marks(ids)}) AND NOT EXISTS (SELECT 1 FROM \`Grant\` o
       WHERE o.applicationId = g.applicationId AND o.isDefault = 1 AND o.groupId NOT IN (${marks(ids)}))`,
    [...ids, ...ids],
  );
  const problems = new Problems();
  for (const { groupId, name } of last) {
    const index = groups.findIndex(({ id }) => id === groupId);
    problems.add(
      "WRONG_STATE",
      `${groups[index]?.name} is the only default group of ${name}. Make another one its default first.`,
      path,
    );
  }
  problems.refuseIfAny();
}
