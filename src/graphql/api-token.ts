import { Field, ID, InputType, ObjectType } from "type-graphql";
import { Node, Scope, UserError } from "./building-blocks.ts";
import { DateTime } from "./date-time.ts";
import { User } from "./user.ts";

@ObjectType("ApiToken", { description: "A credential for scripts. Only a hash of its secret is kept.", implements: Node })
export class ApiToken {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String)
  name: string;
  @Field(() => String, { description: "The first characters of the secret, to tell tokens apart." })
  hint: string;
  @Field(() => [Scope])
  scopes: Scope[];
  @Field(() => User, { nullable: true })
  createdBy: User | null;
  @Field(() => DateTime)
  createdAt: string;
  @Field(() => DateTime, { nullable: true })
  lastUsedAt: string | null;
  @Field(() => DateTime, { nullable: true })
  expiresAt: string | null;
  @Field(() => DateTime, { nullable: true })
  revokedAt: string | null;
}

@InputType("ApiTokenCreateInput", { description: "What `apiTokenCreate` needs." })
export class ApiTokenCreateInput {
  @Field(() => String)
  name: string;
  @Field(() => [Scope])
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
  @Field(() => ApiToken, { nullable: true })
  token: ApiToken | null;
  @Field(() => String, { nullable: true, description: "Shown this one time only." })
  secret: string | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("ApiTokenRevokeInput", { description: "What `apiTokenRevoke` needs." })
export class ApiTokenRevokeInput {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
}

@ObjectType("ApiTokenRevokePayload", { description: "What `apiTokenRevoke` answers." })
export class ApiTokenRevokePayload {
  @Field(() => ApiToken, { nullable: true })
  token: ApiToken | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
