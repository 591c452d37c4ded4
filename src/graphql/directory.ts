import type { GraphQLResolveInfo } from "graphql";
import { Arg, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Resolver, Root, registerEnumType } from "type-graphql";
import { Application } from "./application.ts";
import { Node, texts, UserError } from "./building-blocks.ts";
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
  @Field(() => String, { description: "As people of the site know it, 1 to 100 characters." })
  name: string;
  @Field(() => DirectoryProvider, { description: "What kind of directory it is." })
  provider: DirectoryProvider;
  @Field(() => DirectoryStatus, { description: "Whether it can be synced. `statusReason` says why not." })
  status: DirectoryStatus;
  @Field(() => String, { nullable: true, description: "One plain English sentence. Null when healthy." })
  statusReason: string | null;
  @Field(() => DirectorySettings, { description: "Whom and what it brings, and how carefully." })
  settings: DirectorySettings;
  @Field(() => DirectoryHoldings, { description: "What the directory owns here." })
  holdings: DirectoryHoldings;
  @Field(() => SyncRun, {
    nullable: true,
    description: "The run of everybody that was started last, a plan or one under way too. Null before the first.",
  })
  lastRun: SyncRun | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "When a run last ended `SUCCEEDED` or `PARTIAL`. Null before the first.",
  })
  lastSuccessAt: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "When the schedule starts the next run, unless the directory is paused then. Null for manual runs only.",
  })
  nextRunAt: string | null;
  @Field(() => DateTime, { description: "When it was connected." })
  createdAt: string;
  @Field(() => Int, {
    description: "Increases when its name, settings, credentials or pause change. Pass it as `expectedVersion`.",
  })
  version: number;
}

@Resolver(() => Directory)
export class DirectoryEdges {
  @FieldResolver(() => SyncRunConnection, { description: "Its runs, planned and applied, newest first." })
  runs(
    @Root() from: Directory,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, { defaultValue: 20, description: texts.first }) _first: number,
    @Arg("after", () => String, {
      nullable: true,
      description: texts.after,
    })
    _after: string | null,
    @Arg("filter", () => SyncRunFilter, {
      nullable: true,
      description: "Only runs that match it. Left out: all of the directory.",
    })
    _filter: SyncRunFilter | null,
  ): SyncRunConnection {
    return readEdge(from, info) as SyncRunConnection; // as: the look-ahead put it there
  }
}

@ObjectType("DirectoryHoldings", { description: "How much a directory owns." })
export class DirectoryHoldings {
  @Field(() => Int, { description: "Users that it brought or took over, whatever their status." })
  users: number;
  @Field(() => Int, { description: "Groups that it brought or took over." })
  groups: number;
  @Field(() => Int, { description: "Memberships of its groups that it brought: those made only by hand do not count." })
  memberships: number;
}

/** The kinds of directory that can be connected. */
export const DirectoryProvider = { GOOGLE_WORKSPACE: "GOOGLE_WORKSPACE" } as const;
export type DirectoryProvider = keyof typeof DirectoryProvider;
registerEnumType(DirectoryProvider, {
  name: "DirectoryProvider",
  description: "The kinds of directory that can be connected.",
  valuesConfig: {
    GOOGLE_WORKSPACE: { description: "A Google Workspace." },
  },
});

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
    HEALTHY: { description: "Nothing is in the way of the next run." },
    DEGRADED: { description: "The last run failed, held removals, or left changes undone." },
    QUARANTINED: { description: "Three runs in a row failed: runs once a day until one succeeds." },
    PAUSED: { description: "Nothing is applied until `directoryUpdate` sets `paused` to false." },
    CREDENTIALS_REJECTED: { description: "The directory refuses our credentials or lacks a scope: `statusReason` says which." },
  },
});

@ObjectType("DirectorySettings", { description: "What a directory syncs and how carefully. Never contains credentials." })
export class DirectorySettings {
  @Field(() => DirectoryScope, { description: "Whom it brings: everyone, or certain groups." })
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
registerEnumType(DirectoryScope, {
  name: "DirectoryScope",
  description: "Whom a directory brings.",
  valuesConfig: {
    EVERYONE: { description: "All groups, and all people whom `orgUnits` and `domains` allow." },
    GROUPS: { description: "Only the groups of `groupEmails`, the groups inside them, and their members." },
  },
});

/** What a sync does with a user who left the directory. */
export const DirectoryLeaveAction = { DEACTIVATE: "DEACTIVATE", DELETE: "DELETE", KEEP: "KEEP" } as const;
export type DirectoryLeaveAction = keyof typeof DirectoryLeaveAction;
registerEnumType(DirectoryLeaveAction, {
  name: "DirectoryLeaveAction",
  description: "What a sync does with a user who left the directory.",
  valuesConfig: {
    DEACTIVATE: { description: "Deactivate: no signing in and no seat, until the person is back in the directory." },
    DELETE: { description: "Deactivate, and delete 30 days later where deleting is allowed." },
    KEEP: { description: "Leave the status as it is: an admin decides." },
  },
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
  @Field(() => String, { description: "As people of the site know it, 1 to 100 characters." })
  name: string;
  @Field(() => DirectoryCredentials, { description: "What it takes to read the directory. Only their form is checked now." })
  credentials: DirectoryCredentials;
  @Field(() => DirectorySettingsInput, {
    nullable: true,
    description: "Null or left out: what `DirectorySettingsInput` says of the beginning.",
  })
  settings?: DirectorySettingsInput | null;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@InputType("DirectoryCredentials", { description: "Exactly one of these. Written once, encrypted, and never readable again." })
export class DirectoryCredentials {
  @Field(() => GoogleWorkspaceCredentials, { nullable: true, description: "For a Google Workspace." })
  googleWorkspace?: GoogleWorkspaceCredentials | null;
}

@InputType("GoogleWorkspaceCredentials", { description: "What it takes to read a Google Workspace." })
export class GoogleWorkspaceCredentials {
  @Field(() => String, { description: "The service account key file, as JSON text." })
  serviceAccountKey: string;
  @Field(() => String, { description: "The Workspace admin that the service account acts for." })
  adminEmail: string;
  @Field(() => String, {
    defaultValue: "my_customer",
    description: "The Workspace's customer id. `my_customer` means that of the admin.",
  })
  customerId: string;
}

@InputType("DirectorySettingsInput", {
  description:
    "Fields left out stay as they are. At first: everyone, DEACTIVATE, ADOPT, no letters, no applications, every 4 hours, 10 percent, 5.",
})
export class DirectorySettingsInput {
  @Field(() => DirectoryScope, { nullable: true, description: "Whom it brings: everyone, or certain groups." })
  scope?: DirectoryScope | null;
  @Field(() => [String], {
    nullable: true,
    description: "Emails of groups, at most 500: at least one with scope `GROUPS`, and none with `EVERYONE`. Replaces the list.",
  })
  groupEmails?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: "Paths such as `/Engineering`, at most 500. Empty means all. Replaces the list.",
  })
  orgUnits?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: "Domains such as `example.com`, at most 500. Empty means all. Replaces the list.",
  })
  domains?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: "Emails that no run touches, with `*` for any characters, at most 500. Replaces the list.",
  })
  ignore?: string[] | null;
  @Field(() => DirectoryLeaveAction, {
    nullable: true,
    description: "What happens to a user who is suspended, archived, deleted or out of scope in the directory.",
  })
  onLeave?: DirectoryLeaveAction | null;
  @Field(() => DirectoryMatchAction, {
    nullable: true,
    description: "What happens when the directory brings the email of a user who was added by hand.",
  })
  onMatch?: DirectoryMatchAction | null;
  @Field(() => Boolean, { nullable: true, description: "Send a letter of welcome to each new user." })
  sendWelcome?: boolean | null;
  @Field(() => [ID], { nullable: true, description: "Applications that each new user gets, at most 500. Replaces the list." })
  applicationIds?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: "Five fields as in crontab, numbers only, in UTC: `0 */4 * * *`. Null means manual runs only.",
  })
  schedule?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: "0 to 100. More removals of a kind than this share, and than `maxRemovals`, wait for approval.",
  })
  maxRemovalPercent?: number | null;
  @Field(() => Int, {
    nullable: true,
    description: "0 or more. Up to so many removals of a kind are within the limit, whatever their share.",
  })
  maxRemovals?: number | null;
}

@ObjectType("DirectoryConnectPayload", { description: "What `directoryConnect` answers." })
export class DirectoryConnectPayload {
  @Field(() => Directory, { nullable: true, description: "The new directory. Null on a dry run, and when nothing was changed." })
  directory: Directory | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("DirectoryUpdateInput", { description: "Fields left out stay as they are." })
export class DirectoryUpdateInput {
  @Field(() => ID, { description: "The directory to change." })
  id: string;
  @Field(() => String, { nullable: true, description: "1 to 100 characters." })
  name?: string | null;
  @Field(() => DirectoryCredentials, {
    nullable: true,
    description: "Replaces the credentials whole. Until a person applies a plan, runs only plan.",
  })
  credentials?: DirectoryCredentials | null;
  @Field(() => DirectorySettingsInput, {
    nullable: true,
    description: "Only what is to change. A wider or narrower scope, or higher limits, need a plan that a person applies.",
  })
  settings?: DirectorySettingsInput | null;
  @Field(() => Boolean, {
    nullable: true,
    description: "True: nothing is applied until it is false again. Plans can still be made.",
  })
  paused?: boolean | null;
  @Field(() => Int, {
    nullable: true,
    description: "The `version` that was read: `CONFLICT` when the directory changed since. Null or left out: not checked.",
  })
  expectedVersion?: number | null;
}

@ObjectType("DirectoryUpdatePayload", { description: "What `directoryUpdate` answers." })
export class DirectoryUpdatePayload {
  @Field(() => Directory, { nullable: true, description: "The directory as it is now. Null when `userErrors` says why not." })
  directory: Directory | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("DirectoryDisconnectInput", { description: "What `directoryDisconnect` needs." })
export class DirectoryDisconnectInput {
  @Field(() => ID, { description: "The directory to disconnect." })
  id: string;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("DirectoryDisconnectPayload", { description: "What `directoryDisconnect` answers." })
export class DirectoryDisconnectPayload {
  @Field(() => ID, {
    nullable: true,
    description: "The ID that the directory had. Null on a dry run, and when nothing was changed.",
  })
  deletedId: string | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
