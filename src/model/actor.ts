import type { Scope, UserRole } from "./scope.ts";

/** A signed-in person with a place on the site. */
export interface Person {
  kind: "user";
  userId: string;
  accountId: string;
  role: UserRole;
}

/** An API token. One made by the operator's command belongs to no person. */
export interface TokenHolder {
  kind: "token";
  tokenId: string;
  userId: string | null;
  role: UserRole | null;
  applicationId: string | null;
}

/** A connected directory, bringing what it says through the same actions as people. `approvedBy` names who applied its plan. */
export interface DirectoryHand {
  kind: "directory";
  directoryId: string;
  /** True when a person applied this plan: admins are touched in no other (S15). */
  approved: boolean;
}

/** Whoever runs the `gatehouse` command on the host, or the gateway's own housekeeping. */
export interface Operator {
  kind: "operator";
}

/** Someone with no place on the site: not signed in, as when a link is followed, or signed in and no active user here. */
export interface Stranger {
  kind: "stranger";
  accountId: string | null;
}

/** Who is doing it. */
export type Actor = (Person | TokenHolder | DirectoryHand | Operator | Stranger) & {
  /** The email or name kept in the audit trail. */
  label: string;
  scopes: ReadonlySet<Scope>;
  ipAddress: string | null;
};

/** How an actor is stored beside what it did. */
export interface ActorReference {
  kind: Actor["kind"];
  id: string | null;
  label: string;
}

/** The part of an actor that outlives it. */
export function referenceTo(actor: Actor): ActorReference {
  const id = { user: "userId", token: "tokenId", directory: "directoryId", operator: null, stranger: null }[actor.kind];
  return { kind: actor.kind, id: id ? ((actor as unknown as Record<string, string>)[id] ?? null) : null, label: actor.label }; // as: the key was chosen by kind
}
