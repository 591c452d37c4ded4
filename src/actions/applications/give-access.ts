import { Application, User } from "../../model/entities.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, findOrRefuse } from "../find-or-refuse.ts";
import { joinGroups } from "../groups/memberships.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

/** Public ids, at most 500 users. */
export interface GiveAccess {
  applicationId: string;
  userIds: readonly string[];
}

/**
 * Gives users an application by adding them to its default groups (rule 7.2). Refused whole where there are not enough seats, also
 * of another application that a shared default group opens (7.3). Answers the users' compact ids.
 */
export async function giveAccess(work: Work, input: GiveAccess): Promise<string[]> {
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", input.applicationId, ["input", "applicationId"]);
  const users = await findAllOrRefuse(work, User, "User", input.userIds, ["input", "userIds"]);
  const permit = work.permit("accessGive", { noun: "application", id: application.id });
  const missing = await missingPlaces(
    work,
    application.id,
    users.map(({ id }) => id),
  );
  const answer = users.map(({ id }) => id);
  if (missing.length === 0) return work.unchanged(permit, answer);

  const joiningIds = [...new Set(missing.map(({ userId }) => userId))];
  await keepCounts(work, { userIds: joiningIds }, () =>
    joinGroups(
      work,
      missing.map((place) => ({ ...place, byHand: true, bySync: false, direct: false })),
    ),
  );
  await work.record(permit, [
    { type: "Application", id: application.id, label: application.key },
    ...users.filter(({ id }) => joiningIds.includes(id)).map(({ id, email }) => ({ type: "User" as const, id, label: email })),
  ]);
  return answer;
}

/** Where these users are not yet, of the application's default groups. */
async function missingPlaces(
  work: Work,
  applicationId: string,
  userIds: readonly string[],
): Promise<{ groupId: string; userId: string }[]> {
  if (userIds.length === 0) return [];
  return work.rows(
    `SELECT g.groupId, u.id AS userId FROM \`Grant\` g JOIN User u ON u.siteId = g.siteId
     WHERE g.siteId = ? AND g.applicationId = ? AND g.isDefault = 1 AND u.id IN (${marks(userIds)})
       AND NOT EXISTS (SELECT 1 FROM Membership m WHERE m.groupId = g.groupId AND m.userId = u.id)`,
    [work.siteId, applicationId, ...userIds],
  );
}
