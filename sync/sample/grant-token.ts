import { type KeyObject, randomBytes } from "node:crypto";
import { compactVerify, decodeJwt, type JWTPayload } from "jose";
import type { Company } from "./company.ts";
import { findUser } from "./find-in-company.ts";

/** The audience of every assertion, whatever address it is sent to. */
export const tokenAudience = "https://oauth2.googleapis.com/token";

/** The start of the scopes of the Directory API. */
export const directoryScope = "https://www.googleapis.com/auth/admin.directory.";

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** What Google says an access token lasts, in seconds. */
const lifetime = 3599;

/** An assertion lasts an hour at most; Google leaves it five minutes more, in seconds. */
const longestAssertion = 65 * 60;

/** An access token's rights. They are those of its subject, who is null when the assertion named nobody. */
export interface Grant {
  scopes: Set<string>;
  subjectId: string | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** What the token endpoint knows. */
export interface TokenIssuer {
  company: Company;
  publicKey: KeyObject;
  clientEmail: string;
  /** Scopes that the company's administrator has delegated to the service account. */
  delegatedScopes: Set<string>;
  grants: Map<string, Grant>;
  now(): number;
}

/** An answer of the token endpoint. Its errors are flat, unlike the API's. */
export interface TokenAnswer {
  status: number;
  body: object;
}

const timeframe =
  "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. " +
  "Check your iat and exp values in the JWT claim.";
const unauthorized =
  "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";

/**
 * Exchanges an assertion for an access token (RFC 7523): signed with RS256 by the service account, for an hour at most, on behalf of
 * a living user, for scopes that are all delegated. Source of the errors: developers.google.com/identity/protocols/oauth2/service-account;
 * not settled there are the status of `access_denied`, the wrong grant type, and a missing subject, who here may simply read nothing.
 */
export async function grantToken(issuer: TokenIssuer, form: URLSearchParams): Promise<TokenAnswer> {
  const asked = form.get("grant_type") ?? "";
  if (asked !== grantType) return refuse(400, "unsupported_grant_type", `Invalid grant_type: ${asked}`);
  const assertion = form.get("assertion") ?? "";
  const claims = claimsOf(assertion);
  if (claims?.iss !== issuer.clientEmail) return refuse(400, "invalid_grant", "Invalid grant: account not found");
  const isSigned = await compactVerify(assertion, issuer.publicKey, { algorithms: ["RS256"] }).then(
    () => true,
    () => false,
  );
  if (!isSigned) return refuse(400, "invalid_grant", "Invalid JWT Signature.");
  if (claims.aud !== tokenAudience) return refuse(400, "invalid_grant", "Invalid JWT: Failed audience check.");
  if (!isShortLived(claims, issuer.now() / 1000)) return refuse(400, "invalid_grant", timeframe);
  return grantScopes(issuer, claims);
}

function grantScopes({ company, delegatedScopes, grants, now }: TokenIssuer, claims: JWTPayload): TokenAnswer {
  const subject = claims.sub === undefined ? null : (findUser(company, claims.sub) ?? "unknown");
  if (subject === "unknown") return refuse(400, "invalid_grant", "Invalid email or User ID");
  const scopes = String(claims.scope ?? "").split(" ");
  if (!scopes.every((scope) => /^https:\/\/www\.googleapis\.com\/auth\/[\w.-]+$/.test(scope))) {
    return refuse(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  }
  const delegated = scopes.filter((scope) => delegatedScopes.has(scope));
  if (delegated.length === 0) return refuse(401, "unauthorized_client", unauthorized);
  if (delegated.length < scopes.length) return refuse(403, "access_denied", "Requested client not authorized.");
  const token = `ya29.${randomBytes(24).toString("base64url")}`;
  grants.set(token, { scopes: new Set(scopes), subjectId: subject?.id ?? null, expiresAt: now() + lifetime * 1000 });
  return { status: 200, body: { access_token: token, expires_in: lifetime, token_type: "Bearer" } };
}

function claimsOf(assertion: string): JWTPayload | null {
  try {
    return decodeJwt(assertion);
  } catch {
    return null; // Not a JWT: there is no account in it.
  }
}

/** Clocks may differ by five minutes. */
function isShortLived({ iat, exp }: JWTPayload, now: number): boolean {
  return iat !== undefined && exp !== undefined && exp > now && iat <= now + 300 && exp - iat <= longestAssertion;
}

function refuse(status: number, error: string, description: string): TokenAnswer {
  return { status, body: { error, error_description: description } };
}
