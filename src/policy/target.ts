import type { Actor } from "../model/actor.ts";
import type { RefusalCode } from "../model/refusal.ts";
import type { UserRole } from "../model/scope.ts";

/**
 * What a rule needs to know of a user. What only some rules ask for is left out where no rule of the action asks: a rule that is
 * not told passes.
 */
export interface UserTarget {
  noun: "user";
  id: string;
  role: UserRole;
  directoryId: string | null;
  directorySuspended?: boolean;
  /** Its directory brings it no more: it is not listed there, or out of scope. */
  leftDirectory?: boolean;
  /** The change leaves the address alone: then a directory may make it without a person (S15). */
  keepsAddress?: boolean;
  /** The site verified the domain of the account's address. */
  managed?: boolean;
  /** The only active admin of the site. */
  lastAdmin?: boolean;
  /** What applications have reported of it: of each application and kind, more than none. */
  content?: readonly ContentTold[];
  /** The address of the user who took its place, while that one is there. */
  replacedBy?: string | null;
  /** Its latest invitation, or the one in question; null for none. `resting` says that a letter went there less than a minute ago. */
  invitation?: { state: "PENDING" | "ACCEPTED" | "REVOKED"; email: string; resting: boolean } | null;
  /** It is in groups that were added by hand. */
  hasGroups?: boolean;
  /** Names of the applications without a free seat that it would open if it were activated. */
  fullApplications?: readonly string[];
}

/** How much content of one kind a user has in an application, named for people. */
export interface ContentTold {
  application: string;
  kind: string;
  count: number;
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

export type Rule = (actor: Actor, target: Target) => Denial;
