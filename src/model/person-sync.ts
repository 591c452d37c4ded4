import type { Actor } from "./actor.ts";
import type { SyncChangeBody, SyncChangeStatus } from "./sync-change.ts";

/** One person of a directory, by address. `directoryId` is public. */
export interface PersonToSync {
  directoryId: string;
  email: string;
  dryRun: boolean;
}

/** What was done about one person, or would be, and why. */
export interface PersonSynced {
  /** Compact. Null when nothing was to be applied: then the changes are stored nowhere. */
  runId: string | null;
  changes: { status: SyncChangeStatus; body: SyncChangeBody; failure: string | null }[];
  /** Why the person is or is not synced, in sentences. */
  explanation: string;
}

/** Compares one person with their directory and, unless it is a rehearsal, applies that. Throws a Refusal. */
export type SyncPerson = (place: { siteId: string; actor: Actor }, input: PersonToSync) => Promise<PersonSynced>;
