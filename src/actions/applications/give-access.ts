import { Application, Membership, User } from "../../model/entities.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, findOrRefuse } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

/** Gives users an application by adding them to its default groups (rule 7.2), if there are seats. Answers the users' compact ids. */
export async function giveAccess(work: Work, input: { applicationId: string; userIds: readonly string[] }): Promise<string[]> {
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", input.applicationId, ["input", "applicationId"]);
  const users = await findAllOrRefuse(work, User, "User", input.userIds, ["input", "userIds"]);
  const permit = work.permit("accessGive", { noun: "application", id: application.id });
  const userIds = users.map(({ id }) => id);
  const missing = userIds.length > 0 ? await missingMemberships(work, application.id, userIds) : [];
  if (missing.length === 0) return work.unchanged(permit, userIds);

  await keepCounts(work, { userIds }, async () => {
    await work.insert(
      Membership,
      missing.map((pair) => ({ ...pair, byHand: true, bySync: false, direct: false })),
    );
    for (const groupId of new Set(missing.map((pair) => pair.groupId)))
      await work.write("UPDATE `Group` SET memberCount = memberCount + ? WHERE id = ?", [
        missing.filter((pair) => pair.groupId === groupId).length,
        groupId,
      ]);
  });
  const joined = new Set(missing.map(({ userId }) => userId));
  await work.record(permit, [
    { type: "Application", id: application.id, label: application.key },
    ...users.filter(({ id }) => joined.has(id)).map(({ id, email }) => ({ type: "User" as const, id, label: email })),
  ]);
  return userIds;
}

async function missingMemberships(
  work: Work,
  applicationId: string,
  userIds: readonly string[],
): Promise<{ groupId: string; userId: string }[]> {
  return work.rows(
    `SELECT g.groupId, u.id AS userId FROM \`Grant\` g JOIN User u ON u.siteId = g.siteId
     WHERE g.applicationId = ? AND g.isDefault = 1 AND u.id IN (${marks(userIds)})
       AND NOT EXISTS (SELECT 1 FROM Membership m WHERE m.groupId = g.groupId AND m.userId = u.id)`,
    [applicationId, ...userIds],
  );
}
