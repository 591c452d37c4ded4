import type { Edge } from "./expand.ts";
import { countRows, keyset, nodeSelection, putPages, readPage } from "./page.ts";
import { marks, maySee, type Reader, type Row } from "./reader.ts";
import { isSelected, putOnAll, type SelectedField } from "./selection.ts";
import { orderOf, type UserFilter, userColumns, userConditions } from "./users.ts";

/** The members of groups, a page for each. Null without scope USERS_READ. */
export const membersOfGroups: Edge = async (reader, groups, field) => {
  if (!maySee(reader, "USERS_READ")) return putOnAll(groups, field, null);
  const by = orderOf(field.args);
  const order = `members ${by.name}`;
  const request = readPage(field.args, order);
  const ids = groups.map((group) => String(group.compactId));
  const walk = keyset(reader, { siteColumn: "u.siteId", key: by.column, id: "u.id", descending: by.descending }, request.after);
  const conditions = userConditions(reader, (field.args.filter ?? {}) as UserFilter); // as: the schema checked its shape
  const where = ["m.groupId IN (%)".replace("%", marks(ids)), walk.where, ...conditions.where].join(" AND ");
  const columns = `${userColumns(nodeSelection(field.selection))}, ${by.cursorColumns}, m.groupId AS ofGroup, m.byHand AS byHand, m.bySync AS bySync, m.direct AS direct`;
  const from = "FROM Membership m JOIN User u ON u.id = m.userId";
  const params = [...ids, ...walk.params, ...conditions.params];
  // One group needs no numbering: the walk stops by itself.
  const sql =
    ids.length === 1
      ? `SELECT ${columns} ${from} WHERE ${where} ORDER BY ${walk.orderBy} LIMIT ${request.first + 1}`
      : `SELECT * FROM (SELECT ${columns}, ROW_NUMBER() OVER (PARTITION BY m.groupId ORDER BY ${walk.orderBy}) AS place ${from} WHERE ${where}) paged
         WHERE place <= ${request.first + 1} ORDER BY ofGroup, place`;
  const rows = await reader.rows<Row>(sql, params);
  await addPaths(reader, rows, field);
  const totals = isSelected(field.selection, "totalCount") ? await countsByGroup(reader, ids, field) : new Map<string, number>();
  const edgeOf = (row: Row): Row => ({ manual: row.byHand === 1, paths: row.paths ?? [] });
  await putPages(reader, "User", groups, field, { rows, ofColumn: "ofGroup", order, request, totals, edgeOf });
};

async function countsByGroup(reader: Reader, ids: readonly string[], field: SelectedField): Promise<Map<string, number>> {
  const filter = (field.args.filter ?? {}) as UserFilter; // as: the schema checked its shape
  const conditions = userConditions(reader, filter);
  if (conditions.where.length === 0) {
    const rows = await reader.rows<{ id: string; memberCount: number }>(
      `SELECT id, memberCount FROM \`Group\` WHERE id IN (${marks(ids)})`,
      ids,
    );
    return new Map(rows.map(({ id, memberCount }) => [id, memberCount]));
  }
  const totals = new Map<string, number>();
  for (const id of ids)
    totals.set(
      id,
      await countRows(
        reader,
        `SELECT COUNT(*) AS n FROM Membership m JOIN User u ON u.id = m.userId WHERE m.groupId = ? AND u.siteId = ? AND ${conditions.where.join(" AND ")}`,
        [id, reader.siteId, ...conditions.params],
      ),
    );
  return totals;
}

/** The most paths told of one membership. */
const mostPaths = 20;

/** Tells by which chains of directory groups each row's user is a member: from the group down to where the user is a direct member. */
async function addPaths(reader: Reader, rows: Row[], field: SelectedField): Promise<void> {
  const wanted = field.selection.some(({ name, selection }) => name === "edges" && isSelected(selection, "paths"));
  const synced = rows.filter((row) => row.bySync === 1);
  if (!wanted || synced.length === 0) return;
  const nestings = await reader.rows<{ groupId: string; childId: string }>(
    "SELECT n.groupId, n.childId FROM Nesting n JOIN `Group` g ON g.id = n.groupId WHERE g.siteId = ?",
    [reader.siteId],
  );
  const children = new Map<string, string[]>();
  for (const { groupId, childId } of nestings) children.set(groupId, [...(children.get(groupId) ?? []), childId]);
  const userIds = synced.map((row) => String(row.cursorId));
  const direct = await reader.rows<{ groupId: string; userId: string; label: string }>(
    `SELECT m.groupId, m.userId, COALESCE(g.email, g.name) AS label FROM Membership m JOIN \`Group\` g ON g.id = m.groupId
     WHERE m.direct = 1 AND m.userId IN (${marks(userIds)})`,
    userIds,
  );
  const labels = new Map(
    (
      await reader.rows<{ id: string; label: string }>(
        "SELECT id, COALESCE(email, name) AS label FROM `Group` WHERE siteId = ? AND directoryId IS NOT NULL",
        [reader.siteId],
      )
    ).map(({ id, label }) => [id, label]),
  );
  for (const row of synced) {
    const holds = new Set(direct.filter(({ userId }) => userId === row.cursorId).map(({ groupId }) => groupId));
    row.paths = pathsDown(String(row.ofGroup), holds, children).map((path) => path.map((id) => labels.get(id) ?? "").join(" > "));
  }
}

function pathsDown(from: string, ends: ReadonlySet<string>, children: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const walk = (path: string[], at: string): void => {
    if (found.length >= mostPaths) return;
    if (ends.has(at)) found.push(path);
    for (const child of children.get(at) ?? []) if (!path.includes(child)) walk([...path, child], child);
  };
  walk([from], from);
  return found;
}
