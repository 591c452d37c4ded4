import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";
import { acceptInvitation, refuseBadPassword } from "../actions/invitations/accept-invitation.ts";
import type { Entrance } from "../actions/sessions/enter-site.ts";
import { checkPassword, signIn } from "../actions/sessions/sign-in.ts";
import { signInWithIdToken } from "../actions/sessions/sign-in-with-id-token.ts";
import { signOut } from "../actions/sessions/sign-out.ts";
import { spellEmail } from "../model/email.ts";
import { callerOfAccount, keyOfSite } from "../queries/callers.ts";
import { loadByIds } from "../queries/loaders.ts";
import type { Reader, Row } from "../queries/reader.ts";
import type { Selection } from "../queries/selection.ts";
import { hashPassword } from "../secrets/password.ts";
import { hashToken } from "../secrets/token.ts";
import type { Work } from "../work/work.ts";
import { ask, change, placeOf } from "./ask.ts";
import { beforehand } from "./beforehand.ts";
import type { Context } from "./context.ts";
import { InvitationAcceptInput, InvitationAcceptPayload } from "./invitation.ts";
import { proveIdentity } from "./prove-identity.ts";
import { readViewer } from "./root-resolver.ts";
import { atSiteOfLink } from "./site-of-link.ts";
import { SignInInput, SignInPayload, SignInProvider, SignInWithIdTokenInput, SignOutPayload } from "./viewer.ts";

/** From now on the reader asks on behalf of who came in, and no more of a stranger. */
async function asEntered(reader: Reader, { accountId }: Entrance): Promise<Reader> {
  return { ...reader, actor: await callerOfAccount(reader, accountId, reader.actor.label, reader.actor.ipAddress) };
}

const entered = {
  session: (_reader: Reader, { session }: Entrance) => Promise.resolve(session),
  viewer: async (reader: Reader, who: Entrance, selection: Selection) => readViewer(await asEntered(reader, who), selection),
  user: async (reader: Reader, who: Entrance, selection: Selection) =>
    (await loadByIds(await asEntered(reader, who), "User", [who.userId], selection)).get(who.userId) ?? null,
};

const nobody = { session: null, viewer: null };

/** Signing in and out, and joining. */
@Resolver()
export class SessionResolver {
  @Query(() => [SignInProvider], { nullable: true, description: "Providers to sign in with. Needs no scope." })
  signInProviders(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<SignInProvider[] | null> {
    return ask(context, info, null, async (reader) => context.providers.offeredTo((await keyOfSite(reader)) ?? ""));
  }

  @Mutation(() => SignInPayload, {
    nullable: true,
    description: "Signs a person in with a password, sets the session cookie and returns the session. Needs no scope.",
  })
  async signIn(
    @Arg("input", () => SignInInput) input: SignInInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SignInPayload> {
    const checked = await beforehand(async () => {
      const spelled = spellEmail(input.email);
      await context.tries.spend([`account ${"email" in spelled ? spelled.email : "none"}`, `address ${context.ipAddress}`]);
      return context.door.look(placeOf(context), (reader) => checkPassword(reader, input));
    });
    if ("userErrors" in checked) return { ...nobody, ...checked };
    return letIn(context, info, "signIn", nobody, (work) => signIn(work, checked.value));
  }

  @Mutation(() => SignInPayload, {
    nullable: true,
    description: "Signs a person in with an ID token of a configured OpenID provider, such as Google. Needs no scope.",
  })
  async signInWithIdToken(
    @Arg("input", () => SignInWithIdTokenInput) input: SignInWithIdTokenInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SignInPayload> {
    const proven = await beforehand(() => proveIdentity(context, input.idToken));
    if ("userErrors" in proven) return { ...nobody, ...proven };
    return letIn(context, info, "signInWithIdToken", nobody, (work) => signInWithIdToken(work, proven.value));
  }

  @Mutation(() => SignOutPayload, { nullable: true, description: "Ends the session." })
  async signOut(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<SignOutPayload> {
    const accessToken = context.accessToken ?? "";
    const payload = await change<void, SignOutPayload>(context, info, "signOut", {}, (work) => signOut(work, { accessToken }), {
      fields: {},
      nothing: {},
    });
    context.rememberSession(null);
    return payload;
  }

  @Mutation(() => InvitationAcceptPayload, {
    nullable: true,
    description: "Joins the site. Needs the token from the email and no scope.",
  })
  async invitationAccept(
    @Arg("input", () => InvitationAcceptInput) input: InvitationAcceptInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InvitationAcceptPayload> {
    const nothing = { user: null, session: null };
    const ready = await beforehand(async () => {
      await context.tries.spend([`invitation ${hashToken(input.token)}`, `address ${context.ipAddress}`]);
      refuseBadPassword(input.password);
      const here = await atSiteOfLink(context, input.token);
      return {
        here,
        passwordHash: input.password ? await hashPassword(input.password) : null,
        identity: input.idToken ? await proveIdentity(here, input.idToken) : null,
      };
    });
    if ("userErrors" in ready) return { ...nothing, ...ready };
    const { token, fullName } = input;
    const { here, ...proof } = ready.value;
    return letIn(here, info, "invitationAccept", nothing, (work) => acceptInvitation(work, { token, fullName, ...proof }));
  }
}

/** Makes the change that lets someone in, and once it is committed sets the browser's cookie. */
async function letIn<Promised>(
  context: Context,
  info: GraphQLResolveInfo,
  action: "signIn" | "signInWithIdToken" | "invitationAccept",
  nothing: Row,
  enter: (work: Work) => Promise<Entrance>,
): Promise<Promised> {
  let who: Entrance | undefined;
  const act = async (work: Work) => {
    who = await enter(work);
    return who;
  };
  const payload = await change<Entrance, { userErrors: unknown[] }>(context, info, action, {}, act, { fields: entered, nothing });
  if (who && payload.userErrors.length === 0) context.rememberSession(who.session);
  return payload as Promised; // as: the session and its owner were selected
}
