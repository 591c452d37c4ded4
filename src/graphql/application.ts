import type { GraphQLResolveInfo } from "graphql";
import { Arg, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Resolver, Root, registerEnumType } from "type-graphql";
import { Node, texts, UserError } from "./building-blocks.ts";
import { AccessLoss, SeatChange } from "./consequences.ts";
import { DateTime } from "./date-time.ts";
import { Group } from "./group.ts";
import { readEdge } from "./look-ahead.ts";
import { User, UserBy, UserConnection, UserFilter, UserOrder } from "./user.ts";

@ObjectType("Access", { description: "A user's access to one application." })
export class Access {
  @Field(() => Application, { description: "The application that the user can open." })
  application: Application;
  @Field(() => ApplicationRole, { description: "The most that any of the groups gives: `ADMIN` where one of them does." })
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
  @Field(() => String, { description: "As people see it." })
  name: string;
  @Field(() => String, { nullable: true, description: "Where people open it, an http or https URL. Null when none was given." })
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
    @Arg("first", () => Int, { defaultValue: 50, description: texts.first }) _first: number,
    @Arg("after", () => String, { nullable: true, description: texts.after }) _after: string | null,
    @Arg("filter", () => UserFilter, { nullable: true, description: texts.filter }) _filter: UserFilter | null,
    @Arg("orderBy", () => UserOrder, { nullable: true, description: texts.orderBy }) _orderBy: UserOrder | null,
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
registerEnumType(ContentKind, {
  name: "ContentKind",
  description: "What a user can have done in an application.",
  valuesConfig: {
    REPORTED: { description: "Reported an issue." },
    ASSIGNED: { description: "Was assigned an issue." },
    COMMENTED: { description: "Wrote a comment." },
    AUTHORED: { description: "Authored content." },
    EDITED: { description: "Edited content." },
  },
});

@ObjectType("ContentCount", { description: "How much content of one kind a user has in an application." })
export class ContentCount {
  @Field(() => Application, { description: "The application that reported it." })
  application: Application;
  @Field(() => ContentKind, { description: "What the user did." })
  kind: ContentKind;
  @Field(() => Int, { description: "How many items, as last reported. Always 1 or more." })
  count: number;
}

@ObjectType("Grant", { description: "Membership of one group opens one application.", implements: Node })
export class Grant {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => Application, { description: "What the group's members can open." })
  application: Application;
  @Field(() => Group, { description: "Whose members can open the application." })
  group: Group;
  @Field(() => ApplicationRole, { description: "What the application lets them do." })
  role: ApplicationRole;
  @Field(() => Boolean, {
    description: "Giving a user the application adds the user to this group. Only for role USER and a group added by hand.",
  })
  default: boolean;
}

/** What access to an application allows. */
export const ApplicationRole = { USER: "USER", ADMIN: "ADMIN" } as const;
export type ApplicationRole = keyof typeof ApplicationRole;
registerEnumType(ApplicationRole, {
  name: "ApplicationRole",
  description: "What access to an application allows.",
  valuesConfig: {
    USER: { description: "To use the application." },
    ADMIN: { description: "To administer it, too. What that allows is the application's own to decide." },
  },
});

@InputType("ApplicationCreateInput", { description: "What `applicationCreate` needs." })
export class ApplicationCreateInput {
  @Field(() => String, {
    description: "2 to 40 lower-case letters, digits and hyphens, starting with a letter. Unique in the site; never changes.",
  })
  key: string;
  @Field(() => String, { description: "1 to 100 characters." })
  name: string;
  @Field(() => String, {
    nullable: true,
    description: "http or https, at most 1000 characters, without a user name and password. Left out or empty: none.",
  })
  url?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: "True gives it to new users for whom nobody chooses applications." })
  grantedToNewUsers: boolean;
  @Field(() => Int, {
    nullable: true,
    description: "How many invited and active users can open it, at least 1. Left out or null: no limit.",
  })
  seatLimit?: number | null;
}

@ObjectType("ApplicationCreatePayload", { description: "What `applicationCreate` answers." })
export class ApplicationCreatePayload {
  @Field(() => Application, { nullable: true, description: "The new application. Null when `userErrors` is not empty." })
  application: Application | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("ApplicationUpdateInput", { description: "Fields left out stay as they are." })
export class ApplicationUpdateInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { nullable: true, description: "1 to 100 characters." })
  name?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "http or https, at most 1000 characters, without a user name and password. Null or empty takes it away.",
  })
  url?: string | null;
  @Field(() => Boolean, { nullable: true, description: "True gives it to new users for whom nobody chooses applications." })
  grantedToNewUsers?: boolean | null;
  @Field(() => Int, { nullable: true, description: "Null removes the limit. A limit below the seats used is refused." })
  seatLimit?: number | null;
}

@ObjectType("ApplicationUpdatePayload", { description: "What `applicationUpdate` answers." })
export class ApplicationUpdatePayload {
  @Field(() => Application, { nullable: true, description: "As it is now. Null when `userErrors` is not empty." })
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
  @Field(() => ID, { nullable: true, description: texts.deletedId })
  deletedId: string | null;
  @Field(() => [AccessLoss], {
    description: "Who loses the application, or would on a dry run; the application as it was. Empty when nobody does.",
  })
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("GrantSetInput", { description: "What `grantSet` needs." })
export class GrantSetInput {
  @Field(() => ID, { description: "The application to open." })
  applicationId: string;
  @Field(() => ID, { description: "The group whose members can open it from now on." })
  groupId: string;
  @Field(() => ApplicationRole, { defaultValue: "USER", description: "What the application lets them do." })
  role: ApplicationRole;
  @Field(() => Boolean, {
    defaultValue: false,
    description: "True: who is given the application joins this group. False is refused for the application's last default.",
  })
  default: boolean;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("GrantSetPayload", { description: "What `grantSet` answers." })
export class GrantSetPayload {
  @Field(() => Grant, {
    nullable: true,
    description: "On a dry run as it was, so null when it would be new. Null when `userErrors` is not empty, too.",
  })
  grant: Grant | null;
  @Field(() => [SeatChange], { description: texts.seats })
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
  @Field(() => ID, { nullable: true, description: texts.deletedId })
  deletedId: string | null;
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [AccessLoss], { description: texts.accessLost })
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("AccessGiveInput", { description: "What `accessGive` needs." })
export class AccessGiveInput {
  @Field(() => ID, { description: "The application whose default groups the users join." })
  applicationId: string;
  @Field(() => [ID], { description: "1 to 100 users. Who is in the groups already stays as they are." })
  userIds: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("AccessGivePayload", { description: "What `accessGive` answers." })
export class AccessGivePayload {
  @Field(() => [User], { description: texts.usersSeen })
  users: User[];
  @Field(() => [SeatChange], {
    description: "Seats taken, by application, also of others that the groups open. On a dry run, what would be.",
  })
  seats: SeatChange[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("AccessTakeInput", { description: "What `accessTake` needs." })
export class AccessTakeInput {
  @Field(() => ID, { description: "The application whose groups the users leave, default or not." })
  applicationId: string;
  @Field(() => [ID], { description: "1 to 100 users. Refused where a directory has put one of them into such a group." })
  userIds: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("AccessTakePayload", { description: "What `accessTake` answers." })
export class AccessTakePayload {
  @Field(() => [User], { description: texts.usersSeen })
  users: User[];
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [AccessLoss], {
    description: "Who loses which application, also others that the groups open. On a dry run, who would.",
  })
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("ContentReportInput", { description: "What `contentReport` needs." })
export class ContentReportInput {
  @Field(() => String, { description: "The application that reports: the one that the token was made for." })
  applicationKey: string;
  @Field(() => [ContentReportItem], { description: "At most 1000." })
  items: ContentReportItem[];
}

@InputType("ContentReportItem", {
  description: "What an application says of one user: of one kind of content, of the last activity, or both.",
})
export class ContentReportItem {
  @Field(() => UserBy, { description: "Whom it is about." })
  user: UserBy;
  @Field(() => ContentKind, {
    nullable: true,
    description: "Given together with `count`, once for each user and kind. Both left out: only `lastActiveAt` is told.",
  })
  kind?: ContentKind | null;
  @Field(() => Int, { nullable: true, description: "How much there is now, not how much more." })
  count?: number | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "Not in the future, give or take 5 minutes. A moment before the one known changes nothing.",
  })
  lastActiveAt?: string | null;
}

@ObjectType("ContentReportPayload", { description: "What `contentReport` answers." })
export class ContentReportPayload {
  @Field(() => Int, { description: "How many items were taken." })
  accepted: number;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
