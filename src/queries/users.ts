import { spellEmail } from "../model/email.ts";
import { compactId } from "../model/id.ts";
import { nameKey, searchTerms } from "../model/name-key.ts";
import { type Columns, columnsFor, publicIdSql } from "./columns.ts";
import { contentOfUsers } from "./content.ts";
import { declareEdges, expand } from "./expand.ts";
import { groupsOfUsers } from "./groups.ts";
import { declareLoader, loadByIds, toActor, toOne } from "./loaders.ts";
import { managesAddress } from "./manages-address.ts";
import { connectionOf, countRows, keyset, nodeSelection, readPage } from "./page.ts";
import { prefixRange } from "./prefix-range.ts";
import { marks, maySee, ofSite, type Reader, type Row, type SqlValue } from "./reader.ts";
import { put, putOnAll, type Selection, slotOf } from "./selection.ts";
import { verdictsOnUsers } from "./user-verdicts.ts";

/** Users that a caller looks for. Every condition given must hold. Ids are public. */
export interface UserFilter {
  query?: string | null;
  emails?: string[] | null;
  statuses?: string[] | null;
  roles?: string[] | null;
  groupId?: string | null;
  applicationId?: string | null;
  directoryId?: string | null;
  externalIds?: string[] | null;
  inactiveSince?: string | null;
}

export interface UserOrder {
  field: "FULL_NAME" | "EMAIL" | "CREATED_AT" | "LAST_ACTIVE_AT";
  direction: "ASC" | "DESC";
}

const columns: Columns = {
  id: publicIdSql("User", "u.id"),
  email: "u.email",
  username: "u.username",
  fullName: "u.fullName",
  title: "u.title",
  role: "u.role",
  status: "u.status",
  externalId: "CAST(u.externalId AS CHAR)",
  synced: "(u.directoryId IS NOT NULL)",
  createdAt: "u.createdAt",
  joinedAt: "u.joinedAt",
  lastActiveAt: "NULLIF(u.lastActiveAt, '')",
  deactivatedAt: "u.deactivatedAt",
  deactivationNote: "u.deactivationNote",
  version: "u.version",
  compactId: "u.id",
  accountEmail: "COALESCE((SELECT a.email FROM Account a WHERE a.id = u.accountId), u.email)",
  directoryId: "u.directoryId",
  deactivatedByKind: "u.deactivatedByKind",
  deactivatedById: "u.deactivatedById",
  replacedById: "u.replacedById",
};

/** What edges need of the row itself. */
const needs = {
  groups: ["compactId"],
  access: ["compactId"],
  invitation: ["compactId"],
  content: ["compactId"],
  viewerCan: ["compactId"],
  replacedBy: ["replacedById"],
  managed: ["accountEmail"],
  directory: ["directoryId"],
  deactivatedBy: ["deactivatedByKind", "deactivatedById"],
};

/** Columns of a page's rows: those selected, and where each stands in the order. */
export function userColumns(selection: Selection): string {
  return columnsFor("User", columns, needs, selection);
}

const orderColumns = {
  FULL_NAME: "u.nameKey",
  EMAIL: "u.emailKey",
  CREATED_AT: "u.createdAt",
  LAST_ACTIVE_AT: "u.lastActiveAt",
} as const;

/** The conditions of a filter, for `User u`. */
export function userConditions(reader: Reader, filter: UserFilter): { where: string[]; params: SqlValue[] } {
  const where: string[] = [];
  const params: SqlValue[] = [];
  const add = (sql: string, ...values: SqlValue[]) => {
    where.push(sql);
    params.push(...values);
  };
  const anyOf = (column: string, values: readonly string[]) =>
    add(values.length > 0 ? `${column} IN (${marks(values)})` : "1 = 0", ...values);
  if (filter.query?.trim()) addSearch(reader, filter.query, add);
  if (filter.emails) anyOf("u.emailKey", spelled(filter.emails));
  if (filter.statuses) anyOf("u.status", filter.statuses);
  if (filter.roles) anyOf("u.role", filter.roles);
  if (filter.externalIds) anyOf("u.externalId", filter.externalIds);
  if (typeof filter.directoryId === "string") add("u.directoryId = ?", compactId("Directory", filter.directoryId) ?? "");
  if (filter.inactiveSince) add("u.lastActiveAt < ?", new Date(filter.inactiveSince).toISOString());
  if (typeof filter.groupId === "string")
    add(
      "EXISTS (SELECT 1 FROM Membership fm WHERE fm.groupId = ? AND fm.userId = u.id)",
      compactId("Group", filter.groupId) ?? "",
    );
  if (typeof filter.applicationId === "string")
    add(
      "EXISTS (SELECT 1 FROM Membership fm JOIN `Grant` fg ON fg.groupId = fm.groupId WHERE fm.userId = u.id AND fg.applicationId = ?)",
      compactId("Application", filter.applicationId) ?? "",
    );
  return { where, params };
}

/** Who has a name of which each word of the query begins a word, or an address that begins with the query. */
function addSearch({ siteId }: Reader, query: string, add: (sql: string, ...values: SqlValue[]) => void): void {
  const email = spellEmail(query);
  const byEmail = "SELECT id FROM User WHERE siteId = ? AND emailKey >= ? AND emailKey < ?";
  const emailRange = prefixRange("email" in email ? email.email : query.trim().toLowerCase());
  const [first, ...others] = searchTerms(query);
  if (first === undefined) {
    add(`u.id IN (${byEmail})`, siteId, ...emailRange);
    return;
  }
  const joins = others.map(
    (_, n) =>
      `JOIN SearchTerm t${n} ON t${n}.userId = t.userId AND t${n}.siteId = t.siteId AND t${n}.term >= ? AND t${n}.term < ?`,
  );
  const byName = `SELECT t.userId FROM SearchTerm t ${joins.join(" ")} WHERE t.siteId = ? AND t.term >= ? AND t.term < ?`;
  add(
    `u.id IN (${byName} UNION ${byEmail})`,
    ...others.flatMap(prefixRange),
    siteId,
    ...prefixRange(first),
    siteId,
    ...emailRange,
  );
}

function spelled(emails: readonly string[]): string[] {
  return emails.flatMap((email) => {
    const read = spellEmail(email);
    return "email" in read ? [read.email] : [];
  });
}

/** A page of the site's users: one statement, one for each selected edge, and one for `totalCount` when it is selected. */
export async function listUsers(reader: Reader, args: Record<string, unknown>, selection: Selection): Promise<Row> {
  const filter = (args.filter ?? {}) as UserFilter; // as: the schema checked its shape
  const by = orderOf(args);
  const request = readPage(args, by.name);
  const walk = keyset(reader, { siteColumn: "u.siteId", key: by.column, id: "u.id", descending: by.descending }, request.after);
  const conditions = userConditions(reader, filter);
  const rows = await reader.rows<Row>(
    `SELECT ${userColumns(nodeSelection(selection))}, ${by.cursorColumns} FROM User u
     WHERE ${[walk.where, ...conditions.where].join(" AND ")} ORDER BY ${walk.orderBy} LIMIT ${request.first + 1}`,
    [...walk.params, ...conditions.params],
  );
  const count = () =>
    countRows(reader, `SELECT COUNT(*) AS n FROM User u WHERE ${["u.siteId = ?", ...conditions.where].join(" AND ")}`, [
      reader.siteId,
      ...conditions.params,
    ]);
  return connectionOf(reader, "User", selection, { rows, order: by.name, request, count });
}

/** An order of users: its column, its name in cursors, and the columns that say where a row stands. */
export function orderOf(args: Record<string, unknown>) {
  const { field, direction } = (args.orderBy ?? { field: "FULL_NAME", direction: "ASC" }) as UserOrder; // as: the schema checked its shape
  return {
    name: `users ${field} ${direction}`,
    column: orderColumns[field],
    descending: direction === "DESC",
    cursorColumns: `${orderColumns[field]} AS cursorKey, u.id AS cursorId`,
  };
}

/** The one user whom exactly one of these names, or null. */
export async function findUser(
  reader: Reader,
  by: { id?: string | null; email?: string | null; username?: string | null; externalId?: string | null },
  selection: Selection,
): Promise<Row | null> {
  const id = by.id ? compactId("User", by.id) : await idOf(reader, by);
  return id ? ((await loadByIds(reader, "User", [id], selection)).get(id) ?? null) : null;
}

async function idOf(
  reader: Reader,
  by: { email?: string | null; username?: string | null; externalId?: string | null },
): Promise<string | null> {
  const [column, key] = by.email
    ? ["emailKey", spelled([by.email])[0]]
    : by.username
      ? ["usernameKey", nameKey(by.username)]
      : ["externalId", by.externalId];
  if (!key) return null;
  const [row] = await reader.rows<{ id: string }>(`SELECT id FROM User WHERE siteId = ? AND ${column} = ? ORDER BY id LIMIT 1`, [
    reader.siteId,
    key,
  ]);
  return row?.id ?? null;
}

declareLoader("User", (reader, ids, selection) => {
  // Everyone sees themselves; others need the scope.
  const own = reader.actor.kind === "user" ? reader.actor.userId : null;
  const seen = maySee(reader, "USERS_READ") ? ids : ids.filter((id) => id === own);
  if (seen.length === 0) return Promise.resolve([]);
  return reader.rows<Row>(`SELECT ${userColumns(selection)} FROM User u WHERE ${ofSite("u")} AND u.id IN (${marks(seen)})`, [
    reader.siteId,
    ...seen,
  ]);
});

declareEdges("User", {
  groups: groupsOfUsers,
  directory: toOne("Directory", "directoryId"),
  deactivatedBy: toActor("deactivatedByKind", "deactivatedById"),
  replacedBy: toOne("User", "replacedById"),
  content: contentOfUsers,
  viewerCan: verdictsOnUsers,

  // By the account's own address (rule 1.2), which is not always the one that a directory had the user shown by.
  async managed(reader, rows, field) {
    const isManaged = await managesAddress(reader);
    for (const row of rows) put(row, field, isManaged(String(row.accountEmail)));
  },

  async invitation(reader, rows, field) {
    const found = await reader.rows<{ id: string; userId: string }>(
      `SELECT id, userId FROM Invitation WHERE siteId = ? AND pendingKey IN (${marks(rows)})`,
      [reader.siteId, ...rows.map((row) => String(row.compactId))],
    );
    const invitations = await loadByIds(
      reader,
      "Invitation",
      found.map(({ id }) => id),
      field.selection,
    );
    const byUser = new Map(found.map(({ id, userId }) => [userId, invitations.get(id) ?? null]));
    for (const row of rows) put(row, field, byUser.get(String(row.compactId)) ?? null);
  },

  async access(reader, rows, field) {
    if (!maySee(reader, "ACCESS_READ")) return putOnAll(rows, field, null);
    const grants = await reader.rows<{ userId: string; applicationId: string; groupId: string; role: string }>(
      `SELECT m.userId, g.applicationId, g.groupId, g.role FROM Membership m JOIN \`Grant\` g ON g.groupId = m.groupId
       WHERE g.siteId = ? AND m.userId IN (${marks(rows)}) ORDER BY g.applicationId, g.groupId`,
      [reader.siteId, ...rows.map((row) => String(row.compactId))],
    );
    const accesses = new Map<string, Map<string, { applicationId: string; role: string; groupIds: string[] }>>();
    for (const { userId, applicationId, groupId, role } of grants) {
      const ofUser = accesses.get(userId) ?? new Map();
      accesses.set(userId, ofUser);
      const known = ofUser.get(applicationId) ?? { applicationId, role, groupIds: [] };
      known.groupIds.push(groupId);
      if (role === "ADMIN") known.role = role;
      ofUser.set(applicationId, known);
    }
    for (const row of rows) put(row, field, [...(accesses.get(String(row.compactId))?.values() ?? [])]);
    const all = rows.flatMap((row) => row[slotOf(field.name, field.key)] as Row[]); // as: put just above
    await expand(reader, "Access", all, field.selection);
  },
});

declareEdges("Access", {
  application: toOne("Application", "applicationId"),
  async via(reader, rows, field) {
    const found = await loadByIds(
      reader,
      "Group",
      rows.flatMap((row) => row.groupIds as string[]),
      field.selection,
    ); // as: made so above
    for (const row of rows)
      put(
        row,
        field,
        (row.groupIds as string[]).flatMap((id) => found.get(id) ?? []),
      );
  },
});
