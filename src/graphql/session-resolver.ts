import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";
import { acceptInvitation, refuseBadPassword } from "../actions/invitations/accept-invitation.ts";
import type { OpenedSession } from "../actions/sessions/open-session.ts";
import { checkPassword, signIn } from "../actions/sessions/sign-in.ts";
import { signOut } from "../actions/sessions/sign-out.ts";
import { spellEmail } from "../model/email.ts";
import { callerOfAccount } from "../queries/callers.ts";
import { loadByIds } from "../queries/loaders.ts";
import type { Reader, Row } from "../queries/reader.ts";
import type { Selection } from "../queries/selection.ts";
import { hashPassword } from "../secrets/password.ts";
import { hashToken } from "../secrets/token.ts";
import type { Work } from "../work/work.ts";
import { change, placeOf } from "./ask.ts";
import { beforehand } from "./beforehand.ts";
import type { Context } from "./context.ts";
import { InvitationAcceptInput, InvitationAcceptPayload } from "./invitation.ts";
import { readViewer } from "./root-resolver.ts";
import { atSiteOfLink } from "./site-of-link.ts";
import { SignInInput, SignInPayload, SignOutPayload } from "./viewer.ts";

/** Someone who just came in. */
interface Entered {
  session: OpenedSession;
  userId: string;
  accountId: string;
}

/** From now on the reader asks on behalf of who came in, and no more of a stranger. */
async function asEntered(reader: Reader, { accountId }: Entered): Promise<Reader> {
  return { ...reader, actor: await callerOfAccount(reader, accountId, reader.actor.label, reader.actor.ipAddress) };
}

const entered = {
  session: (_reader: Reader, { session }: Entered) => Promise.resolve(session),
  viewer: async (reader: Reader, who: Entered, selection: Selection) => readViewer(await asEntered(reader, who), selection),
  user: async (reader: Reader, who: Entered, selection: Selection) =>
    (await loadByIds(await asEntered(reader, who), "User", [who.userId], selection)).get(who.userId) ?? null,
};

/** Signing in and out, and joining. */
@Resolver()
export class SessionResolver {
  @Mutation(() => SignInPayload, {
    nullable: true,
    description: "Signs a person in with a password, sets the session cookie and returns the session. Needs no scope.",
  })
  async signIn(
    @Arg("input", () => SignInInput) input: SignInInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SignInPayload> {
    const nothing = { session: null, viewer: null };
    const checked = await beforehand(async () => {
      const spelled = spellEmail(input.email);
      await context.tries.spend([`account ${"email" in spelled ? spelled.email : "none"}`, `address ${context.ipAddress}`]);
      return context.door.look(placeOf(context), (reader) => checkPassword(reader, input));
    });
    if ("userErrors" in checked) return { ...nothing, ...checked };
    const { accountId } = checked.value;
    const enter = async (work: Work) => ({ ...(await signIn(work, checked.value)), accountId });
    return letIn(context, info, "signIn", nothing, enter);
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
      return input.password ? hashPassword(input.password) : null;
    });
    if ("userErrors" in ready) return { ...nothing, ...ready };
    const { token, fullName } = input;
    const accept = { token, fullName, passwordHash: ready.value };
    return letIn(await atSiteOfLink(context, token), info, "invitationAccept", nothing, (work) => acceptInvitation(work, accept));
  }
}

/** Makes the change that lets someone in, and once it is committed sets the browser's cookie. */
async function letIn<Promised>(
  context: Context,
  info: GraphQLResolveInfo,
  action: "signIn" | "invitationAccept",
  nothing: Row,
  enter: (work: Work) => Promise<Entered>,
): Promise<Promised> {
  let who: Entered | undefined;
  const act = async (work: Work) => {
    who = await enter(work);
    return who;
  };
  const payload = await change<Entered, { userErrors: unknown[] }>(context, info, action, {}, act, { fields: entered, nothing });
  if (who && payload.userErrors.length === 0) context.rememberSession(who.session);
  return payload as Promised; // as: the session and its owner were selected
}
