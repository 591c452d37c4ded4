import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import { allowInsecureRequests, ClientSecretPost, type Configuration, discovery, None } from "openid-client";
import { ProviderUnavailable, type SignInProvider } from "../../model/sign-in-provider.ts";

/** How long we wait for a provider. Seconds. */
const patience = 5;
/** How long a provider that did not answer is left alone, and how long its keys are not asked for again, whatever comes. Milliseconds. */
const rest = { afterFailure: 5_000, betweenKeys: 30_000 };
/** How long what a provider said of itself is believed, and its keys: one that it withdrew is refused after that. Milliseconds. */
const fresh = { metadata: 3_600_000, keys: 600_000 };

/** What we know of a provider: fetched when it is first needed, and again when it is old. */
export interface OpenProvider {
  readonly settings: SignInProvider;
  /** Its endpoints, and who we are to it. Throws `ProviderUnavailable`. */
  configuration(): Promise<Configuration>;
  /** The key that signed a token, for jose. Throws `ProviderUnavailable`, or jose's own error when there is no such key. */
  key: JWTVerifyGetKey;
}

/** What to throw when a provider does not answer, and whom to tell. */
type Unavailable = (cause: unknown) => ProviderUnavailable;

/** Opens a provider. Nothing is fetched yet: the gateway starts without it. `report` hears of every time that it does not answer. */
export function openProvider(settings: SignInProvider, report: (cause: unknown) => void): OpenProvider {
  const unavailable: Unavailable = (cause) => {
    report(cause);
    return new ProviderUnavailable(settings.name, cause);
  };
  const configuration = kept(
    fresh.metadata,
    restingAfterFailure(() => discover(settings), unavailable),
  );
  const keys = kept(fresh.metadata, async () => keySetAt((await configuration()).serverMetadata().jwks_uri, unavailable));
  return {
    settings,
    configuration,
    async key(...header) {
      try {
        return await (await keys())(...header);
      } catch (error) {
        throw hasNoSuchKey(error) || error instanceof ProviderUnavailable ? error : unavailable(error);
      }
    },
  };
}

/** OpenID Connect Discovery 1.0. The issuer that answers must be the one that was asked, letter by letter: its tokens name it so. */
async function discover({ issuer, clientId, clientSecret }: SignInProvider): Promise<Configuration> {
  const execute = issuer.startsWith("http:") ? [allowInsecureRequests] : []; // Only on this very machine: the settings see to it.
  const authentication = clientSecret === null ? None() : ClientSecretPost(clientSecret);
  const found = await discovery(new URL(issuer), clientId, {}, authentication, { execute, timeout: patience });
  const said = found.serverMetadata().issuer;
  if (said !== issuer) throw new Error(`It calls itself ${said}`);
  return found;
}

/** Keys that jose asks for again when they are old, or a token names one that is not among them. */
function keySetAt(address: string | undefined, unavailable: Unavailable): JWTVerifyGetKey {
  if (!address) throw unavailable(new Error("It does not say where its keys are."));
  const fetchKeys = async (url: string, options: RequestInit) => {
    const response = await fetch(url, options);
    if (response.status !== 200) throw new Error(`Its keys are answered with ${response.status}`);
    return response;
  };
  return createRemoteJWKSet(new URL(address), {
    timeoutDuration: patience * 1000,
    cooldownDuration: rest.betweenKeys,
    cacheMaxAge: fresh.keys,
    [customFetch]: restingAfterFailure(fetchKeys, unavailable),
  });
}

/** The provider answered, and the token is at fault. */
function hasNoSuchKey(error: unknown): boolean {
  const faults = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
  return faults.some((fault) => error instanceof fault);
}

/** Asks once for all who ask at the same moment, and believes the answer for a while. */
function kept<T>(freshFor: number, ask: () => Promise<T>): () => Promise<T> {
  let held: { answer: Promise<T>; until: number } | null = null;
  return () => {
    if (held && Date.now() < held.until) return held.answer;
    const mine = { answer: ask(), until: Date.now() + freshFor };
    held = mine;
    mine.answer.catch(() => {
      if (held === mine) held = null;
    });
    return mine.answer;
  };
}

/** Whoever did not answer is left alone for a while, however many ask. */
function restingAfterFailure<Given extends unknown[], T>(
  ask: (...given: Given) => Promise<T>,
  unavailable: Unavailable,
): (...given: Given) => Promise<T> {
  let failure: { error: ProviderUnavailable; until: number } | null = null;
  return async (...given) => {
    if (failure && Date.now() < failure.until) throw failure.error;
    try {
      return await ask(...given);
    } catch (cause) {
      failure = { error: unavailable(cause), until: Date.now() + rest.afterFailure };
      throw failure.error;
    }
  };
}
