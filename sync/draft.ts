import type { DirectorySettings } from "../src/model/directory-settings.ts";
import type { FieldChange, SyncChangeBody, SyncChangeStatus } from "../src/model/sync-change.ts";
import type { Held } from "../src/queries/held.ts";
import type { FlatGroup } from "./flatten.ts";
import type { Snapshot } from "./snapshot.ts";

/** When a change is made: in the order of their numbers (S16). */
export const phases = {
  retirements: 1,
  addresses: 2,
  usersIn: 3,
  groupsIn: 4,
  nestings: 5,
  membersIn: 6,
  membersOut: 7,
  usersOut: 8,
  groupsOut: 9,
  reports: 10,
} as const;

/** A change that is thought of and not stored yet. */
export interface Draft {
  phase: (typeof phases)[keyof typeof phases];
  status: SyncChangeStatus;
  body: SyncChangeBody;
  /** Why the listing that a removal rests on proves nothing; such a removal is held. */
  unproven?: string;
  /** Changes with the same word are made in one transaction. */
  together?: string;
  /** The user whose address must be free first: when that fails, this one is disputed. */
  after?: string;
}

/** Everything that a plan is made of. */
export interface PlanInput {
  directoryId: string;
  settings: DirectorySettings;
  snapshot: Snapshot;
  flat: ReadonlyMap<string, FlatGroup>;
  held: Held;
  /** A person applies this plan: then it may touch admins and managers (S15). */
  approved: boolean;
}

/** Why an admin or manager waits for a person. */
export const needsPerson =
  "An admin or a manager loses access or gets another address only through a plan that a person applied.";

/** Why somebody or something is not brought whose id is nothing that `isExternalId`. */
export const unkeptId = "The directory's id of this cannot be kept.";

/** A removal is whatever takes something away. It carries what it rests on. */
export function isRemoval({ body }: Draft): boolean {
  return body.proof !== undefined;
}

/** The fields that differ. */
export function differences(
  fields: readonly (readonly [field: string, from: string | null, to: string | null])[],
): FieldChange[] {
  return fields.filter(([, from, to]) => from !== to).map(([field, from, to]) => ({ field, from, to }));
}
