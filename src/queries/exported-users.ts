import { marks, type Reader } from "./reader.ts";

/** A user as an export tells them, with groups and applications in order. */
export interface ExportedUser {
  email: string;
  fullName: string;
  username: string;
  role: string;
  status: string;
  createdAt: string;
  joinedAt: string | null;
  lastActiveAt: string;
  directory: string | null;
  /** Names. */
  groups: string[];
  /** Keys. */
  applications: string[];
}

/** The next users of the site in order of address, after that of the last one. */
export async function exportUsers(
  reader: Reader,
  { after, statuses, first }: { after: string; statuses: readonly string[]; first: number },
): Promise<ExportedUser[]> {
  const status = statuses.length > 0 ? ` AND u.status IN (${marks(statuses)})` : "";
  const users = await reader.rows<ExportedUser & { id: string }>(
    `SELECT u.id, u.email, u.fullName, u.username, u.role, u.status, u.createdAt, u.joinedAt, u.lastActiveAt, d.name AS directory
     FROM User u LEFT JOIN Directory d ON d.id = u.directoryId
     WHERE u.siteId ${reader.dialect === "mysql" ? "LIKE" : "="} ? AND u.emailKey > ?${status} ORDER BY u.siteId, u.emailKey LIMIT ?`,
    [reader.siteId, after, ...statuses, first],
  );
  const ids = users.map(({ id }) => id);
  const groups = await namesByUser(
    reader,
    ids,
    "SELECT m.userId, g.name FROM Membership m JOIN `Group` g ON g.id = m.groupId",
    "g.nameKey",
  );
  const applications = await namesByUser(
    reader,
    ids,
    "SELECT DISTINCT m.userId, a.`key` AS name FROM Membership m JOIN `Grant` o ON o.groupId = m.groupId JOIN Application a ON a.id = o.applicationId",
    "a.`key`",
  );
  return users.map(({ id, ...user }) => ({ ...user, groups: groups.get(id) ?? [], applications: applications.get(id) ?? [] }));
}

async function namesByUser(
  reader: Reader,
  ids: readonly string[],
  select: string,
  order: string,
): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  if (ids.length === 0) return names;
  const rows = await reader.rows<{ userId: string; name: string }>(
    `${select} WHERE m.userId IN (${marks(ids)}) ORDER BY m.userId, ${order}`,
    ids,
  );
  for (const { userId, name } of rows) {
    const known = names.get(userId);
    if (known) known.push(name);
    else names.set(userId, [name]);
  }
  return names;
}
