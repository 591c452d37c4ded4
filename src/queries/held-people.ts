import {
  type HeldGroup,
  type HeldUser,
  heldGroupColumns,
  heldGroupIn,
  heldUserColumns,
  heldUserIn,
  type RawHeldGroup,
  type RawHeldUser,
} from "./held.ts";
import { marks, type Reader } from "./reader.ts";

/** Whoever of the site has one of these addresses, or is the directory's by one of these ids there. */
export async function findHeldUsers(
  reader: Reader,
  directoryId: string,
  { emails, externalIds }: { emails: readonly string[]; externalIds: readonly string[] },
): Promise<HeldUser[]> {
  const select = `SELECT ${heldUserColumns} FROM User WHERE siteId = ?`;
  const found: RawHeldUser[] = [];
  if (emails.length > 0)
    found.push(...(await reader.rows<RawHeldUser>(`${select} AND emailKey IN (${marks(emails)})`, [reader.siteId, ...emails])));
  if (externalIds.length > 0)
    found.push(
      ...(await reader.rows<RawHeldUser>(`${select} AND directoryId = ? AND externalId IN (${marks(externalIds)})`, [
        reader.siteId,
        directoryId,
        ...externalIds,
      ])),
    );
  return [...new Map(found.map((row) => [row.id, heldUserIn(row)])).values()];
}

/** Memberships that a directory brought, of a few users. All ids are compact. */
export interface HeldPlaces {
  groups: HeldGroup[];
  members: { groupId: string; userId: string; direct: boolean }[];
}

/** The directory's groups that these users are in by it, and those by these ids there that it brings now. */
export async function findHeldPlaces(
  reader: Reader,
  directoryId: string,
  { userIds, externalIds }: { userIds: readonly string[]; externalIds: readonly string[] },
): Promise<HeldPlaces> {
  const members =
    userIds.length === 0
      ? []
      : await reader.rows<{ groupId: string; userId: string; direct: number }>(
          `SELECT m.groupId, m.userId, m.direct FROM Membership m JOIN \`Group\` g ON g.id = m.groupId
           WHERE m.userId IN (${marks(userIds)}) AND m.bySync = 1 AND g.siteId = ? AND g.directoryId = ?`,
          [...userIds, reader.siteId, directoryId],
        );
  const groups = new Map<string, HeldGroup>();
  const select = `SELECT ${heldGroupColumns} FROM \`Group\` WHERE siteId = ? AND directoryId = ? AND outOfScopeSince IS NULL`;
  for (const [column, keys] of [
    ["id", members.map(({ groupId }) => groupId)],
    ["externalId", externalIds],
  ] as const)
    for (let from = 0; from < keys.length; from += 500) {
      const part = keys.slice(from, from + 500);
      const rows = await reader.rows<RawHeldGroup>(`${select} AND ${column} IN (${marks(part)})`, [
        reader.siteId,
        directoryId,
        ...part,
      ]);
      for (const row of rows) groups.set(row.id, heldGroupIn(row));
    }
  return { groups: [...groups.values()], members: members.map(({ direct, ...place }) => ({ ...place, direct: direct === 1 })) };
}

/** How much of each kind a directory has here that a run could remove: what limits are shares of (S13). */
export async function countLive(
  reader: Reader,
  directoryId: string,
): Promise<{ users: number; groups: number; memberships: number }> {
  const [users] = await reader.rows<{ n: number | string }>(
    "SELECT COUNT(*) AS n FROM User WHERE siteId = ? AND directoryId = ? AND status <> 'DEACTIVATED'",
    [reader.siteId, directoryId],
  );
  const [groups] = await reader.rows<{ n: number | string; memberships: number | string | null }>(
    "SELECT COUNT(*) AS n, SUM(memberCount) AS memberships FROM `Group` WHERE siteId = ? AND directoryId = ?",
    [reader.siteId, directoryId],
  );
  return { users: Number(users?.n), groups: Number(groups?.n), memberships: Number(groups?.memberships ?? 0) };
}

/** Whom of these a person decided to leave alone, as `Held.leftAlone` has them. */
export async function findLeftAlone(reader: Reader, directoryId: string, externalIds: readonly string[]): Promise<string[]> {
  if (externalIds.length === 0) return [];
  const rows = await reader.rows<{ externalId: string | Buffer }>(
    `SELECT externalId FROM LeftAlone WHERE directoryId = ? AND subjectType = 'User' AND externalId IN (${marks(externalIds)})`,
    [directoryId, ...externalIds],
  );
  return rows.map(({ externalId }) => `User:${externalId}`);
}
