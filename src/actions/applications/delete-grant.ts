import { Application, Grant, Group } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { refuseLastDefault } from "./last-default.ts";

/**
 * Ends what a group opens, and reports who loses the application by it (rule 6.5). Never the last default (6.2). Answers the
 * compact id.
 */
export async function deleteGrant(work: Work, { id }: { id: string }): Promise<string> {
  await holdSite(work);
  const path = ["input", "id"];
  const grant = await findOrRefuse(work, Grant, "Grant", id, path);
  const permit = work.permit("grantDelete", { noun: "grant", id: grant.id });
  const [application] = await work.byIds(Application, [grant.applicationId]);
  const [group] = await work.byIds(Group, [grant.groupId]);
  if (!application || !group) throw new Error(`The grant ${grant.id} has lost its application or its group`);
  await refuseLastDefault(work, grant, application.name, path);
  await keepCounts(work, { applicationIds: [application.id] }, () =>
    work.write("DELETE FROM `Grant` WHERE id = ? AND siteId = ?", [grant.id, work.siteId]),
  );
  const changes = { role: [grant.role, null], default: [grant.isDefault, null] } as const;
  await work.record(permit, [{ type: "Grant", id: grant.id, label: `${group.name} opens ${application.key}`, changes }], {
    findable: [grant.id, application.id, group.id],
  });
  return grant.id;
}
