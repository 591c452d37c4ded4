import type { FieldChange, Proof, SyncChangeBody } from "../src/model/sync-change.ts";
import type { HeldUser } from "../src/queries/held.ts";
import { bodyOfUser, type Draft, differences, guardAdmins, type PlanInput, phases, report } from "./draft.ts";

/** Somebody whom the directory brings no more, and what says so. */
export interface Leaver {
  proof: Proof;
  /** Why that proves nothing yet. */
  unproven?: string;
  /** What is new of the person besides. */
  news: readonly FieldChange[];
  /** The address went to somebody else: it is taken from this one first (rule 1.1b). */
  retires: boolean;
}

/** With `onLeave: DELETE`, so long after the directory was first seen without the person. */
const deletedAfterMs = 30 * 24 * 60 * 60 * 1000;

/** What becomes of who left, by `onLeave` (S11): deactivated at once, and deleted 30 days later where that is allowed. */
export function planLeaver(input: PlanInput, user: HeldUser, { proof, unproven, news, retires }: Leaver): Draft[] {
  const deactivates = user.status !== "DEACTIVATED" && input.settings.onLeave !== "KEEP";
  const phase = retires ? phases.retirements : phases.usersOut;
  if (deactivates || retires) {
    const changes = differences([
      ["status", user.status, deactivates ? "DEACTIVATED" : user.status],
      ...(retires ? [["email", user.email, null] as const] : []),
    ]);
    const body: SyncChangeBody = bodyOfUser(deactivates ? "USER_DEACTIVATE" : "USER_UPDATE", user, [...changes, ...news]);
    const draft = { ...body, proof, ...(retires ? { retires } : {}) };
    return [guardAdmins(input, user, { phase, status: "PLANNED", body: draft, unproven })];
  }
  if (isOverdue(input, user)) {
    const body = { ...bodyOfUser("USER_DELETE", user, differences([["status", user.status, null]])), proof };
    if (user.hasContent)
      return [report({ ...body, proof: undefined }, "Stays deactivated: applications have content of this user.")];
    return [guardAdmins(input, user, { phase, status: "PLANNED", body, unproven })];
  }
  // That somebody left takes nothing away by itself, so that it waits for a list that proves it rather than for a person.
  if (news.length === 0 || unproven !== undefined) return [];
  return [{ phase, status: "PLANNED", body: { ...bodyOfUser("USER_UPDATE", user, news), proof } }];
}

/** Deactivated, and gone from the directory for so long that it is deleted. */
function isOverdue({ settings, now }: PlanInput, { status, leftAt }: HeldUser): boolean {
  if (settings.onLeave !== "DELETE" || status !== "DEACTIVATED" || leftAt === null) return false;
  return Date.parse(now) - Date.parse(leftAt) >= deletedAfterMs;
}
