import type { GraphQLResolveInfo } from "graphql";
import {
  Arg,
  createUnionType,
  Field,
  FieldResolver,
  Float,
  ID,
  Info,
  InputType,
  Int,
  ObjectType,
  Resolver,
  Root,
  registerEnumType,
} from "type-graphql";
import { Actor } from "./actor.ts";
import { FieldChange, Node, PageInfo, UserError } from "./building-blocks.ts";
import { SeatChange } from "./consequences.ts";
import { DateTime } from "./date-time.ts";
import { Directory } from "./directory.ts";
import { Group } from "./group.ts";
import { readEdge } from "./look-ahead.ts";
import { User } from "./user.ts";

@ObjectType("SyncRun", { description: "One comparison of a directory with the site, planned or applied.", implements: Node })
export class SyncRun {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => Directory, { nullable: true, description: "Null when it was disconnected since." })
  directory: Directory | null;
  @Field(() => SyncRunStatus)
  status: SyncRunStatus;
  @Field(() => Actor, { nullable: true, description: "Null when the schedule started it." })
  startedBy: Actor | null;
  @Field(() => SyncSummary)
  summary: SyncSummary;
  @Field(() => [SeatChange], { description: "How the run moves the applications' seats." })
  seats: SeatChange[];
  @Field(() => String, { nullable: true, description: "Why the run failed or holds removals, in plain English." })
  failure: string | null;
  @Field(() => Int, { description: "Requests made to the directory." })
  requestCount: number;
  @Field(() => Float, { description: "The part done, from 0 to 1." })
  progress: number;
  @Field(() => DateTime)
  createdAt: string;
  @Field(() => DateTime, { nullable: true })
  startedAt: string | null;
  @Field(() => DateTime, { nullable: true })
  finishedAt: string | null;
}

@Resolver(() => SyncRun)
export class SyncRunEdges {
  @FieldResolver(() => SyncChangeConnection)
  changes(
    @Root() from: SyncRun,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, { defaultValue: 50 }) _first: number,
    @Arg("after", () => String, { nullable: true }) _after: string | null,
    @Arg("filter", () => SyncChangeFilter, { nullable: true }) _filter: SyncChangeFilter | null,
  ): SyncChangeConnection {
    return readEdge(from, info) as SyncChangeConnection; // as: the look-ahead put it there
  }
}

/** Where a sync run stands. */
export const SyncRunStatus = {
  PLANNING: "PLANNING",
  PLANNED: "PLANNED",
  APPLYING: "APPLYING",
  SUCCEEDED: "SUCCEEDED",
  PARTIAL: "PARTIAL",
  FAILED: "FAILED",
  CANCELLED: "CANCELLED",
  HELD: "HELD",
} as const;
export type SyncRunStatus = keyof typeof SyncRunStatus;
registerEnumType(SyncRunStatus, {
  name: "SyncRunStatus",
  description: "Where a sync run stands.",
  valuesConfig: {
    PLANNING: { description: "The plan is being computed." },
    PLANNED: { description: "The plan is ready and nothing was changed. Pass the run to `syncApply`." },
    PARTIAL: { description: "Some changes failed. The others were applied." },
    HELD: { description: "Applied all but its removals, which wait for `syncApply` with `approveRemovals`." },
  },
});

@ObjectType("SyncSummary", { description: "How many changes a sync run found and made." })
export class SyncSummary {
  @Field(() => Int)
  usersToCreate: number;
  @Field(() => Int)
  usersToUpdate: number;
  @Field(() => Int)
  usersToRemove: number;
  @Field(() => Int)
  groupsToCreate: number;
  @Field(() => Int)
  groupsToUpdate: number;
  @Field(() => Int)
  groupsToRemove: number;
  @Field(() => Int)
  membersToAdd: number;
  @Field(() => Int)
  membersToRemove: number;
  @Field(() => Int)
  applied: number;
  @Field(() => Int)
  held: number;
  @Field(() => Int)
  failed: number;
}

@ObjectType("SyncChange", { description: "One difference found by a run.", implements: Node })
export class SyncChange {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => SyncAction)
  action: SyncAction;
  @Field(() => SyncChangeStatus)
  status: SyncChangeStatus;
  @Field(() => SyncSubject, {
    nullable: true,
    description: "The object changed. Null before it is created and after it is deleted.",
  })
  subject: SyncSubject | null;
  @Field(() => String, { description: "The subject's email or name at the time of the run." })
  subjectLabel: string;
  @Field(() => Group, {
    nullable: true,
    description: "The group joined or left. Null unless `action` is `MEMBER_ADD` or `MEMBER_REMOVE`.",
  })
  group: Group | null;
  @Field(() => String, { nullable: true })
  groupLabel: string | null;
  @Field(() => [SyncSubject], { description: "Whom or what a `DISPUTED` change could concern." })
  candidates: SyncSubject[];
  @Field(() => [FieldChange])
  changes: FieldChange[];
  @Field(() => String, { nullable: true })
  failure: string | null;
}

export const SyncSubject = createUnionType({
  name: "SyncSubject",
  description: "What a sync change concerns.",
  types: () => [User, Group] as const,
});
export type SyncSubject = User | Group;

/** What a sync change does. */
export const SyncAction = {
  USER_CREATE: "USER_CREATE",
  USER_ADOPT: "USER_ADOPT",
  USER_UPDATE: "USER_UPDATE",
  USER_ACTIVATE: "USER_ACTIVATE",
  USER_DEACTIVATE: "USER_DEACTIVATE",
  USER_DELETE: "USER_DELETE",
  GROUP_CREATE: "GROUP_CREATE",
  GROUP_ADOPT: "GROUP_ADOPT",
  GROUP_UPDATE: "GROUP_UPDATE",
  GROUP_DELETE: "GROUP_DELETE",
  MEMBER_ADD: "MEMBER_ADD",
  MEMBER_REMOVE: "MEMBER_REMOVE",
} as const;
export type SyncAction = keyof typeof SyncAction;
registerEnumType(SyncAction, {
  name: "SyncAction",
  description: "What a sync change does.",
  valuesConfig: {
    USER_ADOPT: { description: "Takes over a user who was added by hand." },
    GROUP_ADOPT: { description: "Takes over a group that was added by hand. Only by `syncSettle`." },
  },
});

/** Where a sync change stands. */
export const SyncChangeStatus = {
  PLANNED: "PLANNED",
  APPLIED: "APPLIED",
  HELD: "HELD",
  FAILED: "FAILED",
  DISPUTED: "DISPUTED",
  SKIPPED: "SKIPPED",
} as const;
export type SyncChangeStatus = keyof typeof SyncChangeStatus;
registerEnumType(SyncChangeStatus, {
  name: "SyncChangeStatus",
  description: "Where a sync change stands.",
  valuesConfig: {
    HELD: { description: "A removal beyond the limits, or not proven, that waits for a person." },
    DISPUTED: { description: "Several candidates, or one that may not be taken over without a person: see `syncSettle`." },
  },
});

@InputType("SyncRunFilter", { description: "Every condition given must hold." })
export class SyncRunFilter {
  @Field(() => [SyncRunStatus], { nullable: true })
  statuses?: SyncRunStatus[] | null;
}

@InputType("SyncChangeFilter", { description: "Every condition given must hold." })
export class SyncChangeFilter {
  @Field(() => [SyncAction], { nullable: true })
  actions?: SyncAction[] | null;
  @Field(() => [SyncChangeStatus], { nullable: true })
  statuses?: SyncChangeStatus[] | null;
}

@ObjectType("SyncRunConnection", { description: "A page of sync runs." })
export class SyncRunConnection {
  @Field(() => [SyncRunEdge], { description: "Each item with its cursor." })
  edges: SyncRunEdge[];
  @Field(() => [SyncRun], { description: "The items alone." })
  nodes: SyncRun[];
  @Field(() => PageInfo, { description: "Where this page starts and ends." })
  pageInfo: PageInfo;
  @Field(() => Int, { description: "How many items there are on all pages." })
  totalCount: number;
}

@ObjectType("SyncRunEdge", { description: "One item of a page of sync runs." })
export class SyncRunEdge {
  @Field(() => String, { description: "Pass it as `after` to read what follows this item." })
  cursor: string;
  @Field(() => SyncRun, { description: "The item." })
  node: SyncRun;
}

@ObjectType("SyncChangeConnection", { description: "A page of sync changes." })
export class SyncChangeConnection {
  @Field(() => [SyncChangeEdge], { description: "Each item with its cursor." })
  edges: SyncChangeEdge[];
  @Field(() => [SyncChange], { description: "The items alone." })
  nodes: SyncChange[];
  @Field(() => PageInfo, { description: "Where this page starts and ends." })
  pageInfo: PageInfo;
  @Field(() => Int, { description: "How many items there are on all pages." })
  totalCount: number;
}

@ObjectType("SyncChangeEdge", { description: "One item of a page of sync changes." })
export class SyncChangeEdge {
  @Field(() => String, { description: "Pass it as `after` to read what follows this item." })
  cursor: string;
  @Field(() => SyncChange, { description: "The item." })
  node: SyncChange;
}

@InputType("SyncPlanInput", { description: "What `syncPlan` needs." })
export class SyncPlanInput {
  @Field(() => ID)
  directoryId: string;
}

@ObjectType("SyncPlanPayload", { description: "What `syncPlan` answers." })
export class SyncPlanPayload {
  @Field(() => SyncRun, { nullable: true })
  run: SyncRun | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("SyncApplyInput", { description: "What `syncApply` needs." })
export class SyncApplyInput {
  @Field(() => SyncTarget)
  target: SyncTarget;
  @Field(() => Boolean, {
    description: "Also apply what the run holds back, each proven absent again. Only with a `runId`.",
    defaultValue: false,
  })
  approveRemovals: boolean;
}

@InputType("SyncTarget", { description: "Exactly one of these." })
export class SyncTarget {
  @Field(() => ID, {
    nullable: true,
    description: "Apply this plan exactly. Fails with `EXPIRED` when the directory or the site changed since.",
  })
  runId?: string | null;
  @Field(() => ID, { nullable: true, description: "Plan and apply at once, as the schedule does." })
  directoryId?: string | null;
}

@ObjectType("SyncApplyPayload", { description: "What `syncApply` answers." })
export class SyncApplyPayload {
  @Field(() => SyncRun, { nullable: true })
  run: SyncRun | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("SyncUserInput", { description: "What `syncUser` needs." })
export class SyncUserInput {
  @Field(() => ID)
  directoryId: string;
  @Field(() => String)
  email: string;
  @Field(() => Boolean, { description: "Say what would be done, and do nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("SyncUserPayload", { description: "What `syncUser` answers." })
export class SyncUserPayload {
  @Field(() => [SyncChange], { description: "What was done, or would be." })
  changes: SyncChange[];
  @Field(() => String, { description: "Why the person is or is not synced, in plain English." })
  explanation: string;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("SyncSettleInput", { description: "What `syncSettle` needs." })
export class SyncSettleInput {
  @Field(() => ID, { description: "A `DISPUTED` change." })
  changeId: string;
  @Field(() => ID, { nullable: true, description: "One of its `candidates`. Null leaves all of them alone for good." })
  adoptId?: string | null;
}

@ObjectType("SyncSettlePayload", { description: "What `syncSettle` answers." })
export class SyncSettlePayload {
  @Field(() => SyncChange, { nullable: true })
  change: SyncChange | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("SyncCancelInput", { description: "What `syncCancel` needs." })
export class SyncCancelInput {
  @Field(() => ID)
  runId: string;
}

@ObjectType("SyncCancelPayload", { description: "What `syncCancel` answers." })
export class SyncCancelPayload {
  @Field(() => SyncRun, { nullable: true })
  run: SyncRun | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
