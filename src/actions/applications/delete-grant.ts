import { Application, Grant, Group } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { refuseLastDefault } from "./set-grant.ts";

/** Ends what a group opens, and reports who loses the application by it. Never the last default. Answers the compact id. */
export async function deleteGrant(work: Work, { id }: { id: string }): Promise<string> {
  await holdSite(work);
  const grant = await findOrRefuse(work, Grant, "Grant", id, ["input", "id"]);
  const permit = work.permit("grantDelete", { noun: "grant", id: grant.id });
  const [application] = await work.byIds(Application, [grant.applicationId]);
  const [group] = await work.byIds(Group, [grant.groupId]);
  if (grant.isDefault) await refuseLastDefault(work, grant, application?.name ?? "the application");
  await keepCounts(work, { applicationIds: [grant.applicationId] }, async () => {
    await work.write("DELETE FROM `Grant` WHERE id = ? AND siteId = ?", [grant.id, work.siteId]);
  });
  const label = `${group?.name} opens ${application?.key}`;
  await work.record(permit, [{ type: "Grant", id: grant.id, label, changes: { role: [grant.role, null] } }], {
    findable: [grant.id, grant.applicationId, grant.groupId],
  });
  return grant.id;
}
