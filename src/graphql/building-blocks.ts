import { Field, ID, InterfaceType, ObjectType, registerEnumType } from "type-graphql";

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
  @Field(() => String, { nullable: true })
  startCursor: string | null;
  @Field(() => String, { nullable: true, description: "Pass this as `after` to read the next page." })
  endCursor: string | null;
}

/** Which end of an order comes first. */
export const OrderDirection = { ASC: "ASC", DESC: "DESC" } as const;
export type OrderDirection = keyof typeof OrderDirection;
registerEnumType(OrderDirection, { name: "OrderDirection", description: "Which end of an order comes first." });

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
  @Field(() => String)
  field: string;
  @Field(() => String, { nullable: true })
  from: string | null;
  @Field(() => String, { nullable: true })
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
    ADMINS_WRITE: { description: "With `USERS_WRITE`: make, change or remove an ADMIN or MANAGER, and change anyone's email." },
    CONTENT_WRITE: { description: "For applications: report users' content and last activity." },
  },
});

@ObjectType("InputWarning", { description: "Something about an input to look at twice. It refuses nothing." })
export class InputWarning {
  @Field(() => String)
  message: string;
  @Field(() => [String])
  path: string[];
}
