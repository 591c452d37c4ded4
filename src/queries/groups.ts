import { compactId } from "../model/id.ts";
import { nameKey } from "../model/name-key.ts";
import { type Columns, columnsFor, publicIdSql } from "./columns.ts";
import { declareEdges } from "./expand.ts";
import { declareLoader, loadByIds, toOne } from "./loaders.ts";
import { membersOfGroups } from "./members.ts";
import { connectionOf, countRows, keyset, nodeSelection, putPages, readPage } from "./page.ts";
import { prefixRange } from "./prefix-range.ts";
import { marks, maySee, ofSite, type Reader, type Row, type SqlValue } from "./reader.ts";
import { isSelected, put, putOnAll, type SelectedField, type Selection } from "./selection.ts";

/** Groups that a caller looks for. Every condition given must hold. Ids are public. */
export interface GroupFilter {
  query?: string | null;
  directoryId?: string | null;
  memberId?: string | null;
  applicationId?: string | null;
}

const columns: Columns = {
  id: publicIdSql("Group", "g.id"),
  name: "g.name",
  description: "g.description",
  externalId: "CAST(g.externalId AS CHAR)",
  synced: "(g.directoryId IS NOT NULL)",
  createdAt: "g.createdAt",
  version: "g.version",
  compactId: "g.id",
  directoryId: "g.directoryId",
};

const needs = { members: ["compactId"], grants: ["compactId"], directory: ["directoryId"] };

function groupColumns(selection: Selection): string {
  return columnsFor("Group", columns, needs, selection);
}

const byName = "groups NAME ASC";

/** A page of the site's groups in order of name. */
export async function listGroups(reader: Reader, args: Record<string, unknown>, selection: Selection): Promise<Row> {
  const filter = (args.filter ?? {}) as GroupFilter; // as: the schema checked its shape
  const request = readPage(args, byName);
  const walk = keyset(reader, { siteColumn: "g.siteId", key: "g.nameKey", id: "g.id", descending: false }, request.after);
  const { where, params } = groupConditions(filter);
  const rows = await reader.rows<Row>(
    `SELECT ${groupColumns(nodeSelection(selection))}, g.nameKey AS cursorKey, g.id AS cursorId FROM \`Group\` g
     WHERE ${[walk.where, ...where].join(" AND ")} ORDER BY ${walk.orderBy} LIMIT ${request.first + 1}`,
    [...walk.params, ...params],
  );
  const count = () =>
    countRows(reader, `SELECT COUNT(*) AS n FROM \`Group\` g WHERE ${["g.siteId = ?", ...where].join(" AND ")}`, [
      reader.siteId,
      ...params,
    ]);
  return connectionOf(reader, "Group", selection, { rows, order: byName, request, count });
}

function groupConditions(filter: GroupFilter): { where: string[]; params: SqlValue[] } {
  const where: string[] = [];
  const params: SqlValue[] = [];
  if (filter.query?.trim()) {
    where.push("g.nameKey >= ? AND g.nameKey < ?");
    params.push(...prefixRange(nameKey(filter.query)));
  }
  if (typeof filter.directoryId === "string") {
    where.push("g.directoryId = ?");
    params.push(compactId("Directory", filter.directoryId) ?? "");
  }
  if (typeof filter.memberId === "string") {
    where.push("EXISTS (SELECT 1 FROM Membership fm WHERE fm.groupId = g.id AND fm.userId = ?)");
    params.push(compactId("User", filter.memberId) ?? "");
  }
  if (typeof filter.applicationId === "string") {
    where.push("EXISTS (SELECT 1 FROM `Grant` fg WHERE fg.groupId = g.id AND fg.applicationId = ?)");
    params.push(compactId("Application", filter.applicationId) ?? "");
  }
  return { where, params };
}

/** The one group that exactly one of these names, or null. */
export async function findGroup(
  reader: Reader,
  by: { id?: string | null; name?: string | null; externalId?: string | null },
  selection: Selection,
): Promise<Row | null> {
  let id = by.id ? compactId("Group", by.id) : null;
  if (!by.id) {
    const [column, key] = by.name ? ["nameKey", nameKey(by.name)] : ["externalId", by.externalId ?? ""];
    const [row] = await reader.rows<{ id: string }>(
      `SELECT id FROM \`Group\` WHERE siteId = ? AND ${column} = ? ORDER BY id LIMIT 1`,
      [reader.siteId, key],
    );
    id = row?.id ?? null;
  }
  return id ? ((await loadByIds(reader, "Group", [id], selection)).get(id) ?? null) : null;
}

declareLoader("Group", (reader, ids, selection) =>
  maySee(reader, "GROUPS_READ")
    ? reader.rows<Row>(`SELECT ${groupColumns(selection)} FROM \`Group\` g WHERE ${ofSite("g")} AND g.id IN (${marks(ids)})`, [
        reader.siteId,
        ...ids,
      ])
    : Promise.resolve([]),
);

declareEdges("Group", {
  members: membersOfGroups,
  directory: toOne("Directory", "directoryId"),
  async grants(reader, rows, field) {
    if (!maySee(reader, "ACCESS_READ")) return putOnAll(rows, field, null);
    const found = await reader.rows<{ id: string; groupId: string }>(
      `SELECT id, groupId FROM \`Grant\` WHERE siteId = ? AND groupId IN (${marks(rows)}) ORDER BY id`,
      [reader.siteId, ...rows.map((row) => String(row.compactId))],
    );
    const grants = await loadByIds(
      reader,
      "Grant",
      found.map(({ id }) => id),
      field.selection,
    );
    for (const row of rows)
      put(
        row,
        field,
        found.filter(({ groupId }) => groupId === row.compactId).flatMap(({ id }) => grants.get(id) ?? []),
      );
  },
});

/**
 * The groups of many users, a page for each, by one statement: the same `first` and `after` hold for all of them. Null without
 * scope GROUPS_READ.
 */
export async function groupsOfUsers(reader: Reader, users: Row[], field: SelectedField): Promise<void> {
  if (!maySee(reader, "GROUPS_READ")) return putOnAll(users, field, null);
  const request = readPage(field.args, byName);
  const ids = users.map((user) => String(user.compactId));
  const after = request.after ? " AND g.nameKey >= ? AND (g.nameKey > ? OR g.id > ?)" : "";
  const rows = await reader.rows<Row>(
    `SELECT * FROM (SELECT ${groupColumns(nodeSelection(field.selection))}, m.userId AS ofUser, g.nameKey AS cursorKey, g.id AS cursorId,
       ROW_NUMBER() OVER (PARTITION BY m.userId ORDER BY g.nameKey, g.id) AS place
     FROM Membership m JOIN \`Group\` g ON g.id = m.groupId WHERE m.userId IN (${marks(ids)}) AND g.siteId = ?${after}) paged
     WHERE place <= ? ORDER BY ofUser, place`,
    [
      ...ids,
      reader.siteId,
      ...(request.after ? [request.after.key, request.after.key, request.after.id] : []),
      request.first + 1,
    ],
  );
  const totals = isSelected(field.selection, "totalCount") ? await countsByUser(reader, ids) : new Map<string, number>();
  await putPages(reader, "Group", users, field, { rows, ofColumn: "ofUser", order: byName, request, totals });
}

async function countsByUser(reader: Reader, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await reader.rows<{ userId: string; n: number }>(
    `SELECT userId, COUNT(*) AS n FROM Membership WHERE userId IN (${marks(ids)}) GROUP BY userId`,
    ids,
  );
  return new Map(rows.map(({ userId, n }) => [userId, Number(n)]));
}
