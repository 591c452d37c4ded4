import { Application, User } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, findOrRefuse } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

interface OpeningMembership {
  groupId: string;
  userId: string;
  bySync: number;
  name: string;
}

/**
 * Takes an application from users by removing them from every group that opens it (rule 7.2). Refused, naming the group, where a
 * directory holds a user in one. Answers the users' compact ids.
 */
export async function takeAccess(work: Work, input: { applicationId: string; userIds: readonly string[] }): Promise<string[]> {
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", input.applicationId, ["input", "applicationId"]);
  const users = await findAllOrRefuse(work, User, "User", input.userIds, ["input", "userIds"]);
  const permit = work.permit("accessTake", { noun: "application", id: application.id });
  const userIds = users.map(({ id }) => id);
  const memberships = userIds.length > 0 ? await openingMemberships(work, application.id, userIds) : [];
  const problems = new Problems();
  for (const { userId, bySync, name } of memberships) {
    const index = users.findIndex(({ id }) => id === userId);
    if (bySync === 1)
      problems.add(
        "MANAGED_BY_DIRECTORY",
        `${users[index]?.email} is in ${name} by a directory. Remove them there, or end what the group opens.`,
        ["input", "userIds", String(index)],
      );
  }
  problems.refuseIfAny();
  if (memberships.length === 0) return work.unchanged(permit, userIds);

  await keepCounts(work, { userIds }, async () => {
    for (const groupId of new Set(memberships.map((membership) => membership.groupId))) {
      const leaving = memberships.filter((membership) => membership.groupId === groupId).map(({ userId }) => userId);
      await work.write(`DELETE FROM Membership WHERE groupId = ? AND userId IN (${marks(leaving)})`, [groupId, ...leaving]);
      await work.write("UPDATE `Group` SET memberCount = memberCount - ? WHERE id = ?", [leaving.length, groupId]);
    }
  });
  const lost = new Set(memberships.map(({ userId }) => userId));
  await work.record(permit, [
    { type: "Application", id: application.id, label: application.key },
    ...users.filter(({ id }) => lost.has(id)).map(({ id, email }) => ({ type: "User" as const, id, label: email })),
  ]);
  return userIds;
}

async function openingMemberships(work: Work, applicationId: string, userIds: readonly string[]): Promise<OpeningMembership[]> {
  return work.rows(
    `SELECT m.groupId, m.userId, m.bySync, o.name FROM Membership m JOIN \`Grant\` g ON g.groupId = m.groupId JOIN \`Group\` o ON o.id = m.groupId
     WHERE g.applicationId = ? AND m.userId IN (${marks(userIds)})`,
    [applicationId, ...userIds],
  );
}
