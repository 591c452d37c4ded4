import type { GoogleCredentials } from "../src/model/directory-settings.ts";
import type { SyncPerson } from "../src/model/person-sync.ts";
import type { Door } from "../src/work/door.ts";
import { connectGoogle } from "./google.ts";
import type { RunLog } from "./lease.ts";
import type { ReadingProgress } from "./reading-progress.ts";
import { createSyncRunner, type SyncRunner } from "./run.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import { shareThrottles } from "./shared-throttles.ts";
import type { DirectoryReader } from "./snapshot.ts";
import { createPersonSync } from "./sync-person.ts";

export interface SyncOptions {
  door: Door;
  log: RunLog;
  isOutage(error: unknown): boolean;
  /** Where Google is, for tests and the demo; null is Google itself. */
  googleApiUrl: string | null;
  googleTokenUrl: string | null;
  googleQueriesPerMinute: number;
  /** Told after every page that a run reads. */
  onReading?(runId: string, progress: ReadingProgress): void;
}

/** The sync, wired: who makes runs, and when. */
export interface Sync {
  runner: SyncRunner;
  schedule: Schedule;
  /** Compares one person, and applies that. */
  syncPerson: SyncPerson;
  connect(credentials: GoogleCredentials): DirectoryReader;
}

export function wireSync({
  door,
  log,
  isOutage,
  onReading,
  googleApiUrl,
  googleTokenUrl,
  googleQueriesPerMinute,
}: SyncOptions): Sync {
  const throttleOf = shareThrottles(door, googleQueriesPerMinute);
  const connect = (credentials: GoogleCredentials) =>
    connectGoogle({ ...credentials, apiUrl: googleApiUrl, tokenUrl: googleTokenUrl, throttleOf });
  const runner = createSyncRunner({ door, connect, isOutage, log, onReading });
  const syncPerson = createPersonSync({ door, runner, connect });
  return { runner, schedule: createSchedule({ door, runner, log, isOutage }), syncPerson, connect };
}
