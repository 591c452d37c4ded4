import type { SyncSummary } from "../src/model/sync-summary.ts";
import type { HandFigures } from "./by-hand-process.ts";
import type { Used } from "./used.ts";

/** One sync, measured: a plan, then the same plan applied. */
export interface SyncFigures extends Used {
  /** Of the seconds, those until the plan was there. */
  planSeconds: number;
  status: string;
  failure: string | null;
  /** As the run counted them. */
  requestCount: number;
  summary: SyncSummary;
  /** Rows by table. */
  written: Map<string, number>;
  /** Rows in the tables after it. */
  held: { users: number; groups: number; memberships: number };
}

/** A sync beside what the directory says of it. */
export interface RunFigures extends SyncFigures {
  /** Requests for listings, as the directory counted them, and as sync.md (S2) counts them. */
  listingRequests: number;
  expectedListingRequests: number;
  /** Requests that prove an absence, as the directory counted them. */
  proofRequests: number;
  sampleCpuSeconds: number;
}

/** Three syncs of one database, and what a script by hand takes for the same. */
export interface CompanyFigures {
  /** Such as `SQLite 3.50.2`. */
  database: string;
  first: RunFigures;
  unchanged: RunFigures;
  changed: RunFigures;
  /** Drains and inserts what the first sync read and wrote. */
  byHand: HandFigures;
  /** Drains alone, next to the sync without changes. */
  drained: HandFigures;
  /** The same through Google's client. */
  drainedByClient: HandFigures;
}
