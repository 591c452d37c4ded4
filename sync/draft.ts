import type { DirectorySettings } from "../src/model/directory-settings.ts";
import type { FieldChange, SyncChangeBody, SyncChangeStatus } from "../src/model/sync-change.ts";
import type { Held, HeldUser } from "../src/queries/held.ts";
import type { FlatGroups } from "./flatten.ts";
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
  namesFreed: 10,
  reports: 11,
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
  /** The user whose address, or the group whose name, must be free first: while it is not, this one is disputed, or held with it. */
  after?: string;
}

/** Everything that a plan is made of. */
export interface PlanInput {
  directoryId: string;
  settings: DirectorySettings;
  snapshot: Snapshot;
  flat: FlatGroups;
  held: Held;
  /** A person applies this plan: then it may touch admins and managers (S15). */
  approved: boolean;
  /** When it is planned, as 24 characters. */
  now: string;
}

/** Why an admin or manager waits for a person. */
const needsPerson = "An admin or a manager loses access or gets another address only through a plan that a person applied.";

/** Why somebody or something is not brought whose id is nothing that `isExternalId`. */
export const unkeptId = "The directory's id of this cannot be kept.";

/** What rests on somebody or something being absent. It carries what says so, and is proven before it is made. */
export function isRemoval({ body }: Draft): boolean {
  return body.proof !== undefined;
}

/** Whether a removal takes something away: that somebody is noted to have left does not. */
export function takesAway({ body }: Draft): boolean {
  return body.action !== "USER_UPDATE" || body.retires === true;
}

/** A change of a user we hold. */
export function bodyOfUser(
  action: SyncChangeBody["action"],
  user: HeldUser,
  changes: readonly FieldChange[] = [],
): SyncChangeBody {
  const { id, email, externalId } = user;
  return { action, subjectType: "User", subjectId: id, subjectLabel: email, externalId, changes: [...changes] };
}

/** What is not done, and why. */
export function report(body: SyncChangeBody, failure: string | null, status: "SKIPPED" | "DISPUTED" = "SKIPPED"): Draft {
  return { phase: phases.reports, status, body: { ...body, failure: failure ?? "" } };
}

/** Leaves what takes access or the address from an admin or a manager to a plan that a person applied (S15). */
export function guardAdmins({ approved }: PlanInput, user: HeldUser, draft: Draft): Draft {
  if (user.role === "MEMBER" || approved) return draft;
  return { ...draft, status: "HELD", body: { ...draft.body, failure: needsPerson } };
}

/** The fields that differ. */
export function differences(
  fields: readonly (readonly [field: string, from: string | null, to: string | null])[],
): FieldChange[] {
  return fields.filter(([, from, to]) => from !== to).map(([field, from, to]) => ({ field, from, to }));
}
