import { compactId, idPrefixes } from "../model/id.ts";
import { failureOf, type SyncChangeBody, type SyncChangeStatus, unpackChanges } from "../model/sync-change.ts";
import { declareEdges, type Edge, expand } from "./expand.ts";
import { loadByIds, toOne } from "./loaders.ts";
import { connectionOf, countRows, type PageRows, readPage } from "./page.ts";
import { marks, maySee, type Reader, type Row } from "./reader.ts";
import { put, type Selection } from "./selection.ts";

/** A change is a place in a step of a run, and its id says which: run, step and position. */
function changeId(runId: string, seq: number, position: number): string {
  return `${idPrefixes.SyncChange}_${runId}-${seq}-${position}`;
}

const inOrder = "syncChanges";

/**
 * The changes of runs, in the order of applying. Steps hold up to 500 changes each, packed: only the steps that a page needs are
 * opened, unless a filter or a count asks for more.
 */
export const changesOfRuns: Edge = async (reader, rows, field) => {
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
    const [step] = await reader.rows<{ seq: number; status: SyncChangeStatus; body: Buffer }>(
      `SELECT seq, status, body FROM SyncStep WHERE runId = ? AND seq >= ?${actions} ORDER BY seq LIMIT 1`,
      [runId, from, ...(filter.actions ?? [])],
    );
    if (!step) return;
    const exceptions = await exceptionsOf(reader, runId, step.seq);
    for (const [position, body] of unpackChanges(step.body).entries()) {
      const end = endOf(step, body, exceptions.get(position));
      if (filter.statuses && !filter.statuses.includes(end.status)) continue;
      const row = changeRow(changeId(runId, step.seq, position), { body, ...end });
      yield Object.assign(row, { seq: step.seq, position, cursorId: `${step.seq}-${position}` });
    }
    from = step.seq;
  }
}

interface Exception {
  status: SyncChangeStatus;
  failure: string;
}

async function exceptionsOf(reader: Reader, runId: string, seq: number): Promise<Map<number, Exception>> {
  const rows = await reader.rows<Exception & { position: number }>(
    "SELECT position, status, failure FROM SyncException WHERE runId = ? AND seq = ?",
    [runId, seq],
  );
  return new Map(rows.map((row) => [row.position, row]));
}

/** Where a change stands: as its step does, unless it went another way. */
function endOf(
  step: { status: SyncChangeStatus },
  body: SyncChangeBody,
  exception?: Exception,
): Pick<StoredChange, "status" | "failure"> {
  const status = exception?.status ?? step.status;
  return { status, failure: failureOf(status, body, exception?.failure) };
}

/** A change as it is shown. */
export function changeRow(id: string, { status, failure, body }: Pick<StoredChange, "status" | "failure" | "body">): Row {
  return {
    id,
    action: body.action,
    status,
    failure,
    subjectType: body.subjectType,
    subjectId: body.subjectId,
    subjectLabel: body.subjectLabel,
    groupId: body.groupId ?? null,
    groupLabel: body.groupLabel ?? null,
    candidateIds: status === "DISPUTED" || status === "SKIPPED" ? (body.candidateIds ?? []) : [],
    changes: body.changes,
  };
}

/** Changes of a run with what was selected of them; of none, when they are stored nowhere: then their ids name nothing. */
export async function showChanges(
  reader: Reader,
  runId: string | null,
  changes: readonly Pick<StoredChange, "status" | "failure" | "body">[],
  selection: Selection,
): Promise<Row[]> {
  const rows: Row[] = [];
  if (runId !== null) for await (const row of walkChanges(reader, runId, {}, 0)) rows.push(row);
  else for (const [index, change] of changes.entries()) rows.push(changeRow(`${idPrefixes.SyncChange}_none-0-${index}`, change));
  await expand(reader, "SyncChange", rows, selection);
  return rows;
}

/** The run, the step and the place in it, in one spelling. */
const writtenChangeId = /^chg_(\w+)-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})$/;

/** A change where it is stored. Ids are compact. */
export interface StoredChange {
  runId: string;
  directoryId: string;
  seq: number;
  position: number;
  status: SyncChangeStatus;
  body: SyncChangeBody;
  failure: string | null;
}

/** A change of the site by its public id; null when there is none. */
export async function readChange(reader: Reader, id: string): Promise<StoredChange | null> {
  const [, runId = "", seq, position] = writtenChangeId.exec(id) ?? [];
  if (compactId("SyncRun", `${idPrefixes.SyncRun}_${runId}`) === null) return null;
  const [step] = await reader.rows<{ seq: number; status: SyncChangeStatus; body: Buffer; directoryId: string }>(
    "SELECT s.seq, s.status, s.body, r.directoryId FROM SyncStep s JOIN SyncRun r ON r.id = s.runId WHERE r.siteId = ? AND s.runId = ? AND s.seq = ?",
    [reader.siteId, runId, Number(seq)],
  );
  const body = step ? unpackChanges(step.body)[Number(position)] : undefined;
  if (!step || !body) return null;
  const exception = (await exceptionsOf(reader, runId, step.seq)).get(Number(position));
  return {
    runId,
    directoryId: step.directoryId,
    seq: step.seq,
    position: Number(position),
    body,
    ...endOf(step, body, exception),
  };
}

/** A change by its public id, or null. */
export async function findChange(reader: Reader, id: string): Promise<Row | null> {
  const change = maySee(reader, "DIRECTORIES_READ") ? await readChange(reader, id) : null;
  return change && changeRow(changeId(change.runId, change.seq, change.position), change);
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

  async candidates(reader, rows, field) {
    for (const type of ["User", "Group"] as const) {
      const mine = rows.filter((row) => row.subjectType === type);
      const idsOf = (row: Row) => row.candidateIds as string[]; // as: changeRow put them there
      const found = await loadByIds(reader, type, mine.flatMap(idsOf), field.selection);
      for (const row of mine)
        put(
          row,
          field,
          idsOf(row).flatMap((id) => found.get(id) ?? []),
        );
    }
  },
});
