import { Entity, Index } from "typeorm";
import type { ActorReference } from "./actor.ts";
import { Holds, Key, MayHold } from "./column.ts";
import type { ProofPlace } from "./domain-proof.ts";
import type { UserRole } from "./scope.ts";

/** One tenant. Its row also holds what must stay true across rows: head counts and the number of active admins. */
@Entity({ name: "Site" })
@Index("Site_key", ["key"], { unique: true })
export class Site {
  @Key("id") id: string;
  @Holds("code") key: string;
  @Holds("text") name: string;
  @Holds("code") accounts: "GLOBAL" | "LOCAL";
  @Holds("int") invitationDays: number;
  /** Written first by every work that can move a seat, a head count or an admin: whoever comes second waits. */
  @Holds("int") accessVersion: number;
  @Holds("int") invitedCount: number;
  @Holds("int") activeCount: number;
  @Holds("int") deactivatedCount: number;
  /** Active admins. Never 0 after the first one joined (rule 1.6). */
  @Holds("int") adminCount: number;
  @Holds("time") createdAt: string;
}

/** A person. `realm` is empty for a global account and the site's id for a local one (rule 1.4). */
@Entity({ name: "Account" })
@Index("Account_email", ["realm", "emailKey"], { unique: true })
export class Account {
  @Key("id") id: string;
  @Holds("code") realm: string;
  /** Empty, with a NULL key, when the address passed to another person (rule 1.1b). */
  @Holds("text") email: string;
  @MayHold("key") emailKey: string | null;
  @Holds("flag") emailVerified: boolean;
  @Holds("text") fullName: string;
  @MayHold("text") pictureUrl: string | null;
  @MayHold("text") passwordHash: string | null;
  @Holds("time") createdAt: string;
  @MayHold("time") signedInAt: string | null;
  /** The `externalKey` of the user that it was, where a directory owned that user and the user was deleted (rule 1.1b). */
  @MayHold("key") leftAs: string | null;
}

/**
 * Whom a provider's subject signs in. One account for each subject of a realm, one subject for each account and issuer (rule 9.1).
 * `identity` is a hash of issuer and subject, which together are longer than an index takes.
 */
@Entity({ name: "ProviderLink" })
@Index("ProviderLink_identity", ["realm", "identity"], { unique: true })
export class ProviderLink {
  @Key("id") accountId: string;
  @Key("word") issuer: string;
  /** The account's. */
  @Holds("code") realm: string;
  @Holds("code") identity: string;
  @Holds("text") subject: string;
  @Holds("time") createdAt: string;
}

/** An ID token that signed somebody in, kept as a hash until it would be refused anyway: it works once (rule 9.1). */
@Entity({ name: "UsedIdToken" })
@Index("UsedIdToken_expiry", ["expiresAt"])
export class UsedIdToken {
  @Key("code") tokenHash: string;
  @Holds("time") expiresAt: string;
}

export type UserStatus = "INVITED" | "ACTIVE" | "DEACTIVATED";

/** An account's membership of one site. Until the person joins there is no account: then this row is all that the site knows. */
@Entity({ name: "User" })
@Index("User_email", ["siteId", "emailKey"], { unique: true })
@Index("User_username", ["siteId", "usernameKey"], { unique: true })
@Index("User_external", ["siteId", "externalKey"], { unique: true })
@Index("User_account", ["accountId", "siteId"])
@Index("User_name", ["siteId", "nameKey", "id"])
@Index("User_created", ["siteId", "createdAt", "id"])
@Index("User_seen", ["siteId", "lastActiveAt", "id"])
@Index("User_status", ["siteId", "status", "nameKey", "id"])
@Index("User_role", ["siteId", "role", "nameKey", "id"])
@Index("User_external_id", ["siteId", "externalId"])
@Index("User_directory", ["directoryId", "externalId"])
export class User {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @MayHold("id") accountId: string | null;
  @Holds("text") email: string;
  @Holds("key") emailKey: string;
  @Holds("text") username: string;
  @Holds("key") usernameKey: string;
  @Holds("text") fullName: string;
  @Holds("key") nameKey: string;
  @MayHold("text") title: string | null;
  @Holds("code") role: UserRole;
  @Holds("code") status: UserStatus;
  @MayHold("id") directoryId: string | null;
  @MayHold("key") externalId: string | null;
  /** `directory:external id`, which no two users of a site share. */
  @MayHold("key") externalKey: string | null;
  /** Hash of what the directory last said, so that an unchanged person costs no write (S8). */
  @MayHold("code") fingerprint: string | null;
  /** What the directory last said of the person's suspension; activating needs false (rule 5.2). */
  @Holds("flag") directorySuspended: boolean;
  /** Since when its directory brings the person no more: not listed there, or out of scope. NULL while it does, or says suspended. */
  @MayHold("time") leftDirectoryAt: string | null;
  @Holds("time") createdAt: string;
  @MayHold("time") joinedAt: string | null;
  /** Empty until the first visit: never NULL, so that it can be sorted by. */
  @Holds("time") lastActiveAt: string;
  @MayHold("time") deactivatedAt: string | null;
  @MayHold("code") deactivatedByKind: ActorReference["kind"] | null;
  @MayHold("id") deactivatedById: string | null;
  @MayHold("text") deactivationNote: string | null;
  @MayHold("id") replacedById: string | null;
  @Holds("int") version: number;
}

/** A word of a user's name, for search by the start of any word. */
@Entity({ name: "SearchTerm", withoutRowid: true })
@Index("SearchTerm_user", ["userId"])
export class SearchTerm {
  @Key("id") siteId: string;
  @Key("key") term: string;
  @Key("id") userId: string;
}

/** A named set of users. */
@Entity({ name: "Group" })
@Index("Group_name", ["siteId", "nameKey"], { unique: true })
@Index("Group_external", ["siteId", "externalKey"], { unique: true })
@Index("Group_external_id", ["siteId", "externalId"])
@Index("Group_directory", ["directoryId", "externalId"])
export class Group {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("text") name: string;
  @Holds("key") nameKey: string;
  @MayHold("text") description: string | null;
  @MayHold("text") email: string | null;
  @MayHold("id") directoryId: string | null;
  @MayHold("key") externalId: string | null;
  @MayHold("key") externalKey: string | null;
  @MayHold("code") fingerprint: string | null;
  /** Since when its directory has it and does not bring it (S20); null while it is brought. */
  @MayHold("time") outOfScopeSince: string | null;
  @Holds("int") memberCount: number;
  @Holds("time") createdAt: string;
  @Holds("int") version: number;
}

/** A user in a group: by hand, by a directory, or both. Gone when it is neither. */
@Entity({ name: "Membership", withoutRowid: true })
@Index("Membership_user", ["userId", "groupId"])
export class Membership {
  @Key("id") groupId: string;
  @Key("id") userId: string;
  @Holds("flag") byHand: boolean;
  @Holds("flag") bySync: boolean;
  /** In the directory, a member of this very group, and not only of one inside it. */
  @Holds("flag") direct: boolean;
}

/** A directory's group inside another, kept to show by which path someone is a member. */
@Entity({ name: "Nesting", withoutRowid: true })
@Index("Nesting_child", ["childId"])
export class Nesting {
  @Key("id") groupId: string;
  @Key("id") childId: string;
}

export type InvitationState = "PENDING" | "ACCEPTED" | "REVOKED";
export type Delivery = "NOT_SENT" | "QUEUED" | "SENT" | "FAILED";

/** An offer to join. `pendingKey` is the user's id while it is pending: no user has two. EXPIRED is PENDING past its time. */
@Entity({ name: "Invitation" })
@Index("Invitation_token", ["tokenHash"], { unique: true })
@Index("Invitation_pending", ["pendingKey"], { unique: true })
@Index("Invitation_user", ["userId"])
@Index("Invitation_created", ["siteId", "createdAt", "id"])
@Index("Invitation_email", ["siteId", "emailKey"])
export class Invitation {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("id") userId: string;
  @Holds("text") email: string;
  @Holds("key") emailKey: string;
  @Holds("code") state: InvitationState;
  @MayHold("code") tokenHash: string | null;
  @MayHold("id") pendingKey: string | null;
  @Holds("code") delivery: Delivery;
  @MayHold("text") deliveryFailure: string | null;
  @Holds("code") invitedByKind: ActorReference["kind"];
  @MayHold("id") invitedById: string | null;
  @Holds("text") invitedByLabel: string;
  @MayHold("text") message: string | null;
  @Holds("time") createdAt: string;
  @MayHold("time") lastSentAt: string | null;
  @Holds("int") sentCount: number;
  @Holds("time") expiresAt: string;
}

/** What a user can have done in an application. The public contract's `ContentKind`. */
export const contentKinds = ["REPORTED", "ASSIGNED", "COMMENTED", "AUTHORED", "EDITED"] as const;
export type ContentKind = (typeof contentKinds)[number];

/** How much content of one kind a user has in an application, as it last reported: more than none, or there is no row. */
@Entity({ name: "ContentCount", withoutRowid: true })
@Index("ContentCount_application", ["applicationId"])
export class ContentCount {
  @Key("id") userId: string;
  @Key("id") applicationId: string;
  @Key("code") kind: ContentKind;
  @Holds("int") count: number;
}

/** A product that groups open. `seatsUsed` is kept exact by every work that can move it (rule 7.3). */
@Entity({ name: "Application" })
@Index("Application_key", ["siteId", "key"], { unique: true })
export class Application {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("code") key: string;
  @Holds("text") name: string;
  @MayHold("text") url: string | null;
  @Holds("flag") grantedToNewUsers: boolean;
  @MayHold("int") seatLimit: number | null;
  @Holds("int") seatsUsed: number;
  @Holds("time") createdAt: string;
}

/** Membership of one group opens one application. */
@Entity({ name: "Grant" })
@Index("Grant_pair", ["applicationId", "groupId"], { unique: true })
@Index("Grant_group", ["groupId"])
@Index("Grant_site", ["siteId"])
export class Grant {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("id") applicationId: string;
  @Holds("id") groupId: string;
  @Holds("code") role: "USER" | "ADMIN";
  @Holds("flag") isDefault: boolean;
}

/** A signed-in person. Only a hash of the token is kept. */
@Entity({ name: "Session" })
@Index("Session_token", ["tokenHash"], { unique: true })
@Index("Session_account", ["accountId"])
@Index("Session_expiry", ["expiresAt"])
export class Session {
  @Key("id") id: string;
  @Holds("id") accountId: string;
  @Holds("code") tokenHash: string;
  @Holds("time") createdAt: string;
  @Holds("time") expiresAt: string;
}

/**
 * The newest link by which an account chooses a new password: one for each account, so that a newer one voids it (rule 9.6). It is
 * good for the site where it was asked for and the address it was sent to. Only a hash of the token is kept, also once it is used.
 */
@Entity({ name: "PasswordReset" })
@Index("PasswordReset_token", ["tokenHash"], { unique: true })
export class PasswordReset {
  @Key("id") accountId: string;
  @Holds("id") siteId: string;
  @Holds("key") emailKey: string;
  @Holds("code") tokenHash: string;
  @Holds("time") expiresAt: string;
  @MayHold("time") usedAt: string | null;
  /** How many letters went since `countedFrom`, which moves when an hour is over. */
  @Holds("int") letters: number;
  @Holds("time") countedFrom: string;
}

/** A credential for scripts. Only a hash of the secret is kept. */
@Entity({ name: "ApiToken" })
@Index("ApiToken_token", ["tokenHash"], { unique: true })
@Index("ApiToken_site", ["siteId", "id"])
@Index("ApiToken_maker", ["createdByTokenId"])
@Index("ApiToken_creator", ["createdById"])
@Index("ApiToken_application", ["applicationId"])
export class ApiToken {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("text") name: string;
  @Holds("code") hint: string;
  @Holds("code") tokenHash: string;
  /** Separated by blanks. */
  @Holds("text") scopes: string;
  @MayHold("id") applicationId: string | null;
  /** The person whom it belongs to: never more than they have now, and none without them (rule 9.5). */
  @MayHold("id") createdById: string | null;
  /** The token that made it, and that it ends with. */
  @MayHold("id") createdByTokenId: string | null;
  @Holds("time") createdAt: string;
  @MayHold("time") lastUsedAt: string | null;
  @MayHold("time") expiresAt: string | null;
  @MayHold("time") revokedAt: string | null;
}

/** Something that was done. Written in the same transaction, never changed. `body` is the subjects with their changes, as JSON. */
@Entity({ name: "AuditEvent" })
@Index("AuditEvent_site", ["siteId", "id"])
@Index("AuditEvent_action", ["siteId", "action", "id"])
@Index("AuditEvent_actor", ["siteId", "actorId", "id"])
export class AuditEvent {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("code") action: string;
  @Holds("code") actorKind: ActorReference["kind"];
  @MayHold("id") actorId: string | null;
  @Holds("text") actorLabel: string;
  @Holds("int") subjectCount: number;
  @MayHold("code") ipAddress: string | null;
  @Holds("time") createdAt: string;
  @Holds("long") body: string;
}

/** Finds the events of one subject. */
@Entity({ name: "AuditSubject", withoutRowid: true })
export class AuditSubject {
  @Key("id") siteId: string;
  @Key("id") subjectId: string;
  @Key("id") eventId: string;
}

/** A letter waiting to be posted, or posted. Its words are sealed while it waits, and wiped afterwards: they hold a link. */
@Entity({ name: "Letter" })
@Index("Letter_queue", ["state", "nextTryAt"])
@Index("Letter_invitation", ["invitationId"])
export class Letter {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @MayHold("id") invitationId: string | null;
  @Holds("text") recipient: string;
  @Holds("long") sealed: string;
  @Holds("code") state: "QUEUED" | "SENT" | "FAILED" | "VOID";
  @Holds("int") tries: number;
  @Holds("time") nextTryAt: string;
  @MayHold("text") failure: string | null;
  @Holds("time") createdAt: string;
  @MayHold("time") sentAt: string | null;
}

/** An email domain that a site claims. `verifiedKey` is the name while it is verified: a domain has one owner. */
@Entity({ name: "Domain" })
@Index("Domain_name", ["siteId", "name"], { unique: true })
@Index("Domain_owner", ["verifiedKey"], { unique: true })
@Index("Domain_check", ["status", "lastCheckedAt"])
export class Domain {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("word") name: string;
  @MayHold("key") verifiedKey: string | null;
  @Holds("code") status: "PENDING" | "VERIFIED" | "LAPSED";
  /** What its owner publishes as a proof. Never changed, and no secret. */
  @Holds("code") token: string;
  /** Where the proof was last found; NULL when a directory proved it, or nothing has yet. */
  @MayHold("code") provedBy: ProofPlace | null;
  @MayHold("id") directoryId: string | null;
  @MayHold("time") verifiedAt: string | null;
  @MayHold("time") lastCheckedAt: string | null;
  /** Since when the daily check definitely finds no proof, while it is VERIFIED (rule 8.3). */
  @MayHold("time") missingSince: string | null;
  @Holds("time") createdAt: string;
}

export type DirectoryStatus = "NEW" | "HEALTHY" | "DEGRADED" | "QUARANTINED" | "PAUSED" | "CREDENTIALS_REJECTED";

/** A connection to a directory. Its credentials are sealed and leave the row only for a run. */
@Entity({ name: "Directory" })
@Index("Directory_site", ["siteId", "id"])
@Index("Directory_due", ["nextRunAt"])
export class Directory {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("text") name: string;
  @Holds("code") provider: "GOOGLE_WORKSPACE";
  @Holds("code") status: DirectoryStatus;
  @MayHold("text") statusReason: string | null;
  @Holds("flag") paused: boolean;
  /** `DirectorySettings` as JSON. */
  @Holds("long") settings: string;
  @Holds("long") credentials: string;
  /** True once a person applied a plan since the scope, a setting or the customer last changed: only then may the schedule apply (S14). */
  @Holds("flag") trusted: boolean;
  @Holds("int") failedRuns: number;
  @MayHold("id") lastRunId: string | null;
  @MayHold("time") lastSuccessAt: string | null;
  @MayHold("time") nextRunAt: string | null;
  @Holds("time") createdAt: string;
  @Holds("int") version: number;
}

export type SyncRunStatus = "PLANNING" | "PLANNED" | "APPLYING" | "SUCCEEDED" | "PARTIAL" | "FAILED" | "CANCELLED" | "HELD";

/** One comparison of a directory with its site. */
@Entity({ name: "SyncRun" })
@Index("SyncRun_directory", ["directoryId", "id"])
@Index("SyncRun_site", ["siteId", "id"])
export class SyncRun {
  @Key("id") id: string;
  @Holds("id") siteId: string;
  @Holds("id") directoryId: string;
  @Holds("code") status: SyncRunStatus;
  @MayHold("code") startedByKind: ActorReference["kind"] | null;
  @MayHold("id") startedById: string | null;
  @Holds("text") startedByLabel: string;
  /** What the plan rests on: a hash of the settings and of what was held. Applying a stored plan asks for the same again (S9). */
  @MayHold("code") basis: string | null;
  /** `SyncSummary` and seats as JSON. */
  @Holds("long") summary: string;
  @MayHold("text") failure: string | null;
  @Holds("int") requestCount: number;
  @Holds("int") waitedMs: number;
  @Holds("int") stepCount: number;
  /** The last step that is done; written in the transaction that does it (S17). */
  @Holds("int") appliedSeq: number;
  /** The lease's fencing number under which the run writes (S19). */
  @Holds("int") fence: number;
  @Holds("flag") cancelled: boolean;
  @Holds("time") createdAt: string;
  @MayHold("time") startedAt: string | null;
  @MayHold("time") finishedAt: string | null;
}

/** Up to 500 changes of one kind, compressed: one transaction applies one step. */
@Entity({ name: "SyncStep" })
export class SyncStep {
  @Key("id") runId: string;
  @Key("int") seq: number;
  @Holds("code") action: string;
  @Holds("code") status: string;
  @Holds("int") size: number;
  @Holds("bytes") body: Buffer;
}

/** A change of a step that did not go the way of its step. */
@Entity({ name: "SyncException" })
export class SyncException {
  @Key("id") runId: string;
  @Key("int") seq: number;
  @Key("int") position: number;
  @Holds("code") status: string;
  @Holds("text") failure: string;
}

/** A directory's person or group that a person decided to leave alone when it was disputed. */
@Entity({ name: "LeftAlone" })
export class LeftAlone {
  @Key("id") directoryId: string;
  @Key("code") subjectType: "User" | "Group";
  /** Its id at the directory. */
  @Key("key") externalId: string;
  @Holds("time") createdAt: string;
}

/** Who may do something alone, across instances, until when by the database's clock, and with which fencing number. */
@Entity({ name: "Lease" })
export class Lease {
  @Key("code") name: string;
  @Holds("code") holder: string;
  @Holds("int") fence: number;
  @Holds("time") expiresAt: string;
}

/** Up to which moment turns to ask a provider are given out, by the database's clock; a row for each quota that the provider counts by. */
@Entity({ name: "Quota" })
export class Quota {
  @Key("code") name: string;
  @Holds("time") givenUpTo: string;
}

/** Every noun that has a table. */
export const entities = [
  Site,
  Account,
  ProviderLink,
  UsedIdToken,
  User,
  SearchTerm,
  Group,
  Membership,
  Nesting,
  Invitation,
  Application,
  ContentCount,
  Grant,
  Session,
  PasswordReset,
  ApiToken,
  AuditEvent,
  AuditSubject,
  Letter,
  Domain,
  Directory,
  SyncRun,
  SyncStep,
  SyncException,
  LeftAlone,
  Lease,
  Quota,
];
