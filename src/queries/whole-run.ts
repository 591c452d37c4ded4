import { failureOf, type SyncChangeBody, type SyncChangeStatus, unpackChanges } from "../model/sync-change.ts";
import { type RunSummary, readSummary } from "../model/sync-summary.ts";
import { marks, type Reader } from "./reader.ts";

/** A run with every change, for a report. */
export interface WholeRun {
  id: string;
  directoryId: string;
  status: string;
  /** Who started it. */
  startedByLabel: string;
  failure: string | null;
  requestCount: number;
  waitedMs: number;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  summary: RunSummary;
  changes: { status: SyncChangeStatus; body: SyncChangeBody; failure: string | null }[];
}

const columns =
  "id, directoryId, status, startedByLabel, failure, requestCount, waitedMs, createdAt, startedAt, finishedAt, summary";

type RunRow = Omit<WholeRun, "summary" | "changes"> & { summary: string };

/** Reads a run of the site whole; null when there is none by this compact id. */
export async function readWholeRun(reader: Reader, runId: string): Promise<WholeRun | null> {
  const [run] = await reader.rows<RunRow>(`SELECT ${columns} FROM SyncRun WHERE siteId = ? AND id = ?`, [reader.siteId, runId]);
  if (!run) return null;
  const steps = await reader.rows<{ seq: number; status: SyncChangeStatus; body: Buffer }>(
    "SELECT seq, status, body FROM SyncStep WHERE runId = ? ORDER BY seq",
    [runId],
  );
  const exceptions = await reader.rows<{ seq: number; position: number; status: SyncChangeStatus; failure: string }>(
    "SELECT seq, position, status, failure FROM SyncException WHERE runId = ?",
    [runId],
  );
  const exceptionAt = new Map(exceptions.map((exception) => [`${exception.seq}-${exception.position}`, exception]));
  const changes = steps.flatMap(({ seq, status, body }) =>
    unpackChanges(body).map((change, position) => {
      const exception = exceptionAt.get(`${seq}-${position}`);
      const ended = exception?.status ?? status;
      return { status: ended, body: change, failure: failureOf(ended, change, exception?.failure) };
    }),
  );
  return { ...run, summary: readSummary(run.summary), changes };
}

/** The latest runs of the site, the newest first, without their changes. */
export async function listRecentRuns(reader: Reader, most: number): Promise<WholeRun[]> {
  const rows = await reader.rows<RunRow>(`SELECT ${columns} FROM SyncRun WHERE siteId = ? ORDER BY id DESC LIMIT ?`, [
    reader.siteId,
    most,
  ]);
  return rows.map((row) => ({ ...row, summary: readSummary(row.summary), changes: [] }));
}

/** What people are called, by compact id: for those whose changes name them by their addresses alone. */
export async function readFullNames(reader: Reader, userIds: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (let from = 0; from < userIds.length; from += namesAtOnce) {
    const some = userIds.slice(from, from + namesAtOnce);
    const rows = await reader.rows<{ id: string; fullName: string }>(
      `SELECT id, fullName FROM User WHERE siteId = ? AND id IN (${marks(some)})`,
      [reader.siteId, ...some],
    );
    for (const { id, fullName } of rows) names.set(id, fullName);
  }
  return names;
}

const namesAtOnce = 500;
