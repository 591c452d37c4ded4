import { failureOf, type SyncChangeBody, type SyncChangeStatus, unpackChanges } from "../model/sync-change.ts";
import { type RunSummary, readSummary } from "../model/sync-summary.ts";
import type { Reader } from "./reader.ts";

/** A run with every change, for a report. */
export interface WholeRun {
  id: string;
  status: string;
  failure: string | null;
  requestCount: number;
  createdAt: string;
  summary: RunSummary;
  changes: { status: SyncChangeStatus; body: SyncChangeBody; failure: string | null }[];
}

type RunRow = Omit<WholeRun, "summary" | "changes"> & { summary: string };

/** Reads a run of the site whole; null when there is none by this compact id. */
export async function readWholeRun(reader: Reader, runId: string): Promise<WholeRun | null> {
  const [run] = await reader.rows<RunRow>(
    "SELECT id, status, failure, requestCount, createdAt, summary FROM SyncRun WHERE siteId = ? AND id = ?",
    [reader.siteId, runId],
  );
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
  const rows = await reader.rows<RunRow>(
    "SELECT id, status, failure, requestCount, createdAt, summary FROM SyncRun WHERE siteId = ? ORDER BY id DESC LIMIT ?",
    [reader.siteId, most],
  );
  return rows.map((row) => ({ ...row, summary: readSummary(row.summary), changes: [] }));
}
