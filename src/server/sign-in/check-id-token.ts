import { decodeJwt, errors, type JWTPayload, jwtVerify } from "jose";
import { spellDomain, spellEmail } from "../../model/email.ts";
import { nobodyByThis, type ProvenIdentity, type SignInProvider } from "../../model/sign-in-provider.ts";
import { hashToken } from "../../secrets/token.ts";
import type { OpenProvider } from "./open-provider.ts";

/** Signed with a private key. With a shared secret, whoever knows ours could be anybody. */
const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
/** How far apart our clock and the provider's may be. Seconds. */
const clockSkew = 60;
/** How old a token may be that signs in, whatever it says itself. Seconds. */
const oldest = 3600;
/** Nothing longer is looked at. Characters. */
const longest = 16_384;
/** OpenID Connect Core 1.0, section 2: a subject has at most 255 ASCII characters. */
const subjectForm = /^[\x20-\x7e]{1,255}$/;

/** What an ID token says before anything of it was checked: good for choosing whom to ask about it, and for nothing else. */
export function claimsUnchecked(idToken: string): JWTPayload {
  if (idToken.length > longest) throw nobodyByThis();
  try {
    return decodeJwt(idToken);
  } catch {
    throw nobodyByThis();
  }
}

/**
 * Whom an ID token is of (OpenID Connect Core 1.0, section 3.1.3.7; rule 9.1). `nonce` is what we asked the provider to put into it;
 * null where it was not us who asked. Whatever is wrong with the token is told to `refused` alone. Throws `ProviderUnavailable`
 * when its signature cannot be checked now.
 */
export async function checkIdToken(
  provider: OpenProvider,
  idToken: string,
  { nonce, refused }: { nonce: string | null; refused(why: string): void },
): Promise<ProvenIdentity> {
  const no = (why: string) => {
    refused(why);
    return nobodyByThis();
  };
  const { clientId } = provider.settings;
  const options = {
    algorithms,
    issuer: issuersOf(provider.settings),
    audience: clientId,
    clockTolerance: clockSkew,
    maxTokenAge: oldest,
  };
  let checked: Awaited<ReturnType<typeof jwtVerify>>;
  try {
    checked = await jwtVerify(idToken, provider.key, { ...options, requiredClaims: ["sub", "exp", "iat", "aud", "iss"] });
  } catch (error) {
    if (error instanceof errors.JOSEError) throw no(error.code);
    throw error;
  }
  const { payload, protectedHeader } = checked;
  const why = faultOf(payload, protectedHeader.typ, clientId, nonce);
  if (why) throw no(why);
  const spelled = spellEmail(String(payload.email));
  if ("fault" in spelled) throw no("email");
  return {
    provider: provider.settings,
    subject: String(payload.sub),
    email: spelled.email,
    fullName: typeof payload.name === "string" ? payload.name : null,
    hostedDomain: hostedDomainOf(payload),
    tokenHash: hashToken(idToken.slice(0, idToken.lastIndexOf("."))),
    expiresAt: refusedFrom(payload),
  };
}

/** What a provider calls itself in its tokens. Google leaves out the scheme at times (developers.google.com/identity, "OpenID Connect"). */
export function issuersOf({ issuer, isGoogle }: SignInProvider): string[] {
  return isGoogle ? [issuer, issuer.replace(/^https?:\/\//, "")] : [issuer];
}

/** What jose does not look at. An access token or a logout token of the provider's is no ID token, though it signed all of them. */
function faultOf(payload: JWTPayload, typ: string | undefined, clientId: string, nonce: string | null): string | null {
  if (typ !== undefined && typ.toUpperCase() !== "JWT") return "typ";
  if ("events" in payload) return "events";
  if ([payload.aud].flat().some((audience) => audience !== clientId)) return "aud";
  if (payload.azp !== undefined && payload.azp !== clientId) return "azp";
  if (nonce !== null && payload.nonce !== nonce) return "nonce";
  if (typeof payload.sub !== "string" || !subjectForm.test(payload.sub)) return "sub";
  // Not the word "true", which some providers write: none that we know of means it by "false".
  if (payload.email_verified !== true) return "email_verified";
  return typeof payload.email === "string" ? null : "email";
}

function hostedDomainOf({ hd }: JWTPayload): string | null {
  const spelled = typeof hd === "string" ? spellDomain(hd) : { fault: "" };
  return "domain" in spelled ? spelled.domain : null;
}

/** From when on the token's age alone has it refused, on a clock that is late, too. */
function refusedFrom({ exp = 0, iat = 0 }: JWTPayload): string {
  return new Date((Math.min(exp, iat + oldest) + 2 * clockSkew) * 1000).toISOString();
}
