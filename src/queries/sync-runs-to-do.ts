import type { DirectoryStatus } from "../model/entities.ts";
import { type RunSummary, readSummary } from "../model/sync-summary.ts";
import type { Reader } from "./reader.ts";

/** A run as whoever is to make it finds it, on whichever site. */
export interface RunToMake {
  siteId: string;
  directoryId: string;
  directoryName: string;
  summary: RunSummary;
  /** The organization that the directory's last applied run read; null before there was one. */
  lastCustomerId: string | null;
  /** The verified domains that the same run read. */
  lastDomains: readonly string[];
}

/** A run by its compact id, with what its maker has to know before taking it up. Not bound to the reader's site. */
export async function findRunToMake(reader: Reader, runId: string): Promise<RunToMake | null> {
  const [run] = await reader.rows<{ siteId: string; directoryId: string; directoryName: string; summary: string }>(
    "SELECT r.siteId, r.directoryId, d.name AS directoryName, r.summary FROM SyncRun r JOIN Directory d ON d.id = r.directoryId WHERE r.id = ?",
    [runId],
  );
  if (!run) return null;
  const [last] = await reader.rows<{ summary: string }>(
    "SELECT summary FROM SyncRun WHERE directoryId = ? AND status IN ('SUCCEEDED', 'PARTIAL', 'HELD') ORDER BY id DESC LIMIT 1",
    [run.directoryId],
  );
  const before = last ? readSummary(last.summary) : null;
  return {
    ...run,
    summary: readSummary(run.summary),
    lastCustomerId: before?.customerId ?? null,
    lastDomains: before?.domains ?? [],
  };
}

/** A directory whose schedule has come round. */
export interface DueDirectory {
  id: string;
  siteId: string;
  name: string;
  status: DirectoryStatus;
  failedRuns: number;
  trusted: boolean;
  settings: string;
  nextRunAt: string;
  /** It has a plan that waits for a person and is younger than a day. */
  hasPlan: boolean;
}

/** Directories of every site that are due, the longest due first. `dayAgo` is the reader's moment less a day. */
export async function listDueDirectories(reader: Reader, { dayAgo }: { dayAgo: string }): Promise<DueDirectory[]> {
  const rows = await reader.rows<Omit<DueDirectory, "trusted" | "hasPlan"> & { trusted: number; hasPlan: number }>(
    `SELECT d.id, d.siteId, d.name, d.status, d.failedRuns, d.trusted, d.settings, d.nextRunAt,
     EXISTS (SELECT 1 FROM SyncRun r WHERE r.directoryId = d.id AND r.status = 'PLANNED' AND r.createdAt > ?) AS hasPlan
     FROM Directory d WHERE d.nextRunAt <= ? AND d.paused = 0 ORDER BY d.nextRunAt LIMIT 100`,
    [dayAgo, reader.now],
  );
  return rows.map((row) => ({ ...row, trusted: row.trusted === 1, hasPlan: row.hasPlan === 1 }));
}

/** Runs of every site that nobody is making: never begun, or left by a process that died. */
export async function listAbandonedRuns(reader: Reader): Promise<string[]> {
  const rows = await reader.rows<{ id: string }>(
    `SELECT r.id FROM SyncRun r LEFT JOIN Lease l ON l.name = CONCAT('sync:', r.directoryId)
     WHERE r.status IN ('PLANNING', 'APPLYING') AND (l.name IS NULL OR l.expiresAt <= ?) ORDER BY r.id LIMIT 100`,
    [reader.now],
  );
  return rows.map(({ id }) => id);
}

/** How many removals of a run wait, and why, each reason once. */
export async function readHeldSteps(
  reader: Reader,
  runId: string,
): Promise<{ counts: Record<string, number>; bodies: Buffer[] }> {
  const counts = await reader.rows<{ action: string; n: number | string }>(
    "SELECT action, SUM(size) AS n FROM SyncStep WHERE runId = ? AND status = 'HELD' GROUP BY action",
    [runId],
  );
  const bodies = await reader.rows<{ body: Buffer }>(
    "SELECT body FROM SyncStep WHERE runId = ? AND status = 'HELD' ORDER BY seq LIMIT 20",
    [runId],
  );
  return {
    counts: Object.fromEntries(counts.map(({ action, n }) => [action, Number(n)])),
    bodies: bodies.map(({ body }) => body),
  };
}
