import { isCode } from "../model/code.ts";
import { publicIdSql } from "./columns.ts";
import { declareEdges } from "./expand.ts";
import { declareLoader, listByIds, loadByIds, toOne } from "./loaders.ts";
import { connectionOf, countRows, keyset, nodeSelection, readPage } from "./page.ts";
import { marks, maySee, ofSite, type Reader, type Row } from "./reader.ts";
import { put, putOnAll, type Selection } from "./selection.ts";
import { orderOf, type UserFilter, userColumns, userConditions } from "./users.ts";

declareLoader("Application", (reader, ids) =>
  maySee(reader, "ACCESS_READ")
    ? reader.rows<Row>(
        `SELECT ${publicIdSql("Application", "a.id")} AS id, a.id AS compactId, a.\`key\`, a.name, a.url, a.grantedToNewUsers, a.seatLimit, a.seatsUsed
         FROM Application a WHERE ${ofSite("a")} AND a.id IN (${marks(ids)})`,
        [reader.siteId, ...ids],
      )
    : Promise.resolve([]),
);

declareLoader("Grant", (reader, ids) =>
  maySee(reader, "ACCESS_READ")
    ? reader.rows<Row>(
        `SELECT ${publicIdSql("Grant", "g.id")} AS id, g.role, g.isDefault AS \`default\`, g.applicationId, g.groupId
         FROM \`Grant\` g WHERE ${ofSite("g")} AND g.id IN (${marks(ids)})`,
        [reader.siteId, ...ids],
      )
    : Promise.resolve([]),
);

/** Every application of the site, in order of making. */
export async function listApplications(reader: Reader, selection: Selection): Promise<Row[]> {
  const rows = await reader.rows<{ id: string }>("SELECT id FROM Application WHERE siteId = ? ORDER BY id", [reader.siteId]);
  return listByIds(
    reader,
    "Application",
    rows.map(({ id }) => id),
    selection,
  );
}

/** The application with this key, or null. */
export async function findApplication(reader: Reader, key: string, selection: Selection): Promise<Row | null> {
  if (!isCode(key)) return null;
  const [row] = await reader.rows<{ id: string }>("SELECT id FROM Application WHERE siteId = ? AND `key` = ?", [
    reader.siteId,
    key,
  ]);
  return row ? ((await loadByIds(reader, "Application", [row.id], selection)).get(row.id) ?? null) : null;
}

declareEdges("Grant", { application: toOne("Application", "applicationId"), group: toOne("Group", "groupId") });

declareEdges("Application", {
  async grants(reader, rows, field) {
    const found = await reader.rows<{ id: string; applicationId: string }>(
      `SELECT id, applicationId FROM \`Grant\` WHERE siteId = ? AND applicationId IN (${marks(rows)}) ORDER BY id`,
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
        found.filter(({ applicationId }) => applicationId === row.compactId).flatMap(({ id }) => grants.get(id) ?? []),
      );
  },

  async users(reader, rows, field) {
    if (!maySee(reader, "USERS_READ")) return putOnAll(rows, field, null);
    const by = orderOf(field.args);
    const order = `application ${by.name}`;
    const request = readPage(field.args, order);
    const conditions = userConditions(reader, (field.args.filter ?? {}) as UserFilter); // as: the schema checked its shape
    const walk = keyset(reader, { siteColumn: "u.siteId", key: by.column, id: "u.id", descending: by.descending }, request.after);
    const opens =
      "EXISTS (SELECT 1 FROM Membership om JOIN `Grant` og ON og.groupId = om.groupId WHERE om.userId = u.id AND og.applicationId = ?)";
    // Applications are few, and each walks the users' own index: a statement each.
    for (const row of rows) {
      const id = String(row.compactId);
      const users = await reader.rows<Row>(
        `SELECT ${userColumns(nodeSelection(field.selection))}, ${by.cursorColumns} FROM User u
         WHERE ${[walk.where, ...conditions.where, opens].join(" AND ")} ORDER BY ${walk.orderBy} LIMIT ${request.first + 1}`,
        [...walk.params, ...conditions.params, id],
      );
      const count = () =>
        countRows(
          reader,
          `SELECT COUNT(*) AS n FROM User u WHERE ${["u.siteId = ?", ...conditions.where, opens].join(" AND ")}`,
          [reader.siteId, ...conditions.params, id],
        );
      put(row, field, await connectionOf(reader, "User", field.selection, { rows: users, order, request, count }));
    }
  },
});

declareEdges("SeatChange", { application: toOne("Application", "applicationId") });

declareEdges("AccessLoss", {
  application: toOne("Application", "applicationId"),
  async users(reader, rows, field) {
    const found = await loadByIds(
      reader,
      "User",
      rows.flatMap((row) => row.userIds as string[]),
      field.selection,
    ); // as: a report's own ids
    for (const row of rows)
      put(
        row,
        field,
        (row.userIds as string[]).flatMap((id) => found.get(id) ?? []),
      );
  },
});
