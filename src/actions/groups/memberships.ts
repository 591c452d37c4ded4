import { type Group, Membership, type User } from "../../model/entities.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { Permit, Work } from "../../work/work.ts";
import { findEachOrRefuse } from "../find-or-refuse.ts";
import { keepCounts } from "../keep-counts.ts";

/** How a user is in a group: each flag 0 or 1, or null of who is not in it. */
export type MembershipFlags = Record<"byHand" | "bySync" | "direct", number | null>;

/** A user, as far as somebody who comes into a group or leaves it has to be known. */
export type Candidate = Pick<User, "id" | "email"> & MembershipFlags;

/** The users behind public ids and how they are in a group, each once; or a refusal that names every id that is none of this site's. */
export function findCandidates(work: Work, groupId: string, publicIds: readonly string[]): Promise<Candidate[]> {
  const find = async (ids: readonly string[]) =>
    ids.length === 0
      ? []
      : work.rows<Candidate>(
          `SELECT u.id, u.email, m.byHand, m.bySync, m.direct FROM User u
           LEFT JOIN Membership m ON m.groupId = ? AND m.userId = u.id WHERE ${ofSite("u")} AND u.id IN (${marks(ids)})`,
          [groupId, work.siteId, ...ids],
        );
  return findEachOrRefuse(find, "User", publicIds, ["input", "userIds"]);
}

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

/** Ends memberships, whoever made them, and counts them out of their groups. The caller holds the site and keeps the seats. */
export async function leaveGroups(work: Work, leaving: readonly Pick<Membership, "groupId" | "userId">[]): Promise<void> {
  for (const [groupId, userIds] of byGroup(leaving)) {
    const left = await work.write(`DELETE FROM Membership WHERE groupId = ? AND userId IN (${marks(userIds)})`, [
      groupId,
      ...userIds,
    ]);
    await work.write("UPDATE `Group` SET memberCount = memberCount - ? WHERE id = ?", [left, groupId]);
  }
}

/** Ends every membership of these users, and counts them out of their groups. The caller holds the site and keeps the seats. */
export async function leaveAllGroups(work: Work, userIds: readonly string[]): Promise<void> {
  const these = `userId IN (${marks(userIds)})`;
  await work.write(
    `UPDATE \`Group\` SET memberCount = memberCount - (SELECT COUNT(*) FROM Membership m WHERE m.groupId = \`Group\`.id AND m.${these})
     WHERE id IN (SELECT groupId FROM Membership WHERE ${these})`,
    [...userIds, ...userIds],
  );
  await work.write(`DELETE FROM Membership WHERE ${these}`, userIds);
}

/**
 * Records who joined or left a group: one event, found by the group and by each person. A directory's is found by the group alone,
 * so that a million memberships make no million rows (rule 10.1).
 */
export async function recordMembers(
  work: Work,
  permit: Permit,
  { group, joined, people }: { group: Group; joined: number; people: readonly Pick<User, "id" | "email">[] },
): Promise<void> {
  const members = [group.memberCount, group.memberCount + joined] as const;
  const subject = { type: "Group" as const, id: group.id, label: group.name, changes: { members } };
  const named = people.map(({ id, email }) => ({ type: "User" as const, id, label: email }));
  await work.record(permit, work.actor.kind === "directory" ? [subject] : [subject, ...named], { count: 1 + people.length });
}

/** One statement for each group: deleting by pairs was measured to cost nine times as much. */
function byGroup(places: readonly Pick<Membership, "groupId" | "userId">[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { groupId, userId } of places) {
    const userIds = groups.get(groupId);
    if (userIds) userIds.push(userId);
    else groups.set(groupId, [userId]);
  }
  return groups;
}
