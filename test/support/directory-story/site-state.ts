import type { House } from "../house.ts";

/** A row; a column that is not there is undefined. */
export type Row = Record<string, string | number | null | undefined>;

/** What a site holds of people and groups, whole rows of it. */
export interface SiteState {
  users: Row[];
  groups: Row[];
  /** `groupId userId` to the row. */
  members: Map<string, Row>;
  /** `groupId childId`. */
  nestings: Set<string>;
  site: Row;
}

/** Reads a site, in one order always. */
export async function readSite({ rows, siteId }: House): Promise<SiteState> {
  const read = async (sql: string) => (await rows<Record<string, unknown>>(sql, [siteId])).map(plain);
  const members = await read("SELECT m.* FROM Membership m JOIN `Group` g ON g.id = m.groupId WHERE g.siteId = ?");
  const nestings = await read("SELECT n.* FROM Nesting n JOIN `Group` g ON g.id = n.groupId WHERE g.siteId = ?");
  return {
    users: await read("SELECT * FROM User WHERE siteId = ? ORDER BY id"),
    groups: await read("SELECT * FROM `Group` WHERE siteId = ? ORDER BY id"),
    members: new Map(members.map((row) => [`${row.groupId} ${row.userId}`, row] as const).sort()),
    nestings: new Set(nestings.map(({ groupId, childId }) => `${groupId} ${childId}`).sort()),
    site: (await read("SELECT activeCount, invitedCount, deactivatedCount, adminCount FROM Site WHERE id = ?"))[0] ?? {},
  };
}

/** The rows of a state as one text, to compare. */
export function textOf({ users, groups, members, nestings }: SiteState): string {
  return JSON.stringify([users, groups, [...members.values()], [...nestings]]);
}

/** Keys come as bytes from MySQL and MariaDB. */
function plain(row: Record<string, unknown>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString() : (value as string | number | null),
    ]), // as: no column has anything else
  );
}

/** What a site's counts say that is not so. */
export function countFaults({ users, groups, members, site }: SiteState): string[] {
  const faults: string[] = [];
  const expect = (what: string, said: unknown, is: number) =>
    said !== is && faults.push(`${what}: ${said} is said, ${is} there are`);
  const having = (status: string) => users.filter((user) => user.status === status);
  expect("active", site.activeCount, having("ACTIVE").length);
  expect("invited", site.invitedCount, having("INVITED").length);
  expect("deactivated", site.deactivatedCount, having("DEACTIVATED").length);
  expect("admins", site.adminCount, having("ACTIVE").filter(({ role }) => role === "ADMIN").length);
  for (const { id, name, memberCount } of groups)
    expect(`members of ${name}`, memberCount, [...members.values()].filter(({ groupId }) => groupId === id).length);
  return faults;
}
