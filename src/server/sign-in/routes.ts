import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  calculatePKCECodeChallenge,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { signInWithIdToken } from "../../actions/sessions/sign-in-with-id-token.ts";
import type { TryLimit } from "../../graphql/context.ts";
import type { Actor } from "../../model/actor.ts";
import { Refusal } from "../../model/refusal.ts";
import { ProviderUnavailable } from "../../model/sign-in-provider.ts";
import { keyOfSite, siteByKey } from "../../queries/callers.ts";
import type { Door } from "../../work/door.ts";
import type { Safe } from "../../work/open-work.ts";
import { addressOf } from "../address-of.ts";
import type { Log } from "../log.ts";
import { rememberSession } from "../session-cookie.ts";
import { type Attempt, attemptLasts, openAttempt, ownAddress, sealAttempt } from "./attempt.ts";
import type { OpenProvider } from "./open-provider.ts";
import { answerWithSentence } from "./page.ts";
import type { Providers } from "./providers.ts";

/** What signing in by browser needs. */
export interface SignInRoutes {
  door: Door;
  safe: Safe;
  publicUrl: string;
  tries: TryLimit;
  providers: Providers;
  log: Log;
}

/** Why a browser is not let in. */
class NotSignedIn extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const begunElsewhere = "This sign-in was not begun in this browser, took too long, or was finished already. Begin again.";

/** `/signin/<provider>` and its callback: authorization code with PKCE, state and nonce (rule 9.1). */
export function serveSignIn(server: FastifyInstance, routes: SignInRoutes): void {
  server.get("/signin/:provider", (request, reply) => orSentence(reply, () => begin(routes, request, reply)));
  server.get("/signin/:provider/callback", (request, reply) => orSentence(reply, () => finish(routes, request, reply)));
}

/** Refusals and outages are told in a sentence; anything else is a bug. */
async function orSentence(reply: FastifyReply, answer: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof NotSignedIn) return answerWithSentence(reply, error.status, error.message);
    if (error instanceof ProviderUnavailable) return answerWithSentence(reply, 503, error.message);
    if (!(error instanceof Refusal)) throw error;
    const [problem] = error.problems;
    return answerWithSentence(reply, problem?.code === "RATE_LIMITED" ? 429 : 403, error.message);
  }
}

/** Sends the browser to the provider. What it must bring back is sealed into a cookie of its own. */
async function begin(routes: SignInRoutes, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { site, returnTo } = request.query as Record<string, unknown>; // as: a query has whatever it has; both are checked
  const { provider: name } = request.params as { provider: string }; // as: the route has it
  const { key, provider } = await providerFor(routes, request, typeof site === "string" && site !== "" ? site : null, name);
  const configuration = await provider.configuration();
  const attempt: Attempt = {
    site: key,
    provider: name,
    state: randomState(),
    nonce: randomNonce(),
    codeVerifier: randomPKCECodeVerifier(),
    returnTo: ownAddress(routes.publicUrl, returnTo),
    endsAt: Date.now() + attemptLasts,
  };
  const address = buildAuthorizationUrl(configuration, {
    response_type: "code",
    redirect_uri: callbackOf(routes, name),
    scope: "openid email profile",
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await calculatePKCECodeChallenge(attempt.codeVerifier),
    code_challenge_method: "S256",
  });
  void reply.setCookie(cookieOf(routes), sealAttempt(routes.safe, attempt), {
    ...cookieRules(routes),
    maxAge: attemptLasts / 1000,
  });
  return reply.header("cache-control", "no-store").header("referrer-policy", "no-referrer").redirect(address.href, 302);
}

/** Takes the browser back, redeems its code, and signs in whom the ID token is of. */
async function finish(routes: SignInRoutes, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { provider: name } = request.params as { provider: string }; // as: the route has it
  const attempt = openAttempt(routes.safe, request.cookies[cookieOf(routes)]);
  const { state } = request.query as Record<string, unknown>; // as: a query has whatever it has
  if (attempt?.provider !== name || attempt.state !== state) throw new NotSignedIn(403, begunElsewhere);
  // Not before: whoever makes a browser come here without its state must not end what it began.
  void reply.clearCookie(cookieOf(routes), cookieRules(routes));
  await routes.tries.spend([`address ${addressOf(request)}`]);
  const { siteId, provider } = await providerFor(routes, request, attempt.site, name);
  const idToken = await redeem(routes, provider, attempt, request);
  const identity = await routes.providers.checkOurs(provider, idToken, attempt.nonce);
  await routes.tries.spend([`subject ${identity.provider.issuer} ${identity.subject}`]);
  const place = { siteId, actor: strangerOf(request) };
  const { session } = await routes.door.act(place, (work) => signInWithIdToken(work, identity));
  rememberSession(reply, routes.publicUrl, session);
  return reply.header("cache-control", "no-store").header("referrer-policy", "no-referrer").redirect(attempt.returnTo, 303);
}

/** Changes the code for an ID token at the provider. */
async function redeem(routes: SignInRoutes, provider: OpenProvider, attempt: Attempt, request: FastifyRequest): Promise<string> {
  const configuration = await provider.configuration();
  const address = new URL(callbackOf(routes, attempt.provider));
  address.search = new URL(request.url, routes.publicUrl).search;
  try {
    const { id_token: idToken } = await authorizationCodeGrant(configuration, address, {
      pkceCodeVerifier: attempt.codeVerifier,
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      idTokenExpected: true,
    });
    return idToken ?? "";
  } catch (error) {
    if (error instanceof AuthorizationResponseError) throw new NotSignedIn(403, "The provider did not sign you in. Begin again.");
    if ((error instanceof ResponseBodyError && error.status < 500) || isWrongAnswer(error))
      throw new NotSignedIn(403, begunElsewhere);
    // Whatever it answered instead of tokens, and whether it did: nothing can be said of who asks.
    if (!(error instanceof ClientError || error instanceof ResponseBodyError || error instanceof TypeError)) throw error;
    routes.log.warn({ provider: attempt.provider, err: error }, "a sign-in provider did not redeem a code");
    throw new ProviderUnavailable(attempt.provider, error);
  }
}

/** The provider answered, but not to what this browser asked: another state, nonce, client or time. */
function isWrongAnswer(error: unknown): boolean {
  const codes = ["OAUTH_INVALID_RESPONSE", "OAUTH_JWT_CLAIM_COMPARISON_FAILED", "OAUTH_JWT_TIMESTAMP_CHECK_FAILED"];
  return error instanceof ClientError && codes.includes(error.code ?? "");
}

async function providerFor({ door, providers }: SignInRoutes, request: FastifyRequest, site: string | null, name: string) {
  const actor = strangerOf(request);
  const siteId = await door.look({ siteId: "", actor }, (reader) => siteByKey(reader, site));
  const key = siteId === null ? null : await door.look({ siteId, actor }, keyOfSite);
  const provider = key === null ? undefined : providers.named(key, name);
  if (siteId === null || key === null || !provider)
    throw new NotSignedIn(404, "There is no such way to sign in to this site. Ask an administrator of the site.");
  return { siteId, key, provider };
}

function strangerOf(request: FastifyRequest): Actor {
  const ipAddress = addressOf(request);
  return { kind: "stranger", accountId: null, label: "someone not signed in", scopes: new Set(), ipAddress };
}

/** Built from the public address alone, and registered at the provider. */
function callbackOf({ publicUrl }: SignInRoutes, name: string): string {
  return `${publicUrl}/signin/${name}/callback`;
}

/** With the prefix no other host of the domain can plant one (RFC 6265bis, 4.1.3.2). */
function cookieOf({ publicUrl }: SignInRoutes): string {
  return publicUrl.startsWith("https:") ? "__Host-gatehouse_signin" : "gatehouse_signin";
}

/** Lax: the provider sends the browser back from another site. */
function cookieRules({ publicUrl }: SignInRoutes) {
  return { path: "/", httpOnly: true, sameSite: "lax" as const, secure: publicUrl.startsWith("https:") };
}
