import { Group, type Membership } from "../../model/entities.ts";
import { compactId } from "../../model/id.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse, groupTarget } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { findCandidates, joinGroups, type MembershipFlags, moveMembers, recordMembers } from "./memberships.ts";

/** Who joins a group; public ids, at most 500. A directory says of each whether in this very group, or only in one inside it. */
export interface AddMembers {
  groupId: string;
  userIds?: readonly string[];
  members?: readonly { userId: string; direct: boolean }[];
}

/**
 * Adds users to a group: by hand, or by the directory that owns the group, which takes its members from there alone (rule 6.3).
 * Who is a member already stays one. Refuses what there are no seats for (7.3). Answers how many joined.
 */
export async function addMembers(work: Work, { groupId, userIds = [], members }: AddMembers): Promise<number> {
  await holdSite(work);
  const path = ["input", "id"];
  const group = await findOrRefuse(work, Group, "Group", groupId, path);
  const permit = work.permit("groupAddMembers", groupTarget(group), () => path);
  const publicIds = members ? members.map(({ userId }) => userId) : userIds;
  const users = await findCandidates(work, group.id, publicIds);
  const bySync = work.actor.kind === "directory";
  const direct = new Set(members?.filter((member) => member.direct).map(({ userId }) => compactId("User", userId)));
  const wanted = (id: string) => ({ groupId: group.id, userId: id, byHand: !bySync, bySync, direct: direct.has(id) });
  const joining = users.filter(({ bySync }) => bySync === null).map(({ id }) => wanted(id));
  const staying = users.filter((user) => lacks(user, wanted(user.id))).map(({ id }) => wanted(id));
  const moving = new Set([...joining, ...staying].map(({ userId }) => userId));
  if (moving.size === 0) return work.unchanged(permit, 0);

  const joiningIds = joining.map(({ userId }) => userId);
  await moveMembers(work, group.id, joiningIds, async () => {
    await joinGroups(work, joining);
    await raiseFlags(work, group.id, staying);
  });
  await recordMembers(work, permit, { group, joined: joining.length, people: users.filter(({ id }) => moving.has(id)) });
  return joining.length;
}

/** Whether a membership that is there does not say yet what is wanted of it. */
function lacks(held: MembershipFlags, wanted: Membership): boolean {
  if (held.bySync === null) return false;
  return wanted.bySync ? held.bySync === 0 || held.direct !== Number(wanted.direct) : held.byHand === 0;
}

async function raiseFlags(work: Work, groupId: string, rows: readonly Membership[]): Promise<void> {
  for (const direct of [true, false]) {
    const alike = rows.filter((row) => row.direct === direct);
    if (alike.length === 0) continue;
    const flags = alike[0]?.bySync ? `bySync = 1, direct = ${Number(direct)}` : "byHand = 1";
    await work.write(`UPDATE Membership SET ${flags} WHERE groupId = ? AND userId IN (${marks(alike)})`, [
      groupId,
      ...alike.map(({ userId }) => userId),
    ]);
  }
}
