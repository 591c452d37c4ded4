import { GraphQLError, type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";
import { type ReplacementPassword, readyPassword, replacePassword } from "../actions/accounts/ready-password.ts";
import { requestPasswordReset } from "../actions/accounts/request-password-reset.ts";
import { resetPassword } from "../actions/accounts/reset-password.ts";
import { updateAccount } from "../actions/accounts/update-account.ts";
import { spellEmail } from "../model/email.ts";
import { hashToken } from "../secrets/token.ts";
import {
  AccountUpdateInput,
  AccountUpdatePayload,
  PasswordResetInput,
  PasswordResetPayload,
  PasswordResetRequestInput,
  PasswordResetRequestPayload,
} from "./account.ts";
import { one } from "./answers.ts";
import { change, placeOf } from "./ask.ts";
import { beforehand } from "./beforehand.ts";
import type { Context } from "./context.ts";
import { atSiteOfLink } from "./site-of-link.ts";

const nothing = { fields: {}, nothing: {} };

/** What people do about their own accounts. */
@Resolver()
export class AccountResolver {
  @Mutation(() => PasswordResetRequestPayload, {
    nullable: true,
    description: "Sends a reset letter if the account exists. Answers the same either way. Needs no scope.",
  })
  async passwordResetRequest(
    @Arg("input", () => PasswordResetRequestInput) input: PasswordResetRequestInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PasswordResetRequestPayload> {
    const spelled = spellEmail(input.email);
    const key = `reset ${"email" in spelled ? spelled.email : "none"}`;
    const counted = await beforehand(() => context.tries.spend([key, `address ${context.ipAddress}`]));
    if ("userErrors" in counted) return counted;
    return change(context, info, "passwordResetRequest", {}, (work) => requestPasswordReset(work, input), nothing);
  }

  @Mutation(() => PasswordResetPayload, {
    nullable: true,
    description: "Sets a new password with the token of the letter, and ends every session of the account. Needs no scope.",
  })
  async passwordReset(
    @Arg("input", () => PasswordResetInput) { token, password }: PasswordResetInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PasswordResetPayload> {
    // Hashed whatever the link is: how long an answer takes does not tell one that is known from one that is not.
    const ready = await beforehand(async () => {
      await context.tries.spend([`link ${hashToken(token)}`, `address ${context.ipAddress}`]);
      return readyPassword(password);
    });
    if ("userErrors" in ready) return ready;
    const there = await atSiteOfLink(context, token);
    return change(there, info, "passwordReset", {}, (work) => resetPassword(work, { token, password: ready.value }), nothing);
  }

  @Mutation(() => AccountUpdatePayload, {
    nullable: true,
    description: "The signed-in person's own name and password. Needs no scope.",
  })
  async accountUpdate(
    @Arg("input", () => AccountUpdateInput) input: AccountUpdateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AccountUpdatePayload> {
    const accountId = requireAccount(context);
    const ready = await beforehand(() => readReplacement(context, accountId, input));
    if ("userErrors" in ready) return { account: null, ...ready };
    const sessionHash = hashToken(context.accessToken ?? "");
    const update = { fullName: input.fullName, password: ready.value, sessionHash };
    return change(context, info, "accountUpdate", {}, (work) => updateAccount(work, update), {
      fields: { account: one("Account") },
      nothing: { account: null },
    });
  }
}

/** The password to set, with what is wrong about it; null when none was asked for. Guesses of the current one are counted. */
async function readReplacement(
  context: Context,
  accountId: string,
  { password, currentPassword }: AccountUpdateInput,
): Promise<ReplacementPassword | null> {
  if (password === undefined) return null;
  if (typeof currentPassword === "string")
    await context.tries.spend([`current password ${accountId}`, `address ${context.ipAddress}`]);
  return context.door.look(placeOf(context), (reader) =>
    replacePassword(reader, accountId, { password: password ?? "", currentPassword }),
  );
}

/** The account of who is signed in, or an error that says whether signing in would help (section 12). */
function requireAccount({ actor }: Context): string {
  if ("accountId" in actor && actor.accountId !== null) return actor.accountId;
  throw actor.kind === "stranger"
    ? new GraphQLError("Sign in first.", { extensions: { code: "UNAUTHENTICATED" } })
    : new GraphQLError("Only a signed-in person has an account to change.", { extensions: { code: "FORBIDDEN" } });
}
