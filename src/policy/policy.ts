import type { Actor } from "../model/actor.ts";
import type { RefusalCode } from "../model/refusal.ts";
import type { Scope, UserRole } from "../model/scope.ts";

/** What a rule needs to know of a user. */
export interface UserTarget {
  noun: "user";
  id: string;
  role: UserRole;
  directoryId: string | null;
  /** The site verified the domain of the user's address. Left out where no rule of the action asks. */
  managed?: boolean;
  directorySuspended?: boolean;
  /** The change leaves the address alone: then a directory may make it without a person (S15). */
  keepsAddress?: boolean;
}

/** What a rule needs to know of a group. */
export interface GroupTarget {
  noun: "group";
  id: string;
  name: string;
  directoryId: string | null;
}

/** An object without rules of its own. */
export interface PlainTarget {
  noun: "site" | "application" | "grant" | "token" | "directory" | "run" | "invitation" | "account" | "domain";
  id: string;
}

export type Target = UserTarget | GroupTarget | PlainTarget;

/** An answer: null is yes. */
export type Denial = { code: RefusalCode; reason: string } | null;

type Rule = (actor: Actor, target: Target) => Denial;

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

/** Rule 5.2: who is suspended in their directory cannot be activated here. */
const isNotSuspendedThere: Rule = (actor, target) =>
  target.noun === "user" && target.directorySuspended === true && actor.kind !== "directory"
    ? { code: "MANAGED_BY_DIRECTORY", reason: "This user is suspended in their directory. Restore them there first." }
    : null;

const right = (scope: Scope | null, ...rules: Rule[]): Right => ({ scope, rules });

/** THE RIGHTS: who may do what to what. A change that is not in this table cannot be made. */
export const rights = {
  siteCreate: right("SITE_WRITE"),
  /** Housekeeping of the outbox: the operator's alone, and it changes nothing that a person decided. */
  letterDeliver: right("SITE_WRITE"),
  signIn: right(null),
  signOut: right(null),
  userInvite: right("USERS_WRITE", guardsAdmins),
  userUpdate: right("USERS_WRITE", guardsAdmins, ownsIt, needsPersonForAdmins),
  userDeactivate: right("USERS_WRITE", guardsAdmins, ownsIt, needsPersonForAdmins),
  userActivate: right("USERS_WRITE", guardsAdmins, isNotSuspendedThere, ownsIt),
  userProvision: right("DIRECTORIES_WRITE"),
  userAdopt: right("DIRECTORIES_WRITE", needsPersonForAdmins),
  invitationResend: right("USERS_WRITE", guardsAdmins),
  invitationRevoke: right("USERS_WRITE", guardsAdmins),
  invitationAccept: right(null),
  groupCreate: right("GROUPS_WRITE", isOurGroup, ownsIt),
  groupUpdate: right("GROUPS_WRITE", isOurGroup, ownsIt),
  groupDelete: right("GROUPS_WRITE", isOurGroup, ownsIt),
  groupAddMembers: right("GROUPS_WRITE", isOurGroup, ownsIt),
  /** Members added by hand may be taken out of a synced group: what they are is checked by the action, member by member. */
  groupRemoveMembers: right("GROUPS_WRITE", ownsIt),
  applicationCreate: right("ACCESS_WRITE"),
  applicationUpdate: right("ACCESS_WRITE"),
  grantSet: right("ACCESS_WRITE"),
  grantDelete: right("ACCESS_WRITE"),
  accessGive: right("ACCESS_WRITE"),
  accessTake: right("ACCESS_WRITE"),
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
  "groupCreate",
  "groupUpdate",
  "groupDelete",
  "groupAddMembers",
  "groupRemoveMembers",
  "domainProve",
  "syncPlan",
  "syncApply",
]);

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
  for (const rule of rights[action].rules) {
    const no = rule(actor, target);
    if (no) return no;
  }
  return null;
}
