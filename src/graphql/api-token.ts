import { Field, ID, InputType, ObjectType } from "type-graphql";
import { Node, Scope, UserError } from "./building-blocks.ts";
import { DateTime } from "./date-time.ts";
import { User } from "./user.ts";

@ObjectType("ApiToken", { description: "A credential for scripts. Only a hash of its secret is kept.", implements: Node })
export class ApiToken {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { description: "What people know it by, 1 to 100 characters." })
  name: string;
  @Field(() => String, { description: "The first characters of the secret, to tell tokens apart." })
  hint: string;
  @Field(() => [Scope], { description: "As it was made. It may never do more than its creator may now: see `Viewer.scopes`." })
  scopes: Scope[];
  @Field(() => User, {
    nullable: true,
    description: "Whom it belongs to, and dies with. Null for the operator's, and without scope `USERS_READ`.",
  })
  createdBy: User | null;
  @Field(() => DateTime, { description: "When it was made." })
  createdAt: string;
  @Field(() => DateTime, { nullable: true, description: "When it was last used. Null when that was not noted." })
  lastUsedAt: string | null;
  @Field(() => DateTime, { nullable: true, description: "From when on it is refused. Null never expires." })
  expiresAt: string | null;
  @Field(() => DateTime, { nullable: true, description: "When it was ended for good. Null while it was not." })
  revokedAt: string | null;
}

@InputType("ApiTokenCreateInput", { description: "What `apiTokenCreate` needs." })
export class ApiTokenCreateInput {
  @Field(() => String, { description: "What people know it by, 1 to 100 characters." })
  name: string;
  @Field(() => [Scope], { description: "At least one, and none that you do not have. WRITE implies READ." })
  scopes: Scope[];
  @Field(() => ID, { nullable: true, description: "Required with, and only for, `CONTENT_WRITE`." })
  applicationId?: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "Null never expires, or with the token that makes this one. Prefer at most one year.",
  })
  expiresAt?: string | null;
}

@ObjectType("ApiTokenCreatePayload", { description: "What `apiTokenCreate` answers." })
export class ApiTokenCreatePayload {
  @Field(() => ApiToken, { nullable: true, description: "The new token. Null when `userErrors` says why not." })
  token: ApiToken | null;
  @Field(() => String, { nullable: true, description: "Shown this one time only." })
  secret: string | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("ApiTokenRevokeInput", { description: "What `apiTokenRevoke` needs." })
export class ApiTokenRevokeInput {
  @Field(() => ID, { description: "The token to end." })
  id: string;
}

@ObjectType("ApiTokenRevokePayload", { description: "What `apiTokenRevoke` answers." })
export class ApiTokenRevokePayload {
  @Field(() => ApiToken, {
    nullable: true,
    description: "The token, which is refused from now on. Null when `userErrors` says why not.",
  })
  token: ApiToken | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
