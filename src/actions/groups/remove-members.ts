import { Group, User } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, findOrRefuse, groupTarget } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { opensSomething } from "./add-members.ts";

/**
 * Takes users out of a group: people those added by hand, a directory those that it added (rule 6.3). Who is both stays by the
 * other. Reports who loses which application (rule 6.5). Who is no member changes nothing. Answers how many left.
 */
export async function removeMembers(
  work: Work,
  { groupId, userIds }: { groupId: string; userIds: readonly string[] },
): Promise<number> {
  await holdSite(work);
  const group = await findOrRefuse(work, Group, "Group", groupId, ["input", "id"]);
  const permit = work.permit("groupRemoveMembers", groupTarget(group));
  const users = await findAllOrRefuse(work, User, "User", userIds, ["input", "userIds"]);
  const bySync = work.actor.kind === "directory";
  const memberships = await work.rows<{ userId: string; byHand: number; bySync: number }>(
    `SELECT userId, byHand, bySync FROM Membership WHERE groupId = ? AND userId IN (${users.length > 0 ? marks(users) : "''"})`,
    [group.id, ...users.map(({ id }) => id)],
  );
  const [mine, theirs] = bySync ? (["bySync", "byHand"] as const) : (["byHand", "bySync"] as const);
  const problems = new Problems();
  for (const row of memberships)
    if (!bySync && row.bySync === 1 && row.byHand === 0) {
      const index = users.findIndex(({ id }) => id === row.userId);
      problems.add("MANAGED_BY_DIRECTORY", `${users[index]?.email} is in ${group.name} by a directory. Remove them there.`, [
        "input",
        "userIds",
        String(index),
      ]);
    }
  problems.refuseIfAny();

  const ending = memberships.filter((row) => row[mine] === 1);
  const leaving = ending.filter((row) => row[theirs] === 0).map(({ userId }) => userId);
  if (ending.length === 0) return work.unchanged(permit, 0);
  const store = async () => {
    const ids = ending.map(({ userId }) => userId);
    await work.write(`DELETE FROM Membership WHERE groupId = ? AND ${theirs} = 0 AND userId IN (${marks(ids)})`, [
      group.id,
      ...ids,
    ]);
    const assignment = bySync ? "bySync = 0, direct = 0" : "byHand = 0";
    await work.write(`UPDATE Membership SET ${assignment} WHERE groupId = ? AND userId IN (${marks(ids)})`, [group.id, ...ids]);
    await work.write("UPDATE `Group` SET memberCount = memberCount - ? WHERE id = ?", [leaving.length, group.id]);
  };
  if (leaving.length > 0 && (await opensSomething(work, group.id))) await keepCounts(work, { userIds: leaving }, store);
  else await store();
  const emails = new Map(users.map(({ id, email }) => [id, email]));
  const people = bySync
    ? []
    : ending.map(({ userId }) => ({ type: "User" as const, id: userId, label: emails.get(userId) ?? "" }));
  const change = {
    type: "Group" as const,
    id: group.id,
    label: group.name,
    changes: { members: [null, `-${leaving.length}`] as const },
  };
  await work.record(permit, [change, ...people], { count: 1 + ending.length });
  return leaving.length;
}
