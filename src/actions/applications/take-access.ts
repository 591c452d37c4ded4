import { Application, User } from "../../model/entities.ts";
import { compactId } from "../../model/id.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, findOrRefuse } from "../find-or-refuse.ts";
import { leaveGroups } from "../groups/memberships.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

/** Public ids, at most 500 users. */
export interface TakeAccess {
  applicationId: string;
  userIds: readonly string[];
}

/**
 * Takes an application from users by removing them from every group that opens it (rule 7.2), and reports what else they lose by
 * that (6.5). Refused, naming the group, where a directory holds a user in one. Answers the users' compact ids.
 */
export async function takeAccess(work: Work, input: TakeAccess): Promise<string[]> {
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", input.applicationId, ["input", "applicationId"]);
  const users = await findAllOrRefuse(work, User, "User", input.userIds, ["input", "userIds"]);
  const permit = work.permit("accessTake", { noun: "application", id: application.id });
  const answer = users.map(({ id }) => id);
  const openings = await openingsOf(work, application.id, answer);
  refuseTheDirectorys(openings, input.userIds);
  if (openings.length === 0) return work.unchanged(permit, answer);

  const losingIds = [...new Set(openings.map(({ userId }) => userId))];
  await keepCounts(work, { userIds: losingIds }, () => leaveGroups(work, openings));
  await work.record(permit, [
    { type: "Application", id: application.id, label: application.key },
    ...users.filter(({ id }) => losingIds.includes(id)).map(({ id, email }) => ({ type: "User" as const, id, label: email })),
  ]);
  return answer;
}

/** A membership by which a user can open the application. */
interface Opening {
  groupId: string;
  groupName: string;
  userId: string;
  email: string;
  bySync: number;
}

async function openingsOf(work: Work, applicationId: string, userIds: readonly string[]): Promise<Opening[]> {
  if (userIds.length === 0) return [];
  return work.rows(
    `SELECT m.groupId, o.name AS groupName, m.userId, u.email, m.bySync FROM Membership m
     JOIN \`Grant\` g ON g.groupId = m.groupId JOIN \`Group\` o ON o.id = m.groupId JOIN User u ON u.id = m.userId
     WHERE g.siteId = ? AND g.applicationId = ? AND m.userId IN (${marks(userIds)})`,
    [work.siteId, applicationId, ...userIds],
  );
}

/** Taking some of the ways in and leaving the directory's would look done and take nothing. */
function refuseTheDirectorys(openings: readonly Opening[], userIds: readonly string[]): void {
  const problems = new Problems();
  const places = userIds.map((id) => compactId("User", id));
  for (const { userId, email, groupName, bySync } of openings)
    if (bySync === 1)
      problems.add(
        "MANAGED_BY_DIRECTORY",
        `${email} is in ${groupName} by a directory. Remove them there, or end what the group opens.`,
        ["input", "userIds", String(places.indexOf(userId))],
      );
  problems.refuseIfAny();
}
