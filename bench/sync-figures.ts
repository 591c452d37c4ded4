import type { SyncSummary } from "../src/model/sync-summary.ts";

/** One sync, measured: a plan, then the same plan applied. */
export interface RunFigures {
  status: string;
  failure: string | null;
  planSeconds: number;
  applySeconds: number;
  /** Of the sync's own process, in all threads. */
  cpuSeconds: number;
  /** Requests for listings, as the directory counted them, and as sync.md (S2) counts them. */
  listingRequests: number;
  expectedListingRequests: number;
  /** Requests that prove an absence, as the directory counted them. */
  proofRequests: number;
  /** All requests, as the run counted them. */
  ownRequests: number;
  summary: SyncSummary;
}

/** Three syncs of one database, and the same rows written by hand. */
export interface SyncFigures {
  /** Such as `SQLite 3.50.2`. */
  database: string;
  /** Memory of the sync's process before the first sync, and the most it had until that sync's end. */
  idleBytes: number;
  peakBytes: number;
  first: RunFigures;
  second: RunFigures;
  changed: RunFigures;
  /** Rows in the tables after the first sync. */
  held: { users: number; groups: number; memberships: number };
  plain: { rows: number; seconds: number };
}
