import type { GraphQLResolveInfo } from "graphql";
import { Arg, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Resolver, Root, registerEnumType } from "type-graphql";
import { Actor } from "./actor.ts";
import { Access, ContentCount } from "./application.ts";
import { InputWarning, Node, OrderDirection, PageInfo, texts, UserError } from "./building-blocks.ts";
import { AccessLoss, SeatChange } from "./consequences.ts";
import { DateTime } from "./date-time.ts";
import { Directory } from "./directory.ts";
import { GroupConnection } from "./group.ts";
import { Invitation } from "./invitation.ts";
import { readEdge } from "./look-ahead.ts";
import { UserAction, Verdict } from "./verdict.ts";

@ObjectType("User", {
  description: "A member of the site: an account's membership, with its role, groups and access.",
  implements: Node,
})
export class User {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { description: "In its one spelling: lower case, domain in ASCII." })
  email: string;
  @Field(() => String, { description: "Unique within the site. Made from the email when nobody chose one." })
  username: string;
  @Field(() => String, { description: "The account's. Until the person joins, what this site was told." })
  fullName: string;
  @Field(() => String, { nullable: true, description: "Job title. Null when none is known." })
  title: string | null;
  @Field(() => UserRole, { description: "What the user may do on the site, besides using applications." })
  role: UserRole;
  @Field(() => UserStatus, { description: "Whether the user has joined the site and may sign in." })
  status: UserStatus;
  @Field(() => Boolean, {
    description: "True when this site's admins may edit the account, because the site verified its email's domain.",
  })
  managed: boolean;
  @Field(() => Directory, { nullable: true, description: "The directory that owns this user. Null for a user managed by hand." })
  directory: Directory | null;
  @Field(() => String, { nullable: true, description: "The user's ID in `directory`, or any ID set by an integration." })
  externalId: string | null;
  @Field(() => [Access], {
    nullable: true,
    description:
      "The applications that the user can open, each with every group that opens it. Null without scope `ACCESS_READ`.",
  })
  access: Access[] | null;
  @Field(() => Invitation, { nullable: true, description: "The invitation that the user has not accepted yet." })
  invitation: Invitation | null;
  @Field(() => [ContentCount], {
    description:
      "What the applications have reported of the user's content. Empty when there is none, and without scope `ACCESS_READ`.",
  })
  content: ContentCount[];
  @Field(() => DateTime, { description: "When the user was added to the site." })
  createdAt: string;
  @Field(() => DateTime, { nullable: true, description: "When the user first signed in to the site." })
  joinedAt: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "The latest sign-in to the site or activity that an application reported. Null when there was none.",
  })
  lastActiveAt: string | null;
  @Field(() => DateTime, { nullable: true, description: "Null unless `status` is `DEACTIVATED`." })
  deactivatedAt: string | null;
  @Field(() => Actor, { nullable: true, description: "Null without the scope to read the actor." })
  deactivatedBy: Actor | null;
  @Field(() => String, { nullable: true, description: "Why, in the words of who did it." })
  deactivationNote: string | null;
  @Field(() => User, {
    nullable: true,
    description: "The user at the right email, for one that was invited at the wrong one.",
  })
  replacedBy: User | null;
  @Field(() => Boolean, {
    description: "True when a directory owns the user. Unlike `directory`, everyone who sees the user sees this.",
  })
  synced: boolean;
  @Field(() => Int, {
    description: "Increases on every change. Pass it as `expectedVersion` to avoid overwriting someone else's change.",
  })
  version: number;
}

@Resolver(() => User)
export class UserEdges {
  @FieldResolver(() => GroupConnection, { nullable: true, description: "Null without scope `GROUPS_READ`." })
  groups(
    @Root() from: User,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, { defaultValue: 50, description: texts.first }) _first: number,
    @Arg("after", () => String, { nullable: true, description: texts.after }) _after: string | null,
  ): GroupConnection | null {
    return readEdge(from, info) as GroupConnection; // as: the look-ahead put it there
  }

  @FieldResolver(() => Verdict, { description: "Whether the viewer may do this to the user now, and if not, why not." })
  viewerCan(
    @Root() from: User,
    @Info() info: GraphQLResolveInfo,
    @Arg("action", () => UserAction, { description: "What the viewer would do to the user." }) _action: UserAction,
  ): Verdict {
    return readEdge(from, info) as Verdict; // as: the look-ahead put it there
  }
}

/** What a user may do on the site, besides using applications. */
export const UserRole = { ADMIN: "ADMIN", MANAGER: "MANAGER", MEMBER: "MEMBER" } as const;
export type UserRole = keyof typeof UserRole;
registerEnumType(UserRole, {
  name: "UserRole",
  description: "What a user may do on the site, besides using applications.",
  valuesConfig: {
    ADMIN: { description: "Can manage everything." },
    MANAGER: { description: "Can invite users and manage groups and access, but not admins, domains, directories or tokens." },
    MEMBER: { description: "Can use the applications granted." },
  },
});

/** Where a user stands. */
export const UserStatus = { INVITED: "INVITED", ACTIVE: "ACTIVE", DEACTIVATED: "DEACTIVATED" } as const;
export type UserStatus = keyof typeof UserStatus;
registerEnumType(UserStatus, {
  name: "UserStatus",
  description: "Where a user stands.",
  valuesConfig: {
    INVITED: { description: "Was added, has not signed in to the site yet, and holds seats already." },
    ACTIVE: { description: "Has joined, or was brought by a directory, can sign in, and holds seats." },
    DEACTIVATED: { description: "Cannot sign in and holds no seat. Keeps its groups, so that activating restores everything." },
  },
});

@InputType("UserFilter", { description: "Every condition given must hold." })
export class UserFilter {
  @Field(() => String, { nullable: true, description: "Matches the start of any word of the name, or of the email." })
  query?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: "Users with one of these emails, in any case of letters. An empty list finds nobody.",
  })
  emails?: string[] | null;
  @Field(() => [UserStatus], { nullable: true, description: "Users with one of these. An empty list finds nobody." })
  statuses?: UserStatus[] | null;
  @Field(() => [UserRole], { nullable: true, description: "Users with one of these. An empty list finds nobody." })
  roles?: UserRole[] | null;
  @Field(() => ID, { nullable: true, description: "Members of this group, whatever their status." })
  groupId?: string | null;
  @Field(() => ID, { nullable: true, description: "Users who can open this application." })
  applicationId?: string | null;
  @Field(() => ID, { nullable: true, description: "Users whom this directory owns." })
  directoryId?: string | null;
  @Field(() => [String], { nullable: true, description: "Users with one of these as `externalId`. An empty list finds nobody." })
  externalIds?: string[] | null;
  @Field(() => DateTime, { nullable: true, description: "Users who were last active before this moment, or never." })
  inactiveSince?: string | null;
}

@InputType("UserOrder", { description: "How to sort users. Ties are broken by ID." })
export class UserOrder {
  @Field(() => UserOrderField, { defaultValue: "FULL_NAME", description: "What to sort by." })
  field: UserOrderField;
  @Field(() => OrderDirection, { defaultValue: "ASC", description: "Which end comes first." })
  direction: OrderDirection;
}

/** What users can be sorted by. */
export const UserOrderField = {
  FULL_NAME: "FULL_NAME",
  EMAIL: "EMAIL",
  CREATED_AT: "CREATED_AT",
  LAST_ACTIVE_AT: "LAST_ACTIVE_AT",
} as const;
export type UserOrderField = keyof typeof UserOrderField;
registerEnumType(UserOrderField, {
  name: "UserOrderField",
  description: "What users can be sorted by.",
  valuesConfig: {
    FULL_NAME: { description: "By full name, in any case of letters." },
    EMAIL: { description: "By email." },
    CREATED_AT: { description: "By when the user was added to the site." },
    LAST_ACTIVE_AT: { description: "By the latest activity. Who was never active counts as the earliest." },
  },
});

@InputType("UserBy", { description: "Exactly one of these." })
export class UserBy {
  @Field(() => ID, { nullable: true, description: "Unique, opaque and stable." })
  id?: string | null;
  @Field(() => String, { nullable: true, description: "The user's email on this site, in any case of letters." })
  email?: string | null;
  @Field(() => String, { nullable: true, description: "In any case of letters." })
  username?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "Exactly as it is. Of several users with it, by several directories, the one added first.",
  })
  externalId?: string | null;
}

@ObjectType("UserConnection", { description: "A page of users." })
export class UserConnection {
  @Field(() => [UserEdge], { description: "Each item with its cursor." })
  edges: UserEdge[];
  @Field(() => [User], { description: "The items alone." })
  nodes: User[];
  @Field(() => PageInfo, { description: "Where this page starts and ends." })
  pageInfo: PageInfo;
  @Field(() => Int, { description: "How many items there are on all pages." })
  totalCount: number;
}

@ObjectType("UserEdge", { description: "One item of a page of users." })
export class UserEdge {
  @Field(() => String, { description: "Pass it as `after` to read what follows this item." })
  cursor: string;
  @Field(() => User, { description: "The item." })
  node: User;
}

@InputType("UserInviteInput", { description: "What `userInvite` needs." })
export class UserInviteInput {
  @Field(() => [UserInvitee], { description: "1 to 100 people, each email once." })
  invitees: UserInvitee[];
  @Field(() => UserRole, {
    defaultValue: "MEMBER",
    description: "What those who are new get. `ADMIN` and `MANAGER` need scope `ADMINS_WRITE` besides.",
  })
  role: UserRole;
  @Field(() => [ID], { nullable: true, description: "Left out: the applications that new users get. Empty: none." })
  applicationIds?: string[] | null;
  @Field(() => [ID], {
    defaultValue: [],
    description:
      "Groups to join besides the applications' own, none of them synced. Needs `GROUPS_WRITE` or `ACCESS_WRITE` besides.",
  })
  groupIds: string[];
  @Field(() => Boolean, {
    description: "False makes the invitation without a letter; `invitationResend` sends it later.",
    defaultValue: true,
  })
  sendEmail: boolean;
  @Field(() => String, { nullable: true, description: "Added to the letter as plain text. At most 1000 characters." })
  message?: string | null;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@InputType("UserInvitee", { description: "One person to invite." })
export class UserInvitee {
  @Field(() => String, {
    description: "One bare address, without a display name. Kept in its one spelling: lower case, domain in ASCII.",
  })
  email: string;
  @Field(() => String, {
    nullable: true,
    description:
      "1 to 64 characters, no blanks and none of `@ < > \" ' \\ /`, unique in the site. Left out: made from the email.",
  })
  username?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "At most 200 characters. Left out or empty: the part of the email before the `@`.",
  })
  fullName?: string | null;
}

@ObjectType("UserInvitePayload", { description: "What `userInvite` answers." })
export class UserInvitePayload {
  @Field(() => [User], {
    description: "One for each invitee, in the same order. Empty on a dry run and when `userErrors` is not.",
  })
  users: User[];
  @Field(() => [InputWarning], {
    description: "What to look at twice, for example an email one letter away from an existing user's.",
  })
  warnings: InputWarning[];
  @Field(() => [SeatChange], { description: "Seats that the change takes, by application." })
  seats: SeatChange[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("UserUpdateInput", { description: "Fields left out stay as they are." })
export class UserUpdateInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { nullable: true, description: "Only for managed accounts." })
  fullName?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "Only for managed accounts, and only to a domain that the site verified. Ends the account's sessions.",
  })
  email?: string | null;
  @Field(() => String, { nullable: true, description: "Only for managed accounts." })
  username?: string | null;
  @Field(() => String, { nullable: true, description: "Job title, at most 200 characters. Null or empty takes it away." })
  title?: string | null;
  @Field(() => UserRole, {
    nullable: true,
    description: "From or to `ADMIN` or `MANAGER` needs scope `ADMINS_WRITE` besides. The last active admin keeps the role.",
  })
  role?: UserRole | null;
  @Field(() => String, {
    nullable: true,
    description: "Any ID of yours, at most 200 characters. Null or empty takes it away. Refused for a synced user.",
  })
  externalId?: string | null;
  @Field(() => Int, { nullable: true, description: texts.expectedVersion })
  expectedVersion?: number | null;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("UserUpdatePayload", { description: "What `userUpdate` answers." })
export class UserUpdatePayload {
  @Field(() => User, {
    nullable: true,
    description: "As it is now; on a dry run, as it was. Null when `userErrors` is not empty.",
  })
  user: User | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("UserDeactivateInput", { description: "What `userDeactivate` needs." })
export class UserDeactivateInput {
  @Field(() => [ID], { description: "1 to 100 users. Who is deactivated already stays as they are." })
  ids: string[];
  @Field(() => String, { nullable: true, description: "Why. Kept with the user." })
  note?: string | null;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("UserDeactivatePayload", { description: "What `userDeactivate` answers." })
export class UserDeactivatePayload {
  @Field(() => [User], { description: texts.users })
  users: User[];
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [AccessLoss], { description: "Who loses which application." })
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("UserActivateInput", { description: "What `userActivate` needs." })
export class UserActivateInput {
  @Field(() => [ID], {
    description:
      "1 to 100 users. Who never joined and has no directory becomes `INVITED`, without a letter; others become `ACTIVE`.",
  })
  ids: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("UserActivatePayload", { description: "What `userActivate` answers." })
export class UserActivatePayload {
  @Field(() => [User], { description: texts.users })
  users: User[];
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
