import { Application, Group } from "../../model/entities.ts";
import { publicId } from "../../model/id.ts";
import type { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAll } from "../find-or-refuse.ts";

/** Public ids. Of applications, left out means those that new users get, and empty means none. */
export interface Choice {
  applicationIds?: readonly string[] | null;
  groupIds: readonly string[];
}

/** The groups that newcomers join: those chosen, and the default groups of the applications chosen (rule 2.4). Collects every fault. */
export async function chooseGroups(
  work: Work,
  { applicationIds = null, groupIds }: Choice,
  problems: Problems,
): Promise<Group[]> {
  const pathOf = (field: string) => (index: number) => ["input", field, String(index)];
  const chosen = await findAll(work, Group, "Group", groupIds, pathOf("groupIds"), problems);
  for (const { id, name, directoryId } of new Set(chosen))
    if (directoryId !== null)
      problems.add(
        "MANAGED_BY_DIRECTORY",
        `The group ${name} takes its members from a directory alone.`,
        pathOf("groupIds")(groupIds.indexOf(publicId("Group", id))),
      );
  const applications =
    applicationIds === null
      ? null
      : await findAll(work, Application, "Application", applicationIds, pathOf("applicationIds"), problems);
  const defaults = await work.byIds(Group, await defaultGroupIds(work, applications));
  return [...new Map([...chosen, ...defaults].map((group) => [group.id, group])).values()];
}

/** The default groups of these applications; null for those that new users get. */
async function defaultGroupIds(work: Work, applications: readonly Application[] | null): Promise<string[]> {
  if (applications?.length === 0) return [];
  const which = applications ? `a.id IN (${marks(applications)})` : "a.grantedToNewUsers = 1";
  const grants = await work.rows<{ groupId: string }>(
    `SELECT DISTINCT g.groupId FROM \`Grant\` g JOIN Application a ON a.id = g.applicationId WHERE g.siteId = ? AND g.isDefault = 1 AND ${which}`,
    [work.siteId, ...(applications ?? []).map(({ id }) => id)],
  );
  return grants.map(({ groupId }) => groupId);
}
