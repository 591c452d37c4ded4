import { Membership } from "../../model/entities.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { keepCounts } from "../keep-counts.ts";

/** Who is in what; compact ids. */
export type Place = Pick<Membership, "groupId" | "userId">;

/**
 * Makes a change of who is in a group. Seats are counted only where the group opens something: elsewhere none can move, and a
 * directory has many groups that open nothing. The caller holds the site.
 */
export async function moveMembers(
  work: Work,
  groupId: string,
  userIds: readonly string[],
  move: () => Promise<void>,
): Promise<void> {
  const [grant] = await work.rows("SELECT 1 AS found FROM `Grant` WHERE groupId = ? LIMIT 1", [groupId]);
  if (grant && userIds.length > 0) await keepCounts(work, { userIds }, move);
  else await move();
}

/** Writes memberships that are not there yet, and counts them in their groups. The caller holds the site and keeps the seats. */
export async function joinGroups(work: Work, joining: readonly Membership[]): Promise<void> {
  await work.insert(Membership, joining);
  for (const [groupId, userIds] of byGroup(joining))
    await work.write("UPDATE `Group` SET memberCount = memberCount + ? WHERE id = ?", [userIds.length, groupId]);
}

/** Ends memberships whoever made them, and counts them out of their groups. The caller holds the site and keeps the seats. */
export async function leaveGroups(work: Work, leaving: readonly Place[]): Promise<void> {
  for (const [groupId, userIds] of byGroup(leaving)) {
    const left = await work.write(`DELETE FROM Membership WHERE groupId = ? AND userId IN (${marks(userIds)})`, [
      groupId,
      ...userIds,
    ]);
    await work.write("UPDATE `Group` SET memberCount = memberCount - ? WHERE id = ?", [left, groupId]);
  }
}

/** One statement for each group: deleting by pairs was measured to cost nine times as much. */
function byGroup(places: readonly Place[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { groupId, userId } of places) {
    const userIds = groups.get(groupId);
    if (userIds) userIds.push(userId);
    else groups.set(groupId, [userId]);
  }
  return groups;
}
