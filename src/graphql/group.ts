import type { GraphQLResolveInfo } from "graphql";
import { Arg, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Resolver, Root } from "type-graphql";
import { Grant } from "./application.ts";
import { Node, PageInfo, texts, UserError } from "./building-blocks.ts";
import { AccessLoss, SeatChange } from "./consequences.ts";
import { DateTime } from "./date-time.ts";
import { Directory } from "./directory.ts";
import { readEdge } from "./look-ahead.ts";
import { User, UserFilter, UserOrder } from "./user.ts";

@ObjectType("Group", { description: "A named set of users. Groups are what opens applications.", implements: Node })
export class Group {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, {
    description: "As people see it. Unique in the site in any case of letters. A synced group's is its directory's.",
  })
  name: string;
  @Field(() => String, {
    nullable: true,
    description: "What the group is for. Null when nothing was said. A synced group's is its directory's.",
  })
  description: string | null;
  @Field(() => Directory, {
    nullable: true,
    description: "The directory that owns this group. Null for a group managed by hand.",
  })
  directory: Directory | null;
  @Field(() => String, { nullable: true, description: "The group's ID in `directory`. Null for a group managed by hand." })
  externalId: string | null;
  @Field(() => [Grant], {
    nullable: true,
    description: "The applications that membership opens. Null without scope `ACCESS_READ`.",
  })
  grants: Grant[] | null;
  @Field(() => Boolean, { description: "True when a directory owns the group." })
  synced: boolean;
  @Field(() => DateTime, { description: "When the group was made on this site." })
  createdAt: string;
  @Field(() => Int, {
    description: "Increases when the group itself changes, not with its members. Pass it as `expectedVersion`.",
  })
  version: number;
}

@Resolver(() => Group)
export class GroupEdges {
  @FieldResolver(() => MemberConnection, { nullable: true, description: "Null without scope `USERS_READ`." })
  members(
    @Root() from: Group,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, { defaultValue: 50, description: texts.first }) _first: number,
    @Arg("after", () => String, { nullable: true, description: texts.after }) _after: string | null,
    @Arg("filter", () => UserFilter, { nullable: true, description: texts.filter }) _filter: UserFilter | null,
    @Arg("orderBy", () => UserOrder, { nullable: true, description: texts.orderBy }) _orderBy: UserOrder | null,
  ): MemberConnection | null {
    return readEdge(from, info) as MemberConnection; // as: the look-ahead put it there
  }
}

@InputType("GroupFilter", { description: "Every condition given must hold." })
export class GroupFilter {
  @Field(() => String, { nullable: true, description: "Matches the start of the name, in any case of letters." })
  query?: string | null;
  @Field(() => ID, { nullable: true, description: "Groups that this directory owns." })
  directoryId?: string | null;
  @Field(() => ID, { nullable: true, description: "Groups that have this user as a member." })
  memberId?: string | null;
  @Field(() => ID, { nullable: true, description: "Groups that open this application." })
  applicationId?: string | null;
}

@InputType("GroupBy", { description: "Exactly one of these." })
export class GroupBy {
  @Field(() => ID, { nullable: true, description: "Unique, opaque and stable." })
  id?: string | null;
  @Field(() => String, { nullable: true, description: "In any case of letters." })
  name?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "Exactly as it is in the directory. Of several groups with it, by several directories, the one made first.",
  })
  externalId?: string | null;
}

@ObjectType("MemberConnection", { description: "A group's members." })
export class MemberConnection {
  @Field(() => [MemberEdge], { description: "Each item with its cursor." })
  edges: MemberEdge[];
  @Field(() => [User], { description: "The items alone." })
  nodes: User[];
  @Field(() => PageInfo, { description: "Where this page starts and ends." })
  pageInfo: PageInfo;
  @Field(() => Int, { description: "How many items there are on all pages." })
  totalCount: number;
}

@ObjectType("MemberEdge", { description: "A user's membership of one group." })
export class MemberEdge {
  @Field(() => String, { description: "Pass it as `after` to read what follows this item." })
  cursor: string;
  @Field(() => User, { description: "The item." })
  node: User;
  @Field(() => Boolean, { description: "Added by hand. A directory never removes such a membership." })
  manual: boolean;
  @Field(() => [String], {
    description:
      "Every chain of directory groups that makes the user a member, for example `all@x.com > eng@x.com`. Empty when only `manual`.",
  })
  paths: string[];
}

@ObjectType("GroupConnection", { description: "A page of groups." })
export class GroupConnection {
  @Field(() => [GroupEdge], { description: "Each item with its cursor." })
  edges: GroupEdge[];
  @Field(() => [Group], { description: "The items alone." })
  nodes: Group[];
  @Field(() => PageInfo, { description: "Where this page starts and ends." })
  pageInfo: PageInfo;
  @Field(() => Int, { description: "How many items there are on all pages." })
  totalCount: number;
}

@ObjectType("GroupEdge", { description: "One item of a page of groups." })
export class GroupEdge {
  @Field(() => String, { description: "Pass it as `after` to read what follows this item." })
  cursor: string;
  @Field(() => Group, { description: "The item." })
  node: Group;
}

@InputType("GroupCreateInput", { description: "What `groupCreate` needs." })
export class GroupCreateInput {
  @Field(() => String, { description: "1 to 100 characters, unique in the site in any case of letters." })
  name: string;
  @Field(() => String, { nullable: true, description: "At most 1000 characters. Can have line breaks." })
  description?: string | null;
  @Field(() => [ID], { defaultValue: [], description: "At most 100 users who join at once." })
  memberIds: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("GroupCreatePayload", { description: "What `groupCreate` answers." })
export class GroupCreatePayload {
  @Field(() => Group, { nullable: true, description: "The new group. Null on a dry run and when `userErrors` is not empty." })
  group: Group | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("GroupUpdateInput", { description: "Fields left out stay as they are." })
export class GroupUpdateInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { nullable: true, description: "1 to 100 characters, unique in the site in any case of letters." })
  name?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "At most 1000 characters. Can have line breaks. Null or empty takes it away.",
  })
  description?: string | null;
  @Field(() => Int, { nullable: true, description: texts.expectedVersion })
  expectedVersion?: number | null;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("GroupUpdatePayload", { description: "What `groupUpdate` answers." })
export class GroupUpdatePayload {
  @Field(() => Group, { nullable: true, description: texts.group })
  group: Group | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("GroupDeleteInput", { description: "What `groupDelete` needs." })
export class GroupDeleteInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("GroupDeletePayload", { description: "What `groupDelete` answers." })
export class GroupDeletePayload {
  @Field(() => ID, { nullable: true, description: texts.deletedId })
  deletedId: string | null;
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [AccessLoss], { description: texts.accessLost })
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("GroupAddMembersInput", { description: "What `groupAddMembers` needs." })
export class GroupAddMembersInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => [ID], { description: "1 to 100 users, of any status." })
  userIds: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("GroupAddMembersPayload", { description: "What `groupAddMembers` answers." })
export class GroupAddMembersPayload {
  @Field(() => Group, { nullable: true, description: texts.group })
  group: Group | null;
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("GroupRemoveMembersInput", { description: "What `groupRemoveMembers` needs." })
export class GroupRemoveMembersInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => [ID], { description: "1 to 100 users. All are refused when one is in the group by a directory alone." })
  userIds: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("GroupRemoveMembersPayload", { description: "What `groupRemoveMembers` answers." })
export class GroupRemoveMembersPayload {
  @Field(() => Group, { nullable: true, description: texts.group })
  group: Group | null;
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [AccessLoss], { description: texts.accessLost })
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
