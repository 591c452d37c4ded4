import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Actor } from "./actor.ts";
import { Node, PageInfo, UserError } from "./building-blocks.ts";
import { DateTime } from "./date-time.ts";
import { User } from "./user.ts";
import { Session } from "./viewer.ts";

@ObjectType("Invitation", {
  description: "An offer to a user to join the site. Deactivating, replacing or deleting the user ends it.",
  implements: Node,
})
export class Invitation {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => User, { nullable: true, description: "The invited user, listed with the site's users from the start." })
  user: User | null;
  @Field(() => String, { description: "The invited address, in its one spelling: lower case, domain in ASCII." })
  email: string;
  @Field(() => InvitationStatus, { description: "Whether it can still be accepted." })
  status: InvitationStatus;
  @Field(() => InvitationDelivery, { description: "Where its last letter stands." })
  delivery: InvitationDelivery;
  @Field(() => String, { nullable: true, description: "Why the last letter could not be delivered." })
  deliveryFailure: string | null;
  @Field(() => Actor, {
    nullable: true,
    description: "Who made it or sent it last. Null for the operator, for who is deleted, and without the scope to read them.",
  })
  invitedBy: Actor | null;
  @Field(() => DateTime, { description: "When the invitation was made." })
  createdAt: string;
  @Field(() => DateTime, {
    nullable: true,
    description: "Null until a letter was sent: an invitation can be made without one and sent later.",
  })
  lastSentAt: string | null;
  @Field(() => Int, { description: "How many letters were written for it. 0 while `delivery` is `NOT_SENT`." })
  sentCount: number;
  @Field(() => DateTime, { description: "When its link stops working. Sending it again moves this on." })
  expiresAt: string;
}

/** Where an invitation stands. */
export const InvitationStatus = { PENDING: "PENDING", ACCEPTED: "ACCEPTED", REVOKED: "REVOKED", EXPIRED: "EXPIRED" } as const;
export type InvitationStatus = keyof typeof InvitationStatus;
registerEnumType(InvitationStatus, {
  name: "InvitationStatus",
  description: "Where an invitation stands.",
  valuesConfig: {
    PENDING: { description: "Can be accepted, by its link or by signing in." },
    ACCEPTED: { description: "The person joined: its link works no more." },
    REVOKED: { description: "Ended without being accepted: its link is void." },
    EXPIRED: { description: "Too old to be accepted. The user keeps the seats; `invitationResend` renews it." },
  },
});

/** Where an invitation's letter stands. */
export const InvitationDelivery = { NOT_SENT: "NOT_SENT", QUEUED: "QUEUED", SENT: "SENT", FAILED: "FAILED" } as const;
export type InvitationDelivery = keyof typeof InvitationDelivery;
registerEnumType(InvitationDelivery, {
  name: "InvitationDelivery",
  description: "Where an invitation's letter stands.",
  valuesConfig: {
    NOT_SENT: { description: "No letter was asked for." },
    QUEUED: { description: "On its way to the mail server, which is tried for about three days." },
    SENT: { description: "The mail server took it. Whether it was read is not known." },
    FAILED: { description: "The mail server refused it, or it was tried too often." },
  },
});

@InputType("InvitationFilter", { description: "Every condition given must hold." })
export class InvitationFilter {
  @Field(() => String, { nullable: true, description: "Matches the start of the email, in any case of letters." })
  query?: string | null;
  @Field(() => [String], { nullable: true, description: "Invitations of any of these addresses. An empty list finds nothing." })
  emails?: string[] | null;
  @Field(() => [InvitationStatus], {
    nullable: true,
    description: "Invitations that stand at any of these. An empty list finds nothing.",
  })
  statuses?: InvitationStatus[] | null;
  @Field(() => [InvitationDelivery], {
    nullable: true,
    description: "Invitations whose letter stands at any of these. An empty list finds nothing.",
  })
  deliveries?: InvitationDelivery[] | null;
}

@ObjectType("InvitationConnection", { description: "A page of invitations." })
export class InvitationConnection {
  @Field(() => [InvitationEdge], { description: "Each item with its cursor." })
  edges: InvitationEdge[];
  @Field(() => [Invitation], { description: "The items alone." })
  nodes: Invitation[];
  @Field(() => PageInfo, { description: "Where this page starts and ends." })
  pageInfo: PageInfo;
  @Field(() => Int, { description: "How many items there are on all pages." })
  totalCount: number;
}

@ObjectType("InvitationEdge", { description: "One item of a page of invitations." })
export class InvitationEdge {
  @Field(() => String, { description: "Pass it as `after` to read what follows this item." })
  cursor: string;
  @Field(() => Invitation, { description: "The item." })
  node: Invitation;
}

@InputType("InvitationResendInput", { description: "What `invitationResend` needs." })
export class InvitationResendInput {
  @Field(() => [ID], { description: "1 to 100 invitations, `PENDING` or `EXPIRED`. At most one letter a minute to an address." })
  ids: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("InvitationResendPayload", { description: "What `invitationResend` answers." })
export class InvitationResendPayload {
  @Field(() => [Invitation], { description: "Each invitation once; on a dry run as it is. Empty when `userErrors` is not." })
  invitations: Invitation[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("InvitationRevokeInput", { description: "What `invitationRevoke` needs." })
export class InvitationRevokeInput {
  @Field(() => [ID], { description: "1 to 100 invitations that were not accepted. Revoking one again changes nothing." })
  ids: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("InvitationRevokePayload", { description: "What `invitationRevoke` answers." })
export class InvitationRevokePayload {
  @Field(() => [Invitation], { description: "Each invitation once; on a dry run as it is. Empty when `userErrors` is not." })
  invitations: Invitation[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("InvitationAcceptInput", { description: "What `invitationAccept` needs." })
export class InvitationAcceptInput {
  @Field(() => String, { description: "The token of the link in the letter." })
  token: string;
  @Field(() => String, { nullable: true, description: "For a new account. An existing account keeps its own." })
  fullName?: string | null;
  @Field(() => String, { nullable: true, description: "For a new account: 12 to 256 characters." })
  password?: string | null;
  @Field(() => String, {
    nullable: true,
    description: "For a new account, instead of `password`: an ID token whose verified email is the invited one.",
  })
  idToken?: string | null;
}

@ObjectType("InvitationAcceptPayload", { description: "What `invitationAccept` answers." })
export class InvitationAcceptPayload {
  @Field(() => User, { nullable: true, description: "Who joined, now `ACTIVE`. Null when `userErrors` says why not." })
  user: User | null;
  @Field(() => Session, {
    nullable: true,
    description: "A new session of theirs; a browser gets its cookie, too. Null when `userErrors` says why not.",
  })
  session: Session | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
