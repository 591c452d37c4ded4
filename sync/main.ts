import type { GoogleCredentials } from "../src/model/directory-settings.ts";
import type { Door } from "../src/work/door.ts";
import { connectGoogle } from "./google.ts";
import type { RunLog } from "./lease.ts";
import { createSyncRunner, type SyncRunner } from "./run.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import type { DirectoryReader } from "./snapshot.ts";

export interface SyncOptions {
  door: Door;
  log: RunLog;
  isOutage(error: unknown): boolean;
  /** Where Google is, for tests and the demo; null is Google itself. */
  googleApiUrl: string | null;
  googleTokenUrl: string | null;
}

/** The sync, wired: who makes runs, and when. */
export interface Sync {
  runner: SyncRunner;
  schedule: Schedule;
  connect(credentials: GoogleCredentials): DirectoryReader;
}

export function wireSync({ door, log, isOutage, googleApiUrl, googleTokenUrl }: SyncOptions): Sync {
  const connect = (credentials: GoogleCredentials) =>
    connectGoogle({ ...credentials, apiUrl: googleApiUrl, tokenUrl: googleTokenUrl });
  const runner = createSyncRunner({ door, connect, isOutage, log });
  return { runner, schedule: createSchedule({ door, runner, isOutage, log }), connect };
}
