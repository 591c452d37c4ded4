import { Group } from "../../model/entities.ts";
import { publicId } from "../../model/id.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse, groupTarget } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { type Candidate, findCandidates, leaveGroups, moveMembers, recordMembers } from "./memberships.ts";

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
  const path = ["input", "id"];
  const group = await findOrRefuse(work, Group, "Group", groupId, path);
  const permit = work.permit("groupRemoveMembers", groupTarget(group), () => path);
  const users = await findCandidates(work, [{ group, userIds }]);
  const bySync = work.actor.kind === "directory";
  if (!bySync) refuseTheDirectorys(group, users, userIds);
  const [ours, theirs] = bySync ? (["bySync", "byHand"] as const) : (["byHand", "bySync"] as const);
  const flagsOf = (user: Candidate) => user.places.get(group.id);
  const ending = users.filter((user) => flagsOf(user)?.[ours] === 1);
  if (ending.length === 0) return work.unchanged(permit, 0);

  const leaving = ending.filter((user) => flagsOf(user)?.[theirs] === 0).map(({ id }) => id);
  const staying = ending.filter((user) => flagsOf(user)?.[theirs] === 1).map(({ id }) => id);
  await moveMembers(work, [group.id], leaving, async () => {
    await leaveGroups(
      work,
      leaving.map((userId) => ({ groupId: group.id, userId })),
    );
    await lowerFlags(work, group.id, staying, bySync ? "bySync = 0, direct = 0" : "byHand = 0");
  });
  await recordMembers(work, permit, [{ group, joined: -leaving.length, people: ending }]);
  return leaving.length;
}

async function lowerFlags(work: Work, groupId: string, userIds: readonly string[], flags: string): Promise<void> {
  if (userIds.length === 0) return;
  await work.write(`UPDATE Membership SET ${flags} WHERE groupId = ? AND userId IN (${marks(userIds)})`, [groupId, ...userIds]);
}

/** Who is in the group by its directory alone can only leave there. */
function refuseTheDirectorys(group: Group, users: readonly Candidate[], userIds: readonly string[]): void {
  const problems = new Problems();
  for (const { id, email, places } of users) {
    const flags = places.get(group.id);
    if (flags?.bySync !== 1 || flags.byHand === 1) continue;
    const path = ["input", "userIds", String(userIds.indexOf(publicId("User", id)))];
    problems.add("MANAGED_BY_DIRECTORY", `${email} is in ${group.name} by a directory. Remove them there.`, path);
  }
  problems.refuseIfAny();
}
