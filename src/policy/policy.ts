import type { Actor } from "../model/actor.ts";
import type { Scope } from "../model/scope.ts";
import type { Denial, Rule, Target } from "./target.ts";
import {
  hasFreeSeats,
  hasNoContent,
  hasRested,
  isManaged,
  isNotAccepted,
  isNotListedThere,
  isNotReplaced,
  isNotSuspendedThere,
  isNotSynced,
  isPending,
  keepsAnAdmin,
} from "./user-rules.ts";

/** What an action needs: a scope, and rules about the one it is done to. */
interface Right {
  /** Null: a stranger may, because the action brings its own proof (a password, a link's token) or concerns only the actor. */
  scope: Scope | null;
  rules: readonly Rule[];
}

const isHouse = (actor: Actor) => actor.kind === "operator" || actor.kind === "directory";

/** Rules 2.11, 9.4: only who may write admins may make, change, replace, re-invite or remove one. */
const guardsAdmins: Rule = (actor, target) =>
  target.noun === "user" && target.role !== "MEMBER" && !isHouse(actor) && !actor.scopes.has("ADMINS_WRITE")
    ? { code: "FORBIDDEN", reason: "Only an admin may do this to an admin or a manager." }
    : null;

/** S15: a directory takes from admins and managers nothing but by a plan that a person applied. */
const needsPersonForAdmins: Rule = (actor, target) =>
  target.noun === "user" && target.role !== "MEMBER" && actor.kind === "directory" && !actor.approved && !target.keepsAddress
    ? { code: "FORBIDDEN", reason: "An admin or a manager is changed only by a plan that a person applied." }
    : null;

/** S10, S15: a directory is in charge of what it owns and of nothing else. */
const ownsIt: Rule = (actor, target) =>
  actor.kind === "directory" && (target.noun === "user" || target.noun === "group") && target.directoryId !== actor.directoryId
    ? { code: "FORBIDDEN", reason: "The directory does not own this." }
    : null;

/** Rule 6.3: a synced group has its name, description and members from its directory alone. */
const isOurGroup: Rule = (actor, target) =>
  target.noun === "group" &&
  target.directoryId !== null &&
  !(actor.kind === "directory" && actor.directoryId === target.directoryId)
    ? {
        code: "MANAGED_BY_DIRECTORY",
        reason: `The group ${target.name} is managed by a directory and can only be changed there.`,
      }
    : null;

/** Rule 9.5: a token with CONTENT_WRITE speaks for its own application alone. */
const isItsOwnApplication: Rule = (actor, target) =>
  actor.kind === "token" && target.noun === "application" && target.id !== actor.applicationId
    ? { code: "FORBIDDEN", reason: "This token is for another application." }
    : null;

/** Rule 9.4: changing anyone's email needs ADMINS_WRITE besides. */
const mayChangeEmails: Rule = (actor) =>
  actor.scopes.has("ADMINS_WRITE") || isHouse(actor)
    ? null
    : { code: "FORBIDDEN", reason: "Changing an email needs the scope ADMINS_WRITE." };

/** Rule 2.11: of the role before and the one after, at least one is not MEMBER's. */
const mayMakeAdmins: Rule = (actor, target) =>
  guardsAdmins(actor, target.noun === "user" ? { ...target, role: "MANAGER" } : target);

/** Rule 9.4: replacing someone chooses groups for the one at the right address. */
const mayHandOnGroups: Rule = (actor, target) =>
  target.noun === "user" && target.hasGroups === true && !mayChooseGroups(actor)
    ? { code: "FORBIDDEN", reason: "Handing on groups needs the scope GROUPS_WRITE or ACCESS_WRITE." }
    : null;

/** Rule 2.11: an invitation to be an admin or a manager ends with the rights of who made it, and these are ended. */
const vouchesStill: Rule = (actor, target) =>
  target.noun === "user" && target.role !== "MEMBER" && "userId" in actor && actor.userId === target.id
    ? { code: "FORBIDDEN", reason: "Have another admin replace you: an invitation of yours would end with your own rights." }
    : null;

const right = (scope: Scope | null, ...rules: Rule[]): Right => ({ scope, rules });

/** THE RIGHTS: who may do what to what. A change that is not in this table cannot be made. */
export const rights = {
  siteCreate: right("SITE_WRITE"),
  siteUpdate: right("SITE_WRITE"),
  siteUpgradeAccounts: right("SITE_WRITE"),
  /** Housekeeping of the outbox: the operator's alone, and it changes nothing that a person decided. */
  letterDeliver: right("SITE_WRITE"),
  /** Housekeeping, too: what a person decided on it is in the trail. */
  syncChangesForget: right("SITE_WRITE"),
  signIn: right(null),
  signInWithIdToken: right(null),
  signOut: right(null),
  passwordResetRequest: right(null),
  passwordReset: right(null),
  accountUpdate: right(null),
  userInvite: right("USERS_WRITE", guardsAdmins),
  userUpdate: right("USERS_WRITE", guardsAdmins, ownsIt, needsPersonForAdmins),
  userReplace: right(
    "USERS_WRITE",
    guardsAdmins,
    isNotSynced,
    isNotReplaced,
    mayHandOnGroups,
    keepsAnAdmin,
    vouchesStill,
    hasFreeSeats,
  ),
  userDeactivate: right("USERS_WRITE", guardsAdmins, ownsIt, needsPersonForAdmins, keepsAnAdmin),
  userActivate: right("USERS_WRITE", guardsAdmins, isNotSuspendedThere, ownsIt, hasFreeSeats),
  userDelete: right("USERS_WRITE", guardsAdmins, isNotListedThere, ownsIt, needsPersonForAdmins, hasNoContent, keepsAnAdmin),
  userProvision: right("DIRECTORIES_WRITE"),
  userAdopt: right("DIRECTORIES_WRITE", needsPersonForAdmins),
  invitationResend: right("USERS_WRITE", guardsAdmins, isPending, hasRested),
  invitationRevoke: right("USERS_WRITE", guardsAdmins, isNotAccepted),
  invitationAccept: right(null),
  groupCreate: right("GROUPS_WRITE", isOurGroup, ownsIt),
  groupUpdate: right("GROUPS_WRITE", isOurGroup, ownsIt),
  groupDelete: right("GROUPS_WRITE", isOurGroup, ownsIt),
  groupAddMembers: right("GROUPS_WRITE", isOurGroup, ownsIt),
  /** Members added by hand may be taken out of a synced group: what they are is checked by the action, member by member. */
  groupRemoveMembers: right("GROUPS_WRITE", ownsIt),
  applicationCreate: right("ACCESS_WRITE"),
  applicationUpdate: right("ACCESS_WRITE"),
  applicationDelete: right("ACCESS_WRITE"),
  grantSet: right("ACCESS_WRITE"),
  grantDelete: right("ACCESS_WRITE"),
  accessGive: right("ACCESS_WRITE"),
  accessTake: right("ACCESS_WRITE"),
  contentReport: right("CONTENT_WRITE", isItsOwnApplication),
  apiTokenCreate: right("TOKENS_WRITE"),
  apiTokenRevoke: right("TOKENS_WRITE"),
  directoryConnect: right("DIRECTORIES_WRITE"),
  directoryUpdate: right("DIRECTORIES_WRITE"),
  directoryDisconnect: right("DIRECTORIES_WRITE"),
  domainAdd: right("DOMAINS_WRITE"),
  domainVerify: right("DOMAINS_WRITE"),
  domainRemove: right("DOMAINS_WRITE"),
  domainProve: right("DOMAINS_WRITE"),
  /** The daily look at verified domains (rule 8.3): housekeeping of the gateway's own. */
  domainRecheck: right("DOMAINS_WRITE"),
  syncPlan: right("DIRECTORIES_WRITE"),
  syncApply: right("DIRECTORIES_WRITE"),
  syncUser: right("DIRECTORIES_WRITE"),
  syncSettle: right("DIRECTORIES_WRITE", guardsAdmins),
  syncCancel: right("DIRECTORIES_WRITE"),
} as const satisfies Record<string, Right>;

/** Every change there is. The word is the mutation, the permit and the entry in the audit trail. */
export type Action = keyof typeof rights;

/** What a directory does by itself. Its `approved` plan is what a person's DIRECTORIES_WRITE stands behind. */
const ofDirectories: ReadonlySet<Action> = new Set([
  "userProvision",
  "userAdopt",
  "userUpdate",
  "userDeactivate",
  "userActivate",
  "userDelete",
  "groupCreate",
  "groupUpdate",
  "groupDelete",
  "groupAddMembers",
  "groupRemoveMembers",
  "domainProve",
  "syncPlan",
  "syncApply",
]);

/** What `userUpdate` changes, each with rules of its own beside those of the action. */
const fieldRules = {
  email: [isNotSynced, isManaged, mayChangeEmails],
  username: [isManaged],
  fullName: [isNotSynced, isManaged],
  title: [],
  role: [mayMakeAdmins, keepsAnAdmin],
  externalId: [isNotSynced],
} as const satisfies Record<string, readonly Rule[]>;

export type UserField = keyof typeof fieldRules;

/** The scope that an action needs, for the window's first look. Null needs none. */
export function scopeOf(action: Action): Scope | null {
  return rights[action].scope;
}

/** May this actor do this at all? */
export function mayTry(actor: Actor, action: Action): boolean {
  const { scope } = rights[action];
  if (scope === null || actor.kind === "operator") return true;
  return actor.kind === "directory" ? ofDirectories.has(action) : actor.scopes.has(scope);
}

/** May this actor do this to that? Null is yes; otherwise why not. */
export function denial(actor: Actor, action: Action, target: Target): Denial {
  if (!mayTry(actor, action)) return { code: "FORBIDDEN", reason: `This needs the scope ${rights[action].scope}.` };
  return firstDenial(rights[action].rules, actor, target);
}

/** May this actor, who may update that user, change this of it? */
export function fieldDenial(actor: Actor, field: UserField, target: Target): Denial {
  return firstDenial(fieldRules[field], actor, target);
}

/** Rule 9.4: choosing groups or applications for someone, by inviting or replacing, needs more than USERS_WRITE. */
export function mayChooseGroups(actor: Actor): boolean {
  return actor.kind === "operator" || actor.scopes.has("GROUPS_WRITE") || actor.scopes.has("ACCESS_WRITE");
}

function firstDenial(rules: readonly Rule[], actor: Actor, target: Target): Denial {
  for (const rule of rules) {
    const no = rule(actor, target);
    if (no) return no;
  }
  return null;
}
