import { Application, Grant, Group } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { Problems } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { refuseLastDefault } from "./last-default.ts";

/** What a group opens, and how; public ids. */
export interface SetGrant {
  applicationId: string;
  groupId: string;
  role: Grant["role"];
  default: boolean;
}

/**
 * Lets a group open an application, or changes how; its members take seats by it. A default is a group added by hand, with the role
 * USER (rule 6.3), and an application keeps one (6.2). Answers the grant's compact id.
 */
export async function setGrant(work: Work, { applicationId, groupId, role, default: isDefault }: SetGrant): Promise<string> {
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", applicationId, ["input", "applicationId"]);
  const group = await findOrRefuse(work, Group, "Group", groupId, ["input", "groupId"]);
  const permit = work.permit("grantSet", { noun: "application", id: application.id });
  if (isDefault) refuseUnfitDefault(group, role);
  const known = (await work.byIds(Grant, [group.id], "groupId")).find((grant) => grant.applicationId === application.id);
  if (known?.role === role && known.isDefault === isDefault) return work.unchanged(permit, known.id);

  const grant: Grant = {
    id: newId(),
    siteId: work.siteId,
    applicationId: application.id,
    groupId: group.id,
    ...known,
    role,
    isDefault,
  };
  if (known) {
    if (!isDefault) await refuseLastDefault(work, known, application.name, ["input", "default"]);
    await work.write("UPDATE `Grant` SET role = ?, isDefault = ? WHERE id = ?", [role, isDefault, grant.id]);
  } else await keepCounts(work, { applicationIds: [application.id] }, () => work.insert(Grant, [grant]));
  const changes = { role: [known?.role ?? null, role], default: [known?.isDefault ?? null, isDefault] } as const;
  await work.record(permit, [{ type: "Grant", id: grant.id, label: `${group.name} opens ${application.key}`, changes }], {
    findable: [grant.id, application.id, group.id],
  });
  return grant.id;
}

function refuseUnfitDefault(group: Group, role: Grant["role"]): void {
  const problems = new Problems();
  if (role !== "USER") problems.add("INVALID", "A default group opens its application as USER.", ["input", "role"]);
  if (group.directoryId !== null)
    problems.add("MANAGED_BY_DIRECTORY", `${group.name} takes its members from a directory, so it cannot be a default.`, [
      "input",
      "default",
    ]);
  problems.refuseIfAny();
}
