import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";
import { type CreatedApiToken, createApiToken } from "../actions/tokens/create-api-token.ts";
import { revokeApiToken } from "../actions/tokens/revoke-api-token.ts";
import { listApiTokens } from "../queries/api-tokens.ts";
import { one } from "./answers.ts";
import { ApiToken, ApiTokenCreateInput, ApiTokenCreatePayload, ApiTokenRevokeInput, ApiTokenRevokePayload } from "./api-token.ts";
import { ask, change } from "./ask.ts";
import type { Context } from "./context.ts";

/** The credentials of scripts. */
@Resolver()
export class ApiTokenResolver {
  @Query(() => [ApiToken], {
    nullable: true,
    description: "Every API token of the site that is not revoked. Scope: `TOKENS_WRITE`.",
  })
  apiTokens(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<ApiToken[] | null> {
    return ask(context, info, "TOKENS_WRITE", (reader, selection) => listApiTokens(reader, selection));
  }

  @Mutation(() => ApiTokenCreatePayload, {
    nullable: true,
    description: "Makes a credential for scripts. Scopes: `TOKENS_WRITE` and every scope that the token gets.",
  })
  async apiTokenCreate(
    @Arg("input", () => ApiTokenCreateInput) input: ApiTokenCreateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ApiTokenCreatePayload> {
    return change<CreatedApiToken, ApiTokenCreatePayload>(
      context,
      info,
      "apiTokenCreate",
      input,
      (work) => createApiToken(work, input),
      {
        fields: {
          token: (reader, { tokenId }, selection) => one("ApiToken")(reader, tokenId, selection),
          secret: (_reader, { secret }) => Promise.resolve(secret),
        },
        nothing: { token: null, secret: null },
      },
    );
  }

  @Mutation(() => ApiTokenRevokePayload, {
    nullable: true,
    description: "Ends a token and every token that it made. Scope: `TOKENS_WRITE`.",
  })
  async apiTokenRevoke(
    @Arg("input", () => ApiTokenRevokeInput) input: ApiTokenRevokeInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ApiTokenRevokePayload> {
    return change(context, info, "apiTokenRevoke", input, (work) => revokeApiToken(work, input), {
      fields: { token: one("ApiToken") },
      nothing: { token: null },
    });
  }
}
