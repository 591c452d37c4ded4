import type { DirectorySettings } from "../../model/directory-settings.ts";
import { ApiToken, Application, Directory, Grant } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { endTokens } from "../tokens/end-tokens.ts";

/**
 * Deletes an application with its grants and with what it reported of users, and ends its tokens. Reports who loses it (rule 6.5).
 * Its groups stay: they may open others, and can be deleted now. Answers the compact id.
 */
export async function deleteApplication(work: Work, { id }: { id: string }): Promise<string> {
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", id, ["input", "id"]);
  const permit = work.permit("applicationDelete", { noun: "application", id: application.id });
  const grants = await work.byIds(Grant, [application.id], "applicationId");
  const ended = await endTokens(work, await work.byIds(ApiToken, [application.id], "applicationId"));
  await leaveDirectories(work, application.id);
  await keepCounts(work, { applicationIds: [application.id] }, async () => {
    for (const table of ["`Grant`", "ContentCount"])
      await work.write(`DELETE FROM ${table} WHERE applicationId = ?`, [application.id]);
    await work.write("DELETE FROM Application WHERE id = ? AND siteId = ?", [application.id, work.siteId]);
  });
  const { key, name, seatsUsed } = application;
  const changes = { name: [name, null], seatsUsed: [seatsUsed, null], grants: [grants.length, null] } as const;
  await work.record(permit, [{ type: "Application", id: application.id, label: key, changes }, ...ended], {
    findable: [application.id, ...grants.map(({ groupId }) => groupId), ...ended.map((token) => token.id)],
  });
  return application.id;
}

/** Directories do not give it to newcomers any more. There are a few on a site, and most give none. */
async function leaveDirectories(work: Work, applicationId: string): Promise<void> {
  for (const { id, settings } of await work.byIds(Directory, [work.siteId], "siteId")) {
    const known = JSON.parse(settings) as DirectorySettings; // as: written by the directory's own actions alone
    if (!known.applicationIds.includes(applicationId)) continue;
    const applicationIds = known.applicationIds.filter((one) => one !== applicationId);
    await work.write("UPDATE Directory SET settings = ?, version = version + 1 WHERE id = ?", [
      JSON.stringify({ ...known, applicationIds }),
      id,
    ]);
  }
}
