import { Group, type Membership } from "../../model/entities.ts";
import { compactId } from "../../model/id.ts";
import { Problems } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAll, groupTarget } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { type Candidate, findCandidates, joinGroups, moveMembers, recordMembers } from "./memberships.ts";

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
export function addMembers(work: Work, joining: AddMembers): Promise<number> {
  return addMembersOfGroups(work, [joining]);
}

/** The same for several groups at once, each named once, and at most 500 memberships in all. Answers how many came to be. */
export async function addMembersOfGroups(work: Work, asked: readonly AddMembers[]): Promise<number> {
  await holdSite(work);
  const groups = await findGroups(
    work,
    asked.map(({ groupId }) => groupId),
  );
  const permit = work.permit("groupAddMembers", groups.map(groupTarget), () => groupPath);
  const members = asked.map(({ userIds = [], members }) => members ?? userIds.map((userId) => ({ userId, direct: false })));
  const places = groups.map((group, at) => ({ group, userIds: (members[at] ?? []).map(({ userId }) => userId) }));
  const users = new Map((await findCandidates(work, places)).map((user) => [user.id, user]));
  const changes = groups
    .map((group, at) => changeOf(work, group, members[at] ?? [], users))
    .filter(({ people }) => people.length > 0);
  if (changes.length === 0) return work.unchanged(permit, 0);

  const joining = changes.flatMap((change) => change.joining);
  await moveMembers(
    work,
    groups.map(({ id }) => id),
    joining.map(({ userId }) => userId),
    async () => {
      await joinGroups(work, joining);
      for (const { group, staying } of changes) await raiseFlags(work, group.id, staying);
    },
  );
  await recordMembers(
    work,
    permit,
    changes.map(({ group, joining, people }) => ({ group, joined: joining.length, people })),
  );
  return joining.length;
}

const groupPath = ["input", "id"];

async function findGroups(work: Work, publicIds: readonly string[]): Promise<Group[]> {
  const problems = new Problems();
  const groups = await findAll(work, Group, "Group", publicIds, () => groupPath, problems);
  problems.refuseIfAny();
  return groups;
}

/** What there is to do about one group. */
interface GroupChange {
  group: Group;
  joining: Membership[];
  /** Members whose membership does not say yet what is wanted of it. */
  staying: Membership[];
  /** All of these. */
  people: Candidate[];
}

function changeOf(
  work: Work,
  group: Group,
  members: NonNullable<AddMembers["members"]>,
  users: ReadonlyMap<string, Candidate>,
): GroupChange {
  const bySync = work.actor.kind === "directory";
  const change: GroupChange = { group, joining: [], staying: [], people: [] };
  const direct = new Map(members.map((member) => [compactId("User", member.userId), member.direct]));
  for (const [id, isDirect] of direct) {
    const user = users.get(id ?? "");
    if (!user) continue;
    const wanted = { groupId: group.id, userId: user.id, byHand: !bySync, bySync, direct: isDirect };
    const held = user.places.get(group.id);
    const isSaid = held && (bySync ? held.bySync === 1 && held.direct === Number(isDirect) : held.byHand === 1);
    if (isSaid) continue;
    change[held ? "staying" : "joining"].push(wanted);
    change.people.push(user);
  }
  return change;
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
