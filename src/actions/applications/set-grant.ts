import { Application, Grant, Group } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

/** What a group opens, and how; public ids. */
export interface SetGrant {
  applicationId: string;
  groupId: string;
  role: "USER" | "ADMIN";
  default: boolean;
}

/**
 * Lets a group open an application, or changes how. A default is a group added by hand, with the role USER (rule 6.3), and an
 * application keeps one (rule 6.2). Answers the grant's compact id.
 */
export async function setGrant(work: Work, { applicationId, groupId, role, default: isDefault }: SetGrant): Promise<string> {
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", applicationId, ["input", "applicationId"]);
  const group = await findOrRefuse(work, Group, "Group", groupId, ["input", "groupId"]);
  const permit = work.permit("grantSet", { noun: "application", id: application.id });
  const problems = new Problems();
  if (isDefault && role !== "USER") problems.add("INVALID", "A default group opens the application as USER.", ["input", "role"]);
  if (isDefault && group.directoryId !== null)
    problems.add("MANAGED_BY_DIRECTORY", `${group.name} takes its members from a directory, so it cannot be a default.`, [
      "input",
      "default",
    ]);
  problems.refuseIfAny();

  const known = (await work.byIds(Grant, [group.id], "groupId")).find((grant) => grant.applicationId === application.id);
  if (known?.role === role && known.isDefault === isDefault) return work.unchanged(permit, known.id);
  if (known?.isDefault && !isDefault) await refuseLastDefault(work, known, application.name);
  const id = known?.id ?? newId();
  await keepCounts(work, { applicationIds: [application.id] }, async () => {
    if (known) await work.write("UPDATE `Grant` SET role = ?, isDefault = ? WHERE id = ?", [role, isDefault, id]);
    else
      await work.insert(Grant, [{ id, siteId: work.siteId, applicationId: application.id, groupId: group.id, role, isDefault }]);
  });
  const changes = { role: [known?.role ?? null, role], default: [known?.isDefault ?? null, isDefault] } as const;
  await work.record(permit, [{ type: "Grant", id, label: `${group.name} opens ${application.key}`, changes }], {
    findable: [id, application.id, group.id],
  });
  return id;
}

/** An application always has a default group: without one, nobody could be given it (section 12). */
export async function refuseLastDefault(work: Work, { id, applicationId }: Grant, application: string): Promise<void> {
  const [other] = await work.rows(
    "SELECT 1 AS found FROM `Grant` WHERE applicationId = ? AND isDefault = 1 AND id <> ? LIMIT 1",
    [applicationId, id],
  );
  if (!other)
    throw new Refusal("WRONG_STATE", `This is the only default group of ${application}. Make another one its default first.`);
}
