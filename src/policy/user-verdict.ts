import type { Actor } from "../model/actor.ts";
import { type Action, denial, fieldDenial, type UserField } from "./policy.ts";
import type { Denial, UserTarget } from "./target.ts";

/** A part of `UserTarget` that takes reading beyond the user's own row. */
export type UserFact = "managed" | "lastAdmin" | "content" | "replacedBy" | "invitation" | "hasGroups" | "fullApplications";

interface Question {
  /** The mutation that does it. */
  action: Action;
  /** What `userUpdate` would change. */
  field?: UserField;
  /** What the rules ask of the user. */
  facts: readonly UserFact[];
}

/** What `User.viewerCan` can be asked (rule 4.4), each answered by the rules of the mutation that does it. */
const questions = {
  EDIT_EMAIL: { action: "userUpdate", field: "email", facts: ["managed"] },
  EDIT_USERNAME: { action: "userUpdate", field: "username", facts: ["managed"] },
  EDIT_FULL_NAME: { action: "userUpdate", field: "fullName", facts: ["managed"] },
  EDIT_TITLE: { action: "userUpdate", field: "title", facts: [] },
  CHANGE_ROLE: { action: "userUpdate", field: "role", facts: ["lastAdmin"] },
  CHANGE_GROUPS: { action: "groupAddMembers", facts: [] },
  CHANGE_ACCESS: { action: "accessGive", facts: [] },
  DEACTIVATE: { action: "userDeactivate", facts: ["lastAdmin"] },
  ACTIVATE: { action: "userActivate", facts: ["fullApplications"] },
  DELETE: { action: "userDelete", facts: ["content", "lastAdmin"] },
  REPLACE: { action: "userReplace", facts: ["replacedBy", "hasGroups", "lastAdmin", "fullApplications"] },
  RESEND_INVITATION: { action: "invitationResend", facts: ["invitation"] },
  REVOKE_INVITATION: { action: "invitationRevoke", facts: ["invitation"] },
} as const satisfies Record<string, Question>;

export type UserAction = keyof typeof questions;

/** What has to be known of a user to answer. */
export function factsFor(asked: UserAction): readonly UserFact[] {
  return questions[asked].facts;
}

/** May this actor do this to that user now? Null is yes; otherwise why not. */
export function userVerdict(actor: Actor, asked: UserAction, target: UserTarget): Denial {
  const { action, field }: Question = questions[asked];
  return denial(actor, action, target) ?? (field ? fieldDenial(actor, field, target) : null);
}
