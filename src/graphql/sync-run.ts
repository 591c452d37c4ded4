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
import { FieldChange, Node, PageInfo, texts, UserError } from "./building-blocks.ts";
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
  @Field(() => SyncRunStatus, { description: "Where the run stands: it is under way while `PLANNING` or `APPLYING`." })
  status: SyncRunStatus;
  @Field(() => Actor, { nullable: true, description: "Null when the schedule started it." })
  startedBy: Actor | null;
  @Field(() => SyncSummary, { description: "How many changes it found and made, so far." })
  summary: SyncSummary;
  @Field(() => [SeatChange], { description: "How the run moves the applications' seats." })
  seats: SeatChange[];
  @Field(() => String, { nullable: true, description: "Why the run failed or holds removals, in plain English." })
  failure: string | null;
  @Field(() => Int, { description: "Requests made to the directory." })
  requestCount: number;
  @Field(() => Float, { description: "The part done, from 0 to 1." })
  progress: number;
  @Field(() => DateTime, { description: "When the run was asked for, by a person or the schedule." })
  createdAt: string;
  @Field(() => DateTime, { nullable: true, description: "When work on it began. Null while it waits." })
  startedAt: string | null;
  @Field(() => DateTime, { nullable: true, description: "When it ended or, of a plan, was ready. Null while it is under way." })
  finishedAt: string | null;
}

@Resolver(() => SyncRun)
export class SyncRunEdges {
  @FieldResolver(() => SyncChangeConnection, { description: "What it found, in the order of applying." })
  changes(
    @Root() from: SyncRun,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, { defaultValue: 50, description: texts.first }) _first: number,
    @Arg("after", () => String, {
      nullable: true,
      description: texts.after,
    })
    _after: string | null,
    @Arg("filter", () => SyncChangeFilter, {
      nullable: true,
      description: "Only changes that match it. Left out: all of the run.",
    })
    _filter: SyncChangeFilter | null,
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
    APPLYING: { description: "Changes are being made; of a run without a plan, the directory is read first." },
    SUCCEEDED: { description: "Every change was made, except those that are disputed or left alone." },
    PARTIAL: { description: "Some changes failed. The others were applied." },
    FAILED: { description: "It ended early: `failure` says why. Changes made before stay." },
    CANCELLED: { description: "Stopped by `syncCancel`, or by disconnecting the directory. Changes made before stay." },
    HELD: { description: "Applied all but its removals, which wait for `syncApply` with `approveRemovals`." },
  },
});

@ObjectType("SyncSummary", { description: "How many changes a sync run found and made." })
export class SyncSummary {
  @Field(() => Int, { description: "Users to bring, held changes included, as in every count of what is to be done." })
  usersToCreate: number;
  @Field(() => Int, { description: "Users to change, take over or activate." })
  usersToUpdate: number;
  @Field(() => Int, { description: "Users to deactivate or delete." })
  usersToRemove: number;
  @Field(() => Int, { description: "Groups to bring." })
  groupsToCreate: number;
  @Field(() => Int, { description: "Groups to rename or change otherwise." })
  groupsToUpdate: number;
  @Field(() => Int, { description: "Groups to delete." })
  groupsToRemove: number;
  @Field(() => Int, { description: "Memberships to add." })
  membersToAdd: number;
  @Field(() => Int, { description: "Memberships to take away." })
  membersToRemove: number;
  @Field(() => Int, { description: "Changes made so far: 0 in a plan." })
  applied: number;
  @Field(() => Int, { description: "Removals that wait for a person to approve them." })
  held: number;
  @Field(() => Int, {
    description: "Changes that were refused when they were to be made: each says why in `SyncChange.failure`.",
  })
  failed: number;
}

@ObjectType("SyncChange", { description: "One difference found by a run.", implements: Node })
export class SyncChange {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => SyncAction, { description: "What it does, or would do." })
  action: SyncAction;
  @Field(() => SyncChangeStatus, { description: "Where it stands: planned, made, or why not." })
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
  @Field(() => String, {
    nullable: true,
    description: "The group's name at the time of the run. Null unless `action` is `MEMBER_ADD` or `MEMBER_REMOVE`.",
  })
  groupLabel: string | null;
  @Field(() => [SyncSubject], { description: "Whom or what a `DISPUTED` change could concern." })
  candidates: SyncSubject[];
  @Field(() => [FieldChange], { description: "What changes in the subject, field by field. Empty where no field does." })
  changes: FieldChange[];
  @Field(() => String, {
    nullable: true,
    description: "Why it is `HELD`, `FAILED`, `DISPUTED` or `SKIPPED`, in plain English. Null otherwise.",
  })
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
    USER_CREATE: { description: "Brings a new user, who is active at once." },
    USER_ADOPT: { description: "Takes over a user who was added by hand." },
    USER_UPDATE: { description: "Brings a user's email, name or title, or whether the directory still has them, up to date." },
    USER_ACTIVATE: { description: "Activates a user who is back in the directory." },
    USER_DEACTIVATE: { description: "Deactivates a user who left the directory, is suspended there or out of scope." },
    USER_DELETE: { description: "Deletes a user who left the directory 30 days ago. Only with `onLeave` `DELETE`." },
    GROUP_CREATE: { description: "Brings a new group." },
    GROUP_ADOPT: { description: "Takes over a group that was added by hand. Only by `syncSettle`." },
    GROUP_UPDATE: { description: "Brings a group's name, description or the groups inside it up to date." },
    GROUP_DELETE: { description: "Deletes a group that the directory has no more, or that was out of scope for 30 days." },
    MEMBER_ADD: { description: "Makes a user a member of a group, or a member in another way than before." },
    MEMBER_REMOVE: { description: "Ends a user's membership of a group. One that was added by hand stays." },
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
    PLANNED: { description: "Not made yet. In a run that has ended, it was not made." },
    APPLIED: { description: "It was made." },
    HELD: { description: "A removal beyond the limits, or not proven, that waits for a person." },
    FAILED: { description: "It was refused: `failure` says why. The next run tries again." },
    DISPUTED: { description: "Several candidates, or one that may not be taken over without a person: see `syncSettle`." },
    SKIPPED: { description: "Left alone on purpose: `failure` says why." },
  },
});

@InputType("SyncRunFilter", { description: "Every condition given must hold." })
export class SyncRunFilter {
  @Field(() => [SyncRunStatus], { nullable: true, description: "Runs that stand at any of these. An empty list finds nothing." })
  statuses?: SyncRunStatus[] | null;
}

@InputType("SyncChangeFilter", { description: "Every condition given must hold." })
export class SyncChangeFilter {
  @Field(() => [SyncAction], { nullable: true, description: "Changes that do any of these. An empty list finds nothing." })
  actions?: SyncAction[] | null;
  @Field(() => [SyncChangeStatus], {
    nullable: true,
    description: "Changes that stand at any of these. An empty list finds nothing.",
  })
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
  @Field(() => ID, { description: "The directory to compare with the site. No other run of it may be under way." })
  directoryId: string;
}

@ObjectType("SyncPlanPayload", { description: "What `syncPlan` answers." })
export class SyncPlanPayload {
  @Field(() => SyncRun, { nullable: true, description: "The run, still `PLANNING`. Null when `userErrors` says why not." })
  run: SyncRun | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("SyncApplyInput", { description: "What `syncApply` needs." })
export class SyncApplyInput {
  @Field(() => SyncTarget, { description: "What to apply: a plan, or a directory as it is now." })
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
  @Field(() => SyncRun, { nullable: true, description: "The run, still `APPLYING`. Null when `userErrors` says why not." })
  run: SyncRun | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("SyncUserInput", { description: "What `syncUser` needs." })
export class SyncUserInput {
  @Field(() => ID, { description: "The directory to look the person up in." })
  directoryId: string;
  @Field(() => String, { description: "The person's email, in the directory or here." })
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
  @Field(() => SyncChange, {
    nullable: true,
    description: "The change, now `APPLIED` or, left alone, `SKIPPED`. Null when `userErrors` says why not.",
  })
  change: SyncChange | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("SyncCancelInput", { description: "What `syncCancel` needs." })
export class SyncCancelInput {
  @Field(() => ID, { description: "A run under way, a plan, or a run whose removals are held." })
  runId: string;
}

@ObjectType("SyncCancelPayload", { description: "What `syncCancel` answers." })
export class SyncCancelPayload {
  @Field(() => SyncRun, {
    nullable: true,
    description: "The run. One under way is `CANCELLED` a moment later. Null when `userErrors` says why not.",
  })
  run: SyncRun | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
