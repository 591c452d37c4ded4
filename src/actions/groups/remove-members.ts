import { Group, User } from "../../model/entities.ts";
import { publicId } from "../../model/id.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, findOrRefuse, groupTarget } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { leaveGroups, moveMembers } from "./memberships.ts";

/** Who leaves a group; public ids, at most 500. */
export interface RemoveMembers {
  groupId: string;
  userIds: readonly string[];
}

/**
 * Takes users out of a group: people those added by hand, a directory those that it added (rule 6.3). Who is in it both ways stays
 * by the other. Reports who loses which application (6.5). Who is no member changes nothing. Answers how many left.
 */
export async function removeMembers(work: Work, { groupId, userIds }: RemoveMembers): Promise<number> {
  await holdSite(work);
  const group = await findOrRefuse(work, Group, "Group", groupId, ["input", "id"]);
  const permit = work.permit("groupRemoveMembers", groupTarget(group));
  const users = await findAllOrRefuse(work, User, "User", userIds, ["input", "userIds"]);
  const held = await flagsOf(work, group.id, users);
  const bySync = work.actor.kind === "directory";
  const [ours, theirs] = bySync ? (["bySync", "byHand"] as const) : (["byHand", "bySync"] as const);
  if (!bySync) refuseTheDirectorys(group, users, userIds, held);
  const ending = users.filter(({ id }) => held.get(id)?.[ours] === 1);
  if (ending.length === 0) return work.unchanged(permit, 0);

  const leaving = ending.filter(({ id }) => held.get(id)?.[theirs] === 0).map(({ id }) => id);
  const staying = ending.filter(({ id }) => held.get(id)?.[theirs] === 1).map(({ id }) => id);
  await moveMembers(work, group.id, leaving, async () => {
    await leaveGroups(
      work,
      leaving.map((userId) => ({ groupId: group.id, userId })),
    );
    const lowered = bySync ? "bySync = 0, direct = 0" : "byHand = 0";
    if (staying.length > 0)
      await work.write(`UPDATE Membership SET ${lowered} WHERE groupId = ? AND userId IN (${marks(staying)})`, [
        group.id,
        ...staying,
      ]);
  });
  const after = group.memberCount - leaving.length;
  const subject = {
    type: "Group" as const,
    id: group.id,
    label: group.name,
    changes: { members: [group.memberCount, after] } as const,
  };
  const people = ending.map(({ id, email }) => ({ type: "User" as const, id, label: email }));
  // A directory's event is found by its group alone: a million memberships must not make a million rows (rule 10.1).
  await work.record(permit, bySync ? [subject] : [subject, ...people], { count: 1 + people.length });
  return leaving.length;
}

type Flags = Record<"byHand" | "bySync", number>;

/** How each of these users is in the group, if at all. */
async function flagsOf(work: Work, groupId: string, users: readonly User[]): Promise<Map<string, Flags>> {
  if (users.length === 0) return new Map();
  const found = await work.rows<Flags & { userId: string }>(
    `SELECT userId, byHand, bySync FROM Membership WHERE groupId = ? AND userId IN (${marks(users)})`,
    [groupId, ...users.map(({ id }) => id)],
  );
  return new Map(found.map((row) => [row.userId, row]));
}

/** Who is in the group by its directory alone can only leave there. */
function refuseTheDirectorys(
  group: Group,
  users: readonly User[],
  userIds: readonly string[],
  held: ReadonlyMap<string, Flags>,
): void {
  const problems = new Problems();
  for (const { id, email } of users) {
    const flags = held.get(id);
    if (flags?.bySync !== 1 || flags.byHand === 1) continue;
    const path = ["input", "userIds", String(userIds.indexOf(publicId("User", id)))];
    problems.add("MANAGED_BY_DIRECTORY", `${email} is in ${group.name} by a directory. Remove them there.`, path);
  }
  problems.refuseIfAny();
}
