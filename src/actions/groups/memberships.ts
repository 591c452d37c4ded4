import { type Group, Membership, type User } from "../../model/entities.ts";
import { compactId } from "../../model/id.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { Permit, TrailSubject, Work } from "../../work/work.ts";
import { findEachOrRefuse } from "../find-or-refuse.ts";
import { keepCounts } from "../keep-counts.ts";

/** How a user is in a group: each flag 0 or 1. */
export type MembershipFlags = Record<"byHand" | "bySync" | "direct", number>;

/** A user, as far as somebody who comes into a group or leaves it has to be known. */
export interface Candidate extends Pick<User, "id" | "email"> {
  /** By group, of those asked for that the user is in. */
  places: Map<string, MembershipFlags>;
}

/** Whom a change of one group is about; public ids. */
export interface Asked {
  group: Group;
  userIds: readonly string[];
}

/**
 * The users behind public ids and how each is in the groups for which they are asked, each once; or a refusal that names every id that
 * is none of this site's.
 */
export async function findCandidates(work: Work, asked: readonly Asked[]): Promise<Candidate[]> {
  const find = async (ids: readonly string[]): Promise<Candidate[]> => {
    if (ids.length === 0) return [];
    const users = await work.rows<Pick<User, "id" | "email">>(
      `SELECT id, email FROM User WHERE ${ofSite()} AND id IN (${marks(ids)})`,
      [work.siteId, ...ids],
    );
    return users.map((user) => ({ ...user, places: new Map() }));
  };
  const publicIds = asked.flatMap(({ userIds }) => userIds);
  const candidates = await findEachOrRefuse(find, "User", publicIds, ["input", "userIds"]);
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  for (const { groupIds, userIds } of inFewQuestions(asked)) {
    const places = await work.rows<MembershipFlags & { groupId: string; userId: string }>(
      `SELECT groupId, userId, byHand, bySync, direct FROM Membership WHERE groupId IN (${marks(groupIds)}) AND userId IN (${marks(userIds)})`,
      [...groupIds, ...userIds],
    );
    for (const { groupId, userId, ...flags } of places) byId.get(userId)?.places.set(groupId, flags);
  }
  return candidates;
}

/** A database looks up every pair of a question; of too many it makes none, and walks through the whole table. */
const mostPairs = 2000;

function inFewQuestions(asked: readonly Asked[]): { groupIds: string[]; userIds: string[] }[] {
  const questions: { groupIds: string[]; userIds: string[] }[] = [];
  for (const { group, userIds } of asked) {
    const compact = userIds.flatMap((id) => compactId("User", id) ?? []);
    if (compact.length === 0 || group.memberCount === 0) continue;
    const last = questions.at(-1);
    if (last && (last.groupIds.length + 1) * (last.userIds.length + compact.length) <= mostPairs) {
      last.groupIds.push(group.id);
      last.userIds.push(...compact);
    } else questions.push({ groupIds: [group.id], userIds: compact });
  }
  return questions;
}

/**
 * Makes a change of who is in a group. Seats are counted only where the group opens something: elsewhere none can move, and a
 * directory has many groups that open nothing. The caller holds the site.
 */
export async function moveMembers(
  work: Work,
  groupIds: readonly string[],
  userIds: readonly string[],
  move: () => Promise<void>,
): Promise<void> {
  const [grant] = await work.rows(`SELECT 1 AS found FROM \`Grant\` WHERE groupId IN (${marks(groupIds)}) LIMIT 1`, groupIds);
  if (grant && userIds.length > 0) await keepCounts(work, { userIds }, move);
  else await move();
}

/** Writes memberships that are not there yet, and counts them in their groups. The caller holds the site and keeps the seats. */
export async function joinGroups(work: Work, joining: readonly Membership[]): Promise<void> {
  await work.insert(Membership, joining);
  const raises = [...byGroup(joining)].map(([groupId, userIds]): [string, number] => [groupId, userIds.length]);
  if (raises.length === 0) return;
  const cases = raises.map(() => "WHEN ? THEN ?").join(" ");
  await work.write(
    `UPDATE \`Group\` SET memberCount = memberCount + CASE id ${cases} ELSE 0 END WHERE id IN (${marks(raises)})`,
    [...raises.flat(), ...raises.map(([groupId]) => groupId)],
  );
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

/** Who joined a group, or left it: then `joined` is below zero. */
export interface Moved {
  group: Group;
  joined: number;
  people: readonly Pick<User, "id" | "email">[];
}

/**
 * Records who joined or left groups: one event, found by each group and by each person. A directory's is found by the groups alone,
 * so that a million memberships make no million rows (rule 10.1).
 */
export async function recordMembers(work: Work, permit: Permit, moves: readonly Moved[]): Promise<void> {
  const subjects = moves.map(({ group, joined }): TrailSubject => {
    const members = [group.memberCount, group.memberCount + joined] as const;
    return { type: "Group", id: group.id, label: group.name, changes: { members } };
  });
  const people = moves.flatMap(({ people }) => people);
  const named = people.map(({ id, email }): TrailSubject => ({ type: "User", id, label: email }));
  const count = subjects.length + people.length;
  await work.record(permit, work.actor.kind === "directory" ? subjects : [...subjects, ...named], { count });
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
