import type { RefusalCode } from "../model/refusal.ts";
import type { ContentTold, Denial, Rule, UserTarget } from "./target.ts";

/** Rule 1.6. Said of one user by `keepsAnAdmin`, and of a set by whoever counts the admins that are left. */
export const leavesNoAdmin = {
  code: "LAST_ADMIN",
  reason: "This would leave the site without an active admin. Make someone else an admin first.",
} as const satisfies Denial;

/** A rule about a user: refused with a code where `why` has a reason. */
const ofUser =
  (code: RefusalCode, why: (target: UserTarget) => string | false | 0 | null | undefined): Rule =>
  (_actor, target) => {
    const reason = target.noun === "user" && why(target);
    return reason ? { code, reason } : null;
  };

export const keepsAnAdmin = ofUser(leavesNoAdmin.code, ({ lastAdmin }) => lastAdmin && leavesNoAdmin.reason);

/** Rule 4.3: the address and the full name of a synced user are its directory's. */
export const isNotSynced = ofUser(
  "MANAGED_BY_DIRECTORY",
  ({ directoryId }) => directoryId && "This user is managed by a directory: change it there.",
);

/** Rule 5.2: who is suspended in their directory cannot be activated here. */
export const isNotSuspendedThere: Rule = (actor, target) =>
  target.noun === "user" && target.directorySuspended === true && actor.kind !== "directory"
    ? { code: "MANAGED_BY_DIRECTORY", reason: "This user is suspended in their directory. Restore them there first." }
    : null;

/** Section 12: whom a directory lists it would only bring again. */
export const isNotListedThere = ofUser(
  "MANAGED_BY_DIRECTORY",
  ({ directoryId, leftDirectory }) => directoryId && !leftDirectory && "A directory lists this user. Remove them there first.",
);

/** Rule 5.3. */
export const hasNoContent = ofUser(
  "HAS_CONTENT",
  ({ content }) => content?.length && `This user ${listed(content.map(inWords))}. Deactivate them instead.`,
);

const deeds: Record<string, string> = {
  REPORTED: "reported",
  ASSIGNED: "was assigned",
  COMMENTED: "commented on",
  AUTHORED: "authored",
  EDITED: "edited",
};

function inWords({ application, kind, count }: ContentTold): string {
  return `${deeds[kind] ?? kind} ${count} ${count === 1 ? "item" : "items"} in ${application}`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** Rule 3.1: who was replaced is somebody else now. */
export const isNotReplaced = ofUser(
  "WRONG_STATE",
  ({ replacedBy }) => replacedBy && `This user was replaced by ${replacedBy} already. Replace that one.`,
);

/** Rule 4.1. */
export const isManaged = ofUser(
  "NOT_MANAGED",
  ({ managed }) =>
    managed === false && "Only the owner may edit this account, because the site has not verified its email's domain.",
);

/** Rule 2.6: only what is pending or expired can be sent. */
export const isPending = ofUser("WRONG_STATE", ({ invitation }) => {
  if (invitation === null) return "This user has no invitation.";
  return invitation && invitation.state !== "PENDING"
    ? `The invitation of ${invitation.email} was ${invitation.state.toLowerCase()}.`
    : null;
});

export const needsRest = (email: string) => `A letter went to ${email} less than a minute ago. Wait a minute.`;

/** Rule 2.6: at most one letter a minute. */
export const hasRested = ofUser("RATE_LIMITED", ({ invitation }) => invitation?.resting && needsRest(invitation.email));

/** What was accepted cannot be revoked. */
export const isNotAccepted = ofUser("WRONG_STATE", ({ invitation }) => {
  if (invitation === null) return "This user has no invitation.";
  return invitation?.state === "ACCEPTED" ? `${invitation.email} has joined already. Deactivate the user instead.` : null;
});

/** Rules 5.2, 7.3. The last word have the counts, when the change is made. */
export const hasFreeSeats = ofUser(
  "NO_SEATS",
  ({ fullApplications }) => fullApplications?.length && `There is no free seat in ${listed(fullApplications)}.`,
);
