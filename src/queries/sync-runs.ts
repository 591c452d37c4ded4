import { compactId, idPrefixes } from "../model/id.ts";
import { type SyncChangeBody, unpackChanges } from "../model/sync-change.ts";
import { readSummary } from "../model/sync-summary.ts";
import { publicIdSql } from "./columns.ts";
import { declareEdges, type Edge, expand } from "./expand.ts";
import { declareLoader, listByIds, loadByIds, toActor, toOne } from "./loaders.ts";
import { connectionOf, countRows, type PageRows, readPage } from "./page.ts";
import { marks, maySee, ofSite, type Reader, type Row, type SqlValue } from "./reader.ts";
import { put } from "./selection.ts";

declareLoader("SyncRun", (reader, ids) =>
  maySee(reader, "DIRECTORIES_READ")
    ? reader.rows<Row>(
        `SELECT ${publicIdSql("SyncRun", "r.id")} AS id, r.id AS compactId, r.directoryId, r.status, r.startedByKind, r.startedById, r.summary AS summaryText,
         r.failure, r.requestCount, r.stepCount, r.appliedSeq, r.basis IS NOT NULL AS isPlanned, r.createdAt, r.startedAt, r.finishedAt FROM SyncRun r WHERE ${ofSite("r")} AND r.id IN (${marks(ids)})`,
        [reader.siteId, ...ids],
      )
    : Promise.resolve([]),
);

/** Steps that only report never count as applied: a run that has ended is done, whatever they say. */
declareEdges("SyncRun", {
  directory: toOne("Directory", "directoryId"),
  startedBy: toActor("startedByKind", "startedById"),
  changes: (reader, rows, field) => changesOfRuns(reader, rows, field),

  summary(_reader, rows, field) {
    for (const row of rows) put(row, field, readSummary(String(row.summaryText)));
  },

  progress(_reader, rows, field) {
    for (const row of rows) {
      const { reading, approved } = readSummary(String(row.summaryText));
      const steps = Number(row.stepCount);
      const applied = steps > 0 ? Math.min(1, Number(row.appliedSeq) / steps) : 0;
      // A run that reads and applies at once is half done when all is read; that of a plan begins with what was read before.
      const atOnce = row.status === "APPLYING" && !approved;
      const isPlanned = Number(row.isPlanned) === 1;
      const done = atOnce ? ((isPlanned ? 1 : reading) + applied) / 2 : isPlanned ? applied : reading;
      put(row, field, row.finishedAt !== null ? 1 : done);
    }
  },

  async seats(reader, rows, field) {
    for (const row of rows) {
      const seats = readSummary(String(row.summaryText)).seats.map((seat): Row => ({ ...seat }));
      await expand(reader, "SeatChange", seats, field.selection);
      put(
        row,
        field,
        seats.filter((seat) => seat.application !== null),
      );
    }
  },
});

const newestFirst = "syncRuns DESC";

/** The runs of directories, the newest first. Directories are few: a statement each. */
export const runsOfDirectories: Edge = async (reader, rows, field) => {
  const request = readPage(field.args, newestFirst);
  const statuses = (field.args.filter as { statuses?: string[] | null } | null | undefined)?.statuses; // as: the schema checked its shape
  const wanted = statuses ? (statuses.length > 0 ? ` AND r.status IN (${marks(statuses)})` : " AND 1 = 0") : "";
  for (const row of rows) {
    const params: SqlValue[] = [reader.siteId, String(row.compactId), ...(statuses ?? [])];
    const after = request.after ? " AND r.id < ?" : "";
    const found = await reader.rows<{ id: string }>(
      `SELECT r.id FROM SyncRun r WHERE r.siteId = ? AND r.directoryId = ?${wanted}${after} ORDER BY r.id DESC LIMIT ${request.first + 1}`,
      [...params, ...(request.after ? [request.after.id] : [])],
    );
    const runs = await listByIds(
      reader,
      "SyncRun",
      found.map(({ id }) => id),
      [],
    );
    for (const run of runs) run.cursorId = run.compactId;
    const count = () =>
      countRows(reader, `SELECT COUNT(*) AS n FROM SyncRun r WHERE r.siteId = ? AND r.directoryId = ?${wanted}`, params);
    put(row, field, await connectionOf(reader, "SyncRun", field.selection, { rows: runs, order: newestFirst, request, count }));
  }
};

/** A change is a place in a step of a run, and its id says which: run, step and position. */
function changeId(runId: string, seq: number, position: number): string {
  return `${idPrefixes.SyncChange}_${runId}-${seq}-${position}`;
}

const inOrder = "syncChanges";

/**
 * The changes of runs, in the order of applying. Steps hold up to 500 changes each, packed: only the steps that a page needs are
 * opened, unless a filter or a count asks for more.
 */
const changesOfRuns: Edge = async (reader, rows, field) => {
  const request = readPage(field.args, inOrder);
  const filter = (field.args.filter ?? {}) as { actions?: string[] | null; statuses?: string[] | null }; // as: the schema checked its shape
  for (const row of rows) {
    const runId = String(row.compactId);
    const [seq = 0, position = -1] = (request.after?.id ?? "").split("-").map(Number);
    const found: Row[] = [];
    for await (const change of walkChanges(reader, runId, filter, seq || 0)) {
      if (change.seq === seq && Number(change.position) <= position) continue;
      found.push(change);
      if (found.length > request.first) break;
    }
    const page: PageRows = { rows: found, order: inOrder, request, count: () => countChanges(reader, runId, filter) };
    put(row, field, await connectionOf(reader, "SyncChange", field.selection, page));
  }
};

interface ChangeFilter {
  actions?: string[] | null;
  statuses?: string[] | null;
}

async function countChanges(reader: Reader, runId: string, filter: ChangeFilter): Promise<number> {
  if (!filter.actions && !filter.statuses)
    return countRows(reader, "SELECT COALESCE(SUM(size), 0) AS n FROM SyncStep WHERE runId = ?", [runId]);
  let n = 0;
  for await (const _ of walkChanges(reader, runId, filter, 0)) n++;
  return n;
}

async function* walkChanges(reader: Reader, runId: string, filter: ChangeFilter, fromSeq: number): AsyncGenerator<Row> {
  const actions = filter.actions ? ` AND action IN (${filter.actions.length > 0 ? marks(filter.actions) : "''"})` : "";
  for (let from = fromSeq; ; from++) {
    const [step] = await reader.rows<{ seq: number; status: string; body: Buffer }>(
      `SELECT seq, status, body FROM SyncStep WHERE runId = ? AND seq >= ?${actions} ORDER BY seq LIMIT 1`,
      [runId, from, ...(filter.actions ?? [])],
    );
    if (!step) return;
    const exceptions = await exceptionsOf(reader, runId, step.seq);
    for (const [position, body] of unpackChanges(step.body).entries()) {
      const change = changeRow(runId, step, position, body, exceptions.get(position));
      if (!filter.statuses || filter.statuses.includes(String(change.status))) yield change;
    }
    from = step.seq;
  }
}

interface Exception {
  status: string;
  failure: string;
}

async function exceptionsOf(reader: Reader, runId: string, seq: number): Promise<Map<number, Exception>> {
  const rows = await reader.rows<Exception & { position: number }>(
    "SELECT position, status, failure FROM SyncException WHERE runId = ? AND seq = ?",
    [runId, seq],
  );
  return new Map(rows.map((row) => [row.position, row]));
}

function changeRow(
  runId: string,
  step: { seq: number; status: string },
  position: number,
  body: SyncChangeBody,
  exception?: Exception,
): Row {
  return {
    id: changeId(runId, step.seq, position),
    cursorId: `${step.seq}-${position}`,
    seq: step.seq,
    position,
    action: body.action,
    status: exception?.status ?? step.status,
    failure: exception?.failure || (body.failure ?? null),
    subjectType: body.subjectType,
    subjectId: body.subjectId,
    subjectLabel: body.subjectLabel,
    groupId: body.groupId ?? null,
    groupLabel: body.groupLabel ?? null,
    changes: body.changes,
  };
}

/** The run, the step and the place in it, in one spelling. */
const writtenChangeId = /^chg_(\w+)-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})$/;

/** A change by its public id, or null. */
export async function findChange(reader: Reader, id: string): Promise<Row | null> {
  const [, runId = "", seq, position] = writtenChangeId.exec(id) ?? [];
  if (!maySee(reader, "DIRECTORIES_READ") || compactId("SyncRun", `${idPrefixes.SyncRun}_${runId}`) === null) return null;
  const [step] = await reader.rows<{ seq: number; status: string; body: Buffer }>(
    "SELECT s.seq, s.status, s.body FROM SyncStep s JOIN SyncRun r ON r.id = s.runId WHERE r.siteId = ? AND s.runId = ? AND s.seq = ?",
    [reader.siteId, runId, Number(seq)],
  );
  const body = step ? unpackChanges(step.body)[Number(position)] : undefined;
  if (!step || !body) return null;
  return changeRow(runId, step, Number(position), body, (await exceptionsOf(reader, runId, step.seq)).get(Number(position)));
}

declareEdges("SyncChange", {
  group: toOne("Group", "groupId"),
  async subject(reader, rows, field) {
    for (const type of ["User", "Group"] as const) {
      const mine = rows.filter((row) => row.subjectType === type);
      const found = await loadByIds(
        reader,
        type,
        mine.map((row) => row.subjectId).filter((id): id is string => typeof id === "string"),
        field.selection,
      );
      for (const row of mine) put(row, field, found.get(String(row.subjectId)) ?? null);
    }
  },
});
