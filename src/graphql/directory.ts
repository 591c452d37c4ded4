import type { GraphQLResolveInfo } from "graphql";
import { Arg, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Resolver, Root, registerEnumType } from "type-graphql";
import { Application } from "./application.ts";
import { Node, UserError } from "./building-blocks.ts";
import { DateTime } from "./date-time.ts";
import { readEdge } from "./look-ahead.ts";
import { SyncRun, SyncRunConnection, SyncRunFilter } from "./sync-run.ts";

@ObjectType("Directory", {
  description: "A connection to a directory of users and groups, such as Google Workspace.",
  implements: Node,
})
export class Directory {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String)
  name: string;
  @Field(() => DirectoryProvider)
  provider: DirectoryProvider;
  @Field(() => DirectoryStatus)
  status: DirectoryStatus;
  @Field(() => String, { nullable: true, description: "One plain English sentence. Null when healthy." })
  statusReason: string | null;
  @Field(() => DirectorySettings)
  settings: DirectorySettings;
  @Field(() => DirectoryHoldings, { description: "What the directory owns here." })
  holdings: DirectoryHoldings;
  @Field(() => SyncRun, { nullable: true })
  lastRun: SyncRun | null;
  @Field(() => DateTime, { nullable: true })
  lastSuccessAt: string | null;
  @Field(() => DateTime, { nullable: true })
  nextRunAt: string | null;
  @Field(() => DateTime)
  createdAt: string;
  @Field(() => Int)
  version: number;
}

@Resolver(() => Directory)
export class DirectoryEdges {
  @FieldResolver(() => SyncRunConnection)
  runs(
    @Root() from: Directory,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, { defaultValue: 20 }) _first: number,
    @Arg("after", () => String, { nullable: true }) _after: string | null,
    @Arg("filter", () => SyncRunFilter, { nullable: true }) _filter: SyncRunFilter | null,
  ): SyncRunConnection {
    return readEdge(from, info) as SyncRunConnection; // as: the look-ahead put it there
  }
}

@ObjectType("DirectoryHoldings", { description: "How much a directory owns." })
export class DirectoryHoldings {
  @Field(() => Int)
  users: number;
  @Field(() => Int)
  groups: number;
  @Field(() => Int)
  memberships: number;
}

/** The kinds of directory that can be connected. */
export const DirectoryProvider = { GOOGLE_WORKSPACE: "GOOGLE_WORKSPACE" } as const;
export type DirectoryProvider = keyof typeof DirectoryProvider;
registerEnumType(DirectoryProvider, { name: "DirectoryProvider", description: "The kinds of directory that can be connected." });

/** Whether a directory can be synced. */
export const DirectoryStatus = {
  NEW: "NEW",
  HEALTHY: "HEALTHY",
  DEGRADED: "DEGRADED",
  QUARANTINED: "QUARANTINED",
  PAUSED: "PAUSED",
  CREDENTIALS_REJECTED: "CREDENTIALS_REJECTED",
} as const;
export type DirectoryStatus = keyof typeof DirectoryStatus;
registerEnumType(DirectoryStatus, {
  name: "DirectoryStatus",
  description: "Whether a directory can be synced.",
  valuesConfig: {
    NEW: { description: "Connected; the first run is always a plan that a person applies." },
    DEGRADED: { description: "The last run failed, held removals, or left changes undone." },
    QUARANTINED: { description: "Three runs in a row failed: runs once a day until one succeeds." },
    CREDENTIALS_REJECTED: { description: "The directory refuses our credentials or lacks a scope: `statusReason` says which." },
  },
});

@ObjectType("DirectorySettings", { description: "What a directory syncs and how carefully. Never contains credentials." })
export class DirectorySettings {
  @Field(() => DirectoryScope)
  scope: DirectoryScope;
  @Field(() => [String], {
    description: "Only these groups and their members, nested ones included. Empty unless `scope` is `GROUPS`.",
  })
  groupEmails: string[];
  @Field(() => [String], {
    description: "Only these organizational units and those under them, for example `/Engineering`. Empty means all.",
  })
  orgUnits: string[];
  @Field(() => [String], { description: "Only people at these domains. Empty means all." })
  domains: string[];
  @Field(() => [String], { description: "Emails, with `*` as wildcard, that no run ever touches." })
  ignore: string[];
  @Field(() => DirectoryLeaveAction, {
    description: "What happens to a user who is suspended, archived, deleted or out of scope in the directory.",
  })
  onLeave: DirectoryLeaveAction;
  @Field(() => DirectoryMatchAction, {
    description: "What happens when the directory brings the email of a user who was added by hand.",
  })
  onMatch: DirectoryMatchAction;
  @Field(() => Boolean, { description: "Send a letter of welcome to each new user." })
  sendWelcome: boolean;
  @Field(() => [Application], { description: "Given to a user once, when a run first brings the user." })
  applications: Application[];
  @Field(() => String, { nullable: true, description: "When runs start: a cron expression in UTC. Null means manual runs only." })
  schedule: string | null;
  @Field(() => Int, {
    description: "Without approval a run may remove this share, in percent, of what it holds of each kind ...",
  })
  maxRemovalPercent: number;
  @Field(() => Int, { description: "... or this many, whichever is more." })
  maxRemovals: number;
}

/** Whom a directory brings. */
export const DirectoryScope = { EVERYONE: "EVERYONE", GROUPS: "GROUPS" } as const;
export type DirectoryScope = keyof typeof DirectoryScope;
registerEnumType(DirectoryScope, { name: "DirectoryScope", description: "Whom a directory brings." });

/** What a sync does with a user who left the directory. */
export const DirectoryLeaveAction = { DEACTIVATE: "DEACTIVATE", DELETE: "DELETE", KEEP: "KEEP" } as const;
export type DirectoryLeaveAction = keyof typeof DirectoryLeaveAction;
registerEnumType(DirectoryLeaveAction, {
  name: "DirectoryLeaveAction",
  description: "What a sync does with a user who left the directory.",
  valuesConfig: { DELETE: { description: "Deactivate, and delete 30 days later where deleting is allowed." } },
});

/** What a sync does with a user who was added by hand and is in the directory. */
export const DirectoryMatchAction = { ADOPT: "ADOPT", REPORT: "REPORT" } as const;
export type DirectoryMatchAction = keyof typeof DirectoryMatchAction;
registerEnumType(DirectoryMatchAction, {
  name: "DirectoryMatchAction",
  description: "What a sync does with a user who was added by hand and is in the directory.",
  valuesConfig: {
    ADOPT: { description: "The directory takes the user over." },
    REPORT: { description: "Leave the user alone and report the match." },
  },
});

@InputType("DirectoryConnectInput", { description: "What `directoryConnect` needs." })
export class DirectoryConnectInput {
  @Field(() => String)
  name: string;
  @Field(() => DirectoryCredentials)
  credentials: DirectoryCredentials;
  @Field(() => DirectorySettingsInput, { nullable: true })
  settings?: DirectorySettingsInput | null;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@InputType("DirectoryCredentials", { description: "Exactly one of these. Written once, encrypted, and never readable again." })
export class DirectoryCredentials {
  @Field(() => GoogleWorkspaceCredentials, { nullable: true })
  googleWorkspace?: GoogleWorkspaceCredentials | null;
}

@InputType("GoogleWorkspaceCredentials", { description: "What it takes to read a Google Workspace." })
export class GoogleWorkspaceCredentials {
  @Field(() => String, { description: "The service account key file, as JSON text." })
  serviceAccountKey: string;
  @Field(() => String, { description: "The Workspace admin that the service account acts for." })
  adminEmail: string;
  @Field(() => String, { defaultValue: "my_customer" })
  customerId: string;
}

@InputType("DirectorySettingsInput", {
  description:
    "Fields left out stay as they are. At first: everyone, DEACTIVATE, ADOPT, no letters, no applications, every 4 hours, 10 percent, 5.",
})
export class DirectorySettingsInput {
  @Field(() => DirectoryScope, { nullable: true })
  scope?: DirectoryScope | null;
  @Field(() => [String], { nullable: true })
  groupEmails?: string[] | null;
  @Field(() => [String], { nullable: true })
  orgUnits?: string[] | null;
  @Field(() => [String], { nullable: true })
  domains?: string[] | null;
  @Field(() => [String], { nullable: true })
  ignore?: string[] | null;
  @Field(() => DirectoryLeaveAction, { nullable: true })
  onLeave?: DirectoryLeaveAction | null;
  @Field(() => DirectoryMatchAction, { nullable: true })
  onMatch?: DirectoryMatchAction | null;
  @Field(() => Boolean, { nullable: true })
  sendWelcome?: boolean | null;
  @Field(() => [ID], { nullable: true })
  applicationIds?: string[] | null;
  @Field(() => String, { nullable: true })
  schedule?: string | null;
  @Field(() => Int, { nullable: true })
  maxRemovalPercent?: number | null;
  @Field(() => Int, { nullable: true })
  maxRemovals?: number | null;
}

@ObjectType("DirectoryConnectPayload", { description: "What `directoryConnect` answers." })
export class DirectoryConnectPayload {
  @Field(() => Directory, { nullable: true })
  directory: Directory | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("DirectoryUpdateInput", { description: "Fields left out stay as they are." })
export class DirectoryUpdateInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { nullable: true })
  name?: string | null;
  @Field(() => DirectoryCredentials, { nullable: true })
  credentials?: DirectoryCredentials | null;
  @Field(() => DirectorySettingsInput, { nullable: true })
  settings?: DirectorySettingsInput | null;
  @Field(() => Boolean, { nullable: true })
  paused?: boolean | null;
  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType("DirectoryUpdatePayload", { description: "What `directoryUpdate` answers." })
export class DirectoryUpdatePayload {
  @Field(() => Directory, { nullable: true })
  directory: Directory | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("DirectoryDisconnectInput", { description: "What `directoryDisconnect` needs." })
export class DirectoryDisconnectInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("DirectoryDisconnectPayload", { description: "What `directoryDisconnect` answers." })
export class DirectoryDisconnectPayload {
  @Field(() => ID, { nullable: true })
  deletedId: string | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
