import { Field, ID, InterfaceType, ObjectType, registerEnumType } from "type-graphql";

/** What the schema says in many places alike: of the arguments of lists, and of what inputs and payloads share. */
export const texts = {
  first: "How many, 1 to 200.",
  after: "The `endCursor` of the page before; left out for the first page.",
  filter: "Which items; left out for all.",
  orderBy: "How to sort them; left out for full names from A to Z.",
  expectedVersion:
    "The `version` that you read. Refused with `CONFLICT` when it is another one now; left out, nothing is compared.",
  users: "Those named, as they are now; on a dry run, as they were. Empty when `userErrors` is not.",
  usersSeen:
    "Those named, as they are now; on a dry run, as they were. Empty when `userErrors` is not, and without scope `USERS_READ`.",
  group: "As it is now; on a dry run, as it was. Null when `userErrors` is not empty.",
  deletedId: "What was deleted. Null on a dry run and when `userErrors` is not empty.",
  seats: "Seats taken or freed, by application. On a dry run, what would be. Empty when none move.",
  accessLost: "Who loses which application. On a dry run, who would. Empty when nobody does.",
} as const;

@InterfaceType("Node", {
  description:
    "An object with a globally unique, opaque and stable ID.  The ID starts with a prefix that names its type, for example `usr_01JD…`. Treat it as a string: never build or parse one.",
})
export class Node {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
}

@ObjectType("PageInfo", { description: "Where a page of a connection starts and ends." })
export class PageInfo {
  @Field(() => Boolean, { description: "True when `first` more items exist after `endCursor`." })
  hasNextPage: boolean;
  @Field(() => Boolean, { description: "True when items exist before `startCursor`." })
  hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: "The cursor of the first item. Null when the page is empty." })
  startCursor: string | null;
  @Field(() => String, { nullable: true, description: "Pass this as `after` to read the next page." })
  endCursor: string | null;
}

/** Which end of an order comes first. */
export const OrderDirection = { ASC: "ASC", DESC: "DESC" } as const;
export type OrderDirection = keyof typeof OrderDirection;
registerEnumType(OrderDirection, {
  name: "OrderDirection",
  description: "Which end of an order comes first.",
  valuesConfig: {
    ASC: { description: "A to Z, the earliest first." },
    DESC: { description: "Z to A, the latest first." },
  },
});

@ObjectType("UserError", {
  description:
    "Why a mutation changed nothing. Every mutation is one transaction: when `userErrors` is not empty, nothing was changed.",
})
export class UserError {
  @Field(() => UserErrorCode, {
    description: "Stable reason to branch on. New values can be added: treat an unknown value as `INVALID`.",
  })
  code: UserErrorCode;
  @Field(() => String, { description: "One plain English sentence to show to a person." })
  message: string;
  @Field(() => [String], {
    description:
      'Path of the faulty input, for example `["input", "invitees", "3", "email"]`. Empty when no single input is at fault.',
  })
  path: string[];
}

/** The reasons a mutation can be refused. */
export const UserErrorCode = {
  INVALID: "INVALID",
  TAKEN: "TAKEN",
  NOT_FOUND: "NOT_FOUND",
  FORBIDDEN: "FORBIDDEN",
  WRONG_STATE: "WRONG_STATE",
  EXPIRED: "EXPIRED",
  MANAGED_BY_DIRECTORY: "MANAGED_BY_DIRECTORY",
  LAST_ADMIN: "LAST_ADMIN",
  LIMIT_EXCEEDED: "LIMIT_EXCEEDED",
  CONFLICT: "CONFLICT",
  NOT_MANAGED: "NOT_MANAGED",
  HAS_CONTENT: "HAS_CONTENT",
  NO_SEATS: "NO_SEATS",
  BAD_CREDENTIALS: "BAD_CREDENTIALS",
  RATE_LIMITED: "RATE_LIMITED",
  PROOF_NOT_FOUND: "PROOF_NOT_FOUND",
  PUBLIC_DOMAIN: "PUBLIC_DOMAIN",
  DIRECTORY_UNAVAILABLE: "DIRECTORY_UNAVAILABLE",
} as const;
export type UserErrorCode = keyof typeof UserErrorCode;
registerEnumType(UserErrorCode, {
  name: "UserErrorCode",
  description: "The reasons a mutation can be refused.",
  valuesConfig: {
    INVALID: { description: "The value is missing, malformed or out of range." },
    TAKEN: { description: "The value is already used by another object." },
    NOT_FOUND: { description: "No such object, or the viewer may not see it." },
    FORBIDDEN: { description: "The viewer can see the object but may not do this to it." },
    WRONG_STATE: { description: "The object is not in a state that allows this, for example accepting a revoked invitation." },
    EXPIRED: { description: "The invitation, plan or challenge has expired." },
    MANAGED_BY_DIRECTORY: { description: "The object is managed by a directory and can only be changed there." },
    LAST_ADMIN: { description: "The change would leave the site without an active admin." },
    LIMIT_EXCEEDED: { description: "The change exceeds a limit, for example more than 100 invitees." },
    CONFLICT: { description: "The object changed since `expectedVersion` was read." },
    NOT_MANAGED: { description: "The account's email domain is not verified by this site, so only its owner may edit it." },
    HAS_CONTENT: { description: "The user has content in an application: deactivate instead of deleting." },
    NO_SEATS: { description: "An application that the change opens has no free seat. Nothing was changed." },
    BAD_CREDENTIALS: { description: "The email, password or token is wrong. Says the same whichever it was." },
    RATE_LIMITED: { description: "Too many tries: wait as long as the message says." },
    PROOF_NOT_FOUND: { description: "Neither the domain's DNS record nor its HTTPS file was found." },
    PUBLIC_DOMAIN: {
      description: "The domain belongs to the public (gmail.com) or is a public suffix (co.uk): nobody can claim it.",
    },
    DIRECTORY_UNAVAILABLE: { description: "The connected directory refused or did not answer." },
  },
});

@ObjectType("FieldChange", { description: "The value of a field before and after a change. Secrets are never shown." })
export class FieldChange {
  @Field(() => String, { description: "Its name, for example `fullName`." })
  field: string;
  @Field(() => String, { nullable: true, description: "The value before, as text. Null when there was none or it is not shown." })
  from: string | null;
  @Field(() => String, { nullable: true, description: "The value after, as text. Null when there is none or it is not shown." })
  to: string | null;
}

/** What an API token may be allowed to do. */
export const Scope = {
  USERS_READ: "USERS_READ",
  USERS_WRITE: "USERS_WRITE",
  ADMINS_WRITE: "ADMINS_WRITE",
  GROUPS_READ: "GROUPS_READ",
  GROUPS_WRITE: "GROUPS_WRITE",
  ACCESS_READ: "ACCESS_READ",
  ACCESS_WRITE: "ACCESS_WRITE",
  DIRECTORIES_READ: "DIRECTORIES_READ",
  DIRECTORIES_WRITE: "DIRECTORIES_WRITE",
  DOMAINS_READ: "DOMAINS_READ",
  DOMAINS_WRITE: "DOMAINS_WRITE",
  SITE_WRITE: "SITE_WRITE",
  CONTENT_WRITE: "CONTENT_WRITE",
  AUDIT_READ: "AUDIT_READ",
  TOKENS_WRITE: "TOKENS_WRITE",
} as const;
export type Scope = keyof typeof Scope;
registerEnumType(Scope, {
  name: "Scope",
  description: "What an API token may be allowed to do.",
  valuesConfig: {
    USERS_READ: { description: "See users, their invitations, and how many users there are." },
    USERS_WRITE: { description: "Invite, change, deactivate, activate, replace and delete users. Includes `USERS_READ`." },
    ADMINS_WRITE: { description: "With `USERS_WRITE`: make, change or remove an ADMIN or MANAGER, and change anyone's email." },
    GROUPS_READ: { description: "See groups. Their members need `USERS_READ` besides." },
    GROUPS_WRITE: { description: "Make, change and delete groups, and add and remove members. Includes `GROUPS_READ`." },
    ACCESS_READ: { description: "See applications, what opens them, and what they report of users' content." },
    ACCESS_WRITE: {
      description: "Make, change and delete applications, and give and take access to them. Includes `ACCESS_READ`.",
    },
    DIRECTORIES_READ: { description: "See connected directories and their sync runs." },
    DIRECTORIES_WRITE: { description: "Connect, change, disconnect and sync directories. Includes `DIRECTORIES_READ`." },
    DOMAINS_READ: { description: "See the site's email domains." },
    DOMAINS_WRITE: { description: "Add, verify and remove the site's email domains. Includes `DOMAINS_READ`." },
    SITE_WRITE: { description: "Change the site itself, and turn its accounts global." },
    CONTENT_WRITE: { description: "For applications: report users' content and last activity." },
    AUDIT_READ: { description: "Read the audit trail." },
    TOKENS_WRITE: { description: "See, make and revoke API tokens." },
  },
});

@ObjectType("InputWarning", { description: "Something about an input to look at twice. It refuses nothing." })
export class InputWarning {
  @Field(() => String, { description: "One plain English sentence to show to a person." })
  message: string;
  @Field(() => [String], {
    description: 'Path of the input that it is about, for example `["input", "invitees", "3", "email"]`.',
  })
  path: string[];
}
