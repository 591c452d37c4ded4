import { isCode } from "../model/code.ts";
import { compactId, type NodeType, typeOfId } from "../model/id.ts";
import { type Columns, columnsFor, publicIdSql } from "./columns.ts";
import { declareEdges, expand } from "./expand.ts";
import { declareLoader, loadByIds, toActor } from "./loaders.ts";
import { connectionOf, keyset, nodeSelection, readPage } from "./page.ts";
import { marks, maySee, ofSite, type Reader, type Row, type SqlValue } from "./reader.ts";
import { put, type Selection, slotOf } from "./selection.ts";

/** Events that a caller looks for. Every condition given must hold. */
export interface AuditEventFilter {
  actions?: string[] | null;
  actorId?: string | null;
  subjectId?: string | null;
  from?: string | null;
  to?: string | null;
}

const columns: Columns = {
  id: publicIdSql("AuditEvent", "e.id"),
  action: "e.action",
  actorLabel: "e.actorLabel",
  subjectCount: "e.subjectCount",
  ipAddress: "e.ipAddress",
  createdAt: "e.createdAt",
  actorKind: "e.actorKind",
  actorId: "e.actorId",
  body: "e.body",
};

const needs = { actor: ["actorKind", "actorId"], subjects: ["body"] };

/** Ids sort by time, so that the newest come first by id alone. */
const newestFirst = "auditEvents DESC";

/** The most subjects that an event shows. */
const mostSubjects = 200;

/** A page of what was done on the site, the newest first. */
export async function listAuditEvents(reader: Reader, args: Record<string, unknown>, selection: Selection): Promise<Row> {
  const filter = (args.filter ?? {}) as AuditEventFilter; // as: the schema checked its shape
  const request = readPage(args, newestFirst);
  const walk = keyset(reader, { siteColumn: "e.siteId", key: "e.id", id: "e.id", descending: true }, request.after);
  const where = [walk.where];
  const params: SqlValue[] = [...walk.params];
  const add = (sql: string, ...values: SqlValue[]) => {
    where.push(sql);
    params.push(...values);
  };
  const actions = filter.actions?.filter(isCode);
  if (actions) add(actions.length > 0 ? `e.action IN (${marks(actions)})` : "1 = 0", ...actions);
  if (typeof filter.actorId === "string") add("e.actorId = ?", bare(filter.actorId));
  if (typeof filter.subjectId === "string")
    add("e.id IN (SELECT eventId FROM AuditSubject WHERE siteId = ? AND subjectId = ?)", reader.siteId, bare(filter.subjectId));
  if (filter.from) add("e.createdAt >= ?", new Date(filter.from).toISOString());
  if (filter.to) add("e.createdAt < ?", new Date(filter.to).toISOString());
  const rows = await reader.rows<Row>(
    `SELECT ${columnsFor("AuditEvent", columns, needs, nodeSelection(selection))}, e.id AS cursorId FROM AuditEvent e
     WHERE ${where.join(" AND ")} ORDER BY ${walk.orderBy} LIMIT ${request.first + 1}`,
    params,
  );
  return connectionOf(reader, "AuditEvent", selection, { rows, order: newestFirst, request, count: async () => 0 });
}

/** The compact id behind a public one of whatever type; one that names nothing finds nothing. */
function bare(id: string): string {
  const type = typeOfId(id);
  return (type && compactId(type, id)) ?? "";
}

declareLoader("AuditEvent", (reader, ids, selection) =>
  maySee(reader, "AUDIT_READ")
    ? reader.rows<Row>(
        `SELECT ${columnsFor("AuditEvent", columns, needs, selection)} FROM AuditEvent e WHERE ${ofSite("e")} AND e.id IN (${marks(ids)})`,
        [reader.siteId, ...ids],
      )
    : Promise.resolve([]),
);

declareEdges("AuditEvent", {
  actor: toActor("actorKind", "actorId"),
  async subjects(reader, rows, field) {
    for (const row of rows) put(row, field, (JSON.parse(String(row.body)) as Row[]).slice(0, mostSubjects)); // as: written by the door alone
    const all = rows.flatMap((row) => row[slotOf(field.name, field.key)] as Row[]); // as: put just above
    await expand(reader, "AuditSubject", all, field.selection);
  },
});

declareEdges("AuditSubject", {
  async node(reader, rows, field) {
    for (const row of rows) put(row, field, null);
    const byType = new Map<NodeType, Row[]>();
    for (const row of rows) {
      const type = typeOfId(String(row.id));
      if (type) byType.set(type, [...(byType.get(type) ?? []), row]);
    }
    for (const [type, subjects] of byType) {
      const found = await loadByIds(
        reader,
        type,
        subjects.map((row) => bare(String(row.id))),
        field.selection,
      );
      for (const row of subjects) put(row, field, found.get(bare(String(row.id))) ?? null);
    }
  },
});
