import { readSummary } from "../model/sync-summary.ts";
import { publicIdSql } from "./columns.ts";
import { declareEdges, type Edge, expand } from "./expand.ts";
import { declareLoader, listByIds, toActor, toOne } from "./loaders.ts";
import { connectionOf, countRows, readPage } from "./page.ts";
import { marks, maySee, ofSite, type Row, type SqlValue } from "./reader.ts";
import { put } from "./selection.ts";
import { changesOfRuns } from "./sync-changes.ts";

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
