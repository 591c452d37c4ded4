import { gunzipSync, gzipSync } from "node:zlib";

/** What a change of a sync run does. The public contract's `SyncAction`. */
export const syncActions = [
  "USER_CREATE",
  "USER_ADOPT",
  "USER_UPDATE",
  "USER_ACTIVATE",
  "USER_DEACTIVATE",
  "USER_DELETE",
  "GROUP_CREATE",
  "GROUP_ADOPT",
  "GROUP_UPDATE",
  "GROUP_DELETE",
  "MEMBER_ADD",
  "MEMBER_REMOVE",
] as const;
export type SyncAction = (typeof syncActions)[number];

/** Where a change stands. The public contract's `SyncChangeStatus`. */
export const syncChangeStatuses = ["PLANNED", "APPLIED", "HELD", "FAILED", "DISPUTED", "SKIPPED"] as const;
export type SyncChangeStatus = (typeof syncChangeStatuses)[number];

/** A field before and after. Null is an empty field. */
export interface FieldChange {
  field: string;
  from: string | null;
  to: string | null;
}

/**
 * What a removal rests on (S12). ABSENT: the directory does not list the object. DELETED: nor that, and a complete list of the deleted
 * names the person. RECORD: the object's own record in a complete listing says so (suspended, out of scope). NO_MEMBER: a complete
 * list of members does not name the person.
 */
export type Proof = "ABSENT" | "DELETED" | "RECORD" | "NO_MEMBER";

/** One change as a step stores it: enough to show it, and to make it without reading the directory again. */
export interface SyncChangeBody {
  action: SyncAction;
  subjectType: "User" | "Group";
  /** Compact. Null before the subject exists here. */
  subjectId: string | null;
  /** The email or name at the time of the run. */
  subjectLabel: string;
  /** The subject's id at the directory. Null where one change speaks of several people. */
  externalId: string | null;
  /** Of MEMBER_ADD and MEMBER_REMOVE: the group, compact; null or left out before it exists here. */
  groupId?: string | null;
  groupLabel?: string;
  groupExternalId?: string;
  changes: FieldChange[];
  /** Why it is HELD, DISPUTED or SKIPPED. */
  failure?: string;
  /** Of DISPUTED: the users or groups here that it could concern, compact. */
  candidateIds?: string[];
  /** Kept with the subject once the change is made (S8). */
  fingerprint?: string;
  /** Of MEMBER_ADD: a member of this very group, and not only of one inside it. */
  direct?: boolean;
  /** Only removals have it, and retirements. */
  proof?: Proof;
  /** The person's address passed to someone else: it is taken from them (rule 1.1b). */
  retires?: boolean;
  /** Of a GROUP_UPDATE that concerns nothing else: the groups directly inside, by their ids at the directory. */
  nested?: string[];
}

/** Why a change is not simply made. Null of one that is, whatever it had to wait for before. */
export function failureOf(status: SyncChangeStatus, { failure }: SyncChangeBody, exception?: string | null): string | null {
  const waits = status === "HELD" || status === "DISPUTED" || status === "SKIPPED";
  return exception || (waits ? (failure ?? null) : null);
}

/** Packs the changes of one step. The fastest level of gzip: it is repetition that makes a step large. */
export function packChanges(changes: readonly SyncChangeBody[]): Buffer {
  return gzipSync(JSON.stringify(changes), { level: 1 });
}

/** The changes of a step, in their order. */
export function unpackChanges(body: Buffer): SyncChangeBody[] {
  return JSON.parse(gunzipSync(body).toString("utf8")) as SyncChangeBody[]; // as: nothing but packChanges writes steps
}
