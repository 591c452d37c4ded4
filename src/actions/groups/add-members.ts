import { Group, Membership, User } from "../../model/entities.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, findOrRefuse, groupTarget } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";

/** Who joins a group; public ids. Of a directory, whether in this very group or only in one inside it. */
export interface AddMembers {
  groupId: string;
  userIds?: readonly string[];
  members?: readonly { userId: string; direct: boolean }[];
}

/**
 * Adds users to a group: by hand, or by the directory that owns the group, which takes its members from there alone (rule 6.3).
 * Who is a member already stays one. Answers how many joined.
 */
export async function addMembers(work: Work, { groupId, userIds, members }: AddMembers): Promise<number> {
  await holdSite(work);
  const group = await findOrRefuse(work, Group, "Group", groupId, ["input", "id"]);
  const permit = work.permit("groupAddMembers", groupTarget(group));
  const joining = members ?? (userIds ?? []).map((userId) => ({ userId, direct: false }));
  const users = await findAllOrRefuse(
    work,
    User,
    "User",
    joining.map(({ userId }) => userId),
    ["input", "userIds"],
  );
  const bySync = work.actor.kind === "directory";
  const directIds = new Set(joining.filter(({ direct }) => direct).map(({ userId }) => userId.slice(4)));
  const rows = users.map(({ id }) => ({ groupId: group.id, userId: id, byHand: !bySync, bySync, direct: directIds.has(id) }));
  const before = await membersAmong(work, group.id, rows);
  const fresh = rows.filter(({ userId }) => !before.has(userId));
  const flag = bySync ? "bySync" : "byHand";
  const raised = rows.filter(
    (row) =>
      before.get(row.userId)?.[flag] === 0 ||
      (bySync && before.get(row.userId)?.direct !== (row.direct ? 1 : 0) && before.has(row.userId)),
  );
  if (fresh.length === 0 && raised.length === 0) return work.unchanged(permit, 0);

  const store = async () => {
    await work.insert(Membership, fresh);
    await raise(work, group.id, flag, raised);
    await work.write("UPDATE `Group` SET memberCount = memberCount + ? WHERE id = ?", [fresh.length, group.id]);
  };
  if (await opensSomething(work, group.id)) await keepCounts(work, { userIds: fresh.map(({ userId }) => userId) }, store);
  else await store();
  const emails = new Map(users.map(({ id, email }) => [id, email]));
  const people = bySync
    ? []
    : fresh.map(({ userId }) => ({ type: "User" as const, id: userId, label: emails.get(userId) ?? "" }));
  const change = {
    type: "Group" as const,
    id: group.id,
    label: group.name,
    changes: { members: [null, `+${fresh.length}`] as const },
  };
  await work.record(permit, [change, ...people], { count: 1 + fresh.length });
  return fresh.length;
}

interface Flags {
  byHand: number;
  bySync: number;
  direct: number;
}

async function membersAmong(work: Work, groupId: string, rows: readonly { userId: string }[]): Promise<Map<string, Flags>> {
  if (rows.length === 0) return new Map();
  const found = await work.rows<Flags & { userId: string }>(
    `SELECT userId, byHand, bySync, direct FROM Membership WHERE groupId = ? AND userId IN (${marks(rows)})`,
    [groupId, ...rows.map(({ userId }) => userId)],
  );
  return new Map(found.map((row) => [row.userId, row]));
}

async function raise(
  work: Work,
  groupId: string,
  flag: "byHand" | "bySync",
  rows: readonly { userId: string; direct: boolean }[],
): Promise<void> {
  for (const direct of [true, false]) {
    const ids = rows.filter((row) => row.direct === direct).map(({ userId }) => userId);
    if (ids.length === 0) continue;
    const assignment = flag === "bySync" ? `bySync = 1, direct = ${direct ? 1 : 0}` : "byHand = 1";
    await work.write(`UPDATE Membership SET ${assignment} WHERE groupId = ? AND userId IN (${marks(ids)})`, [groupId, ...ids]);
  }
}

/** Whether membership of the group opens any application: only then can it move seats. */
export async function opensSomething(work: Work, groupId: string): Promise<boolean> {
  const [grant] = await work.rows("SELECT 1 AS found FROM `Grant` WHERE groupId = ? LIMIT 1", [groupId]);
  return grant !== undefined;
}
