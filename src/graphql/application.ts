import type { GraphQLResolveInfo } from "graphql";
import { Arg, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Resolver, Root, registerEnumType } from "type-graphql";
import { Node, UserError } from "./building-blocks.ts";
import { AccessLoss, SeatChange } from "./consequences.ts";
import { DateTime } from "./date-time.ts";
import { Group } from "./group.ts";
import { readEdge } from "./look-ahead.ts";
import { User, UserBy, UserConnection, UserFilter, UserOrder } from "./user.ts";

@ObjectType("Access", { description: "A user's access to one application." })
export class Access {
  @Field(() => Application)
  application: Application;
  @Field(() => ApplicationRole)
  role: ApplicationRole;
  @Field(() => [Group], { description: "Every group that gives it. Access ends when the user has left the last of them." })
  via: Group[];
}

@ObjectType("Application", { description: "A product that users are given access to, through groups.", implements: Node })
export class Application {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { description: "Short stable name, for example `wiki`." })
  key: string;
  @Field(() => String)
  name: string;
  @Field(() => String, { nullable: true })
  url: string | null;
  @Field(() => [Grant], {
    nullable: true,
    description: "The groups that open the application. At least one of them is a default.",
  })
  grants: Grant[] | null;
  @Field(() => Boolean, { description: "New users get it when nobody chose applications for them." })
  grantedToNewUsers: boolean;
  @Field(() => Int, { nullable: true, description: "Null means no limit." })
  seatLimit: number | null;
  @Field(() => Int, { description: "Distinct invited and active users who can open it." })
  seatsUsed: number;
}

@Resolver(() => Application)
export class ApplicationEdges {
  @FieldResolver(() => UserConnection, { nullable: true, description: "Null without scope `USERS_READ`." })
  users(
    @Root() from: Application,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, { defaultValue: 50 }) _first: number,
    @Arg("after", () => String, { nullable: true }) _after: string | null,
    @Arg("filter", () => UserFilter, { nullable: true }) _filter: UserFilter | null,
    @Arg("orderBy", () => UserOrder, { nullable: true }) _orderBy: UserOrder | null,
  ): UserConnection | null {
    return readEdge(from, info) as UserConnection; // as: the look-ahead put it there
  }
}

/** What a user can have done in an application. */
export const ContentKind = {
  REPORTED: "REPORTED",
  ASSIGNED: "ASSIGNED",
  COMMENTED: "COMMENTED",
  AUTHORED: "AUTHORED",
  EDITED: "EDITED",
} as const;
export type ContentKind = keyof typeof ContentKind;
registerEnumType(ContentKind, { name: "ContentKind", description: "What a user can have done in an application." });

@ObjectType("ContentCount", { description: "How much content of one kind a user has in an application." })
export class ContentCount {
  @Field(() => Application)
  application: Application;
  @Field(() => ContentKind)
  kind: ContentKind;
  @Field(() => Int)
  count: number;
}

@ObjectType("Grant", { description: "Membership of one group opens one application.", implements: Node })
export class Grant {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => Application)
  application: Application;
  @Field(() => Group)
  group: Group;
  @Field(() => ApplicationRole)
  role: ApplicationRole;
  @Field(() => Boolean, {
    description: "Giving a user the application adds the user to this group. Only for role USER and a group added by hand.",
  })
  default: boolean;
}

/** What access to an application allows. */
export const ApplicationRole = { USER: "USER", ADMIN: "ADMIN" } as const;
export type ApplicationRole = keyof typeof ApplicationRole;
registerEnumType(ApplicationRole, { name: "ApplicationRole", description: "What access to an application allows." });

@InputType("ApplicationCreateInput", { description: "What `applicationCreate` needs." })
export class ApplicationCreateInput {
  @Field(() => String)
  key: string;
  @Field(() => String)
  name: string;
  @Field(() => String, { nullable: true })
  url?: string | null;
  @Field(() => Boolean, { defaultValue: false })
  grantedToNewUsers: boolean;
  @Field(() => Int, { nullable: true })
  seatLimit?: number | null;
}

@ObjectType("ApplicationCreatePayload", { description: "What `applicationCreate` answers." })
export class ApplicationCreatePayload {
  @Field(() => Application, { nullable: true })
  application: Application | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("ApplicationUpdateInput", { description: "Fields left out stay as they are." })
export class ApplicationUpdateInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { nullable: true })
  name?: string | null;
  @Field(() => String, { nullable: true })
  url?: string | null;
  @Field(() => Boolean, { nullable: true })
  grantedToNewUsers?: boolean | null;
  @Field(() => Int, { nullable: true, description: "Null removes the limit. A limit below the seats used is refused." })
  seatLimit?: number | null;
}

@ObjectType("ApplicationUpdatePayload", { description: "What `applicationUpdate` answers." })
export class ApplicationUpdatePayload {
  @Field(() => Application, { nullable: true })
  application: Application | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("ApplicationDeleteInput", { description: "What `applicationDelete` needs." })
export class ApplicationDeleteInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("ApplicationDeletePayload", { description: "What `applicationDelete` answers." })
export class ApplicationDeletePayload {
  @Field(() => ID, { nullable: true })
  deletedId: string | null;
  @Field(() => [AccessLoss])
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("GrantSetInput", { description: "What `grantSet` needs." })
export class GrantSetInput {
  @Field(() => ID)
  applicationId: string;
  @Field(() => ID)
  groupId: string;
  @Field(() => ApplicationRole, { defaultValue: "USER" })
  role: ApplicationRole;
  @Field(() => Boolean, { defaultValue: false })
  default: boolean;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("GrantSetPayload", { description: "What `grantSet` answers." })
export class GrantSetPayload {
  @Field(() => Grant, { nullable: true })
  grant: Grant | null;
  @Field(() => [SeatChange])
  seats: SeatChange[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("GrantDeleteInput", { description: "What `grantDelete` needs." })
export class GrantDeleteInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("GrantDeletePayload", { description: "What `grantDelete` answers." })
export class GrantDeletePayload {
  @Field(() => ID, { nullable: true })
  deletedId: string | null;
  @Field(() => [SeatChange])
  seats: SeatChange[];
  @Field(() => [AccessLoss])
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("AccessGiveInput", { description: "What `accessGive` needs." })
export class AccessGiveInput {
  @Field(() => ID)
  applicationId: string;
  @Field(() => [ID])
  userIds: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("AccessGivePayload", { description: "What `accessGive` answers." })
export class AccessGivePayload {
  @Field(() => [User])
  users: User[];
  @Field(() => [SeatChange])
  seats: SeatChange[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("AccessTakeInput", { description: "What `accessTake` needs." })
export class AccessTakeInput {
  @Field(() => ID)
  applicationId: string;
  @Field(() => [ID])
  userIds: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("AccessTakePayload", { description: "What `accessTake` answers." })
export class AccessTakePayload {
  @Field(() => [User])
  users: User[];
  @Field(() => [SeatChange])
  seats: SeatChange[];
  @Field(() => [AccessLoss])
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("ContentReportInput", { description: "What `contentReport` needs." })
export class ContentReportInput {
  @Field(() => String)
  applicationKey: string;
  @Field(() => [ContentReportItem], { description: "At most 1000." })
  items: ContentReportItem[];
}

@InputType("ContentReportItem", {
  description: "What an application says of one user: of one kind of content, of the last activity, or both.",
})
export class ContentReportItem {
  @Field(() => UserBy)
  user: UserBy;
  @Field(() => ContentKind, { nullable: true })
  kind?: ContentKind | null;
  @Field(() => Int, { nullable: true, description: "How much there is now, not how much more." })
  count?: number | null;
  @Field(() => DateTime, { nullable: true })
  lastActiveAt?: string | null;
}

@ObjectType("ContentReportPayload", { description: "What `contentReport` answers." })
export class ContentReportPayload {
  @Field(() => Int, { description: "How many items were taken." })
  accepted: number;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
