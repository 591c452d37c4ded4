import { importPKCS8, SignJWT } from "jose";
import { expect } from "vitest";
import { methods } from "../../../sync/sample/methods.ts";
import type { SampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { problemsOf } from "./discovery.ts";

/** What a client asserts of itself; each can be told otherwise. */
export interface Assertion {
  iss?: string;
  aud?: string;
  sub?: string | null;
  scopes?: string[];
  /** Seconds since 1970. */
  iat?: number;
  exp?: number;
  /** PEM. */
  privateKey?: string;
  grantType?: string;
}

/** Scopes by their last part: `user.readonly`. */
export const scope = (name: string) => `https://www.googleapis.com/auth/admin.directory.${name}`;

export const everyScope = ["user", "group", "group.member", "orgunit", "domain"].map((noun) => scope(`${noun}.readonly`));

/** Sends an assertion to the token endpoint. */
export async function askForToken(
  sample: SampleDirectory,
  asserted: Assertion = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const key = JSON.parse(sample.serviceAccountKey);
  const now = Math.floor(Date.now() / 1000);
  const { iss = key.client_email, aud = "https://oauth2.googleapis.com/token", sub = sample.adminEmail } = asserted;
  const { scopes = everyScope, iat = now, exp = iat + 3600, privateKey = key.private_key } = asserted;
  const assertion = await new SignJWT({ iss, aud, iat, exp, scope: scopes.join(" "), ...(sub === null ? {} : { sub }) })
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .sign(await importPKCS8(privateKey, "RS256"));
  const grantType = asserted.grantType ?? "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const body = new URLSearchParams({ grant_type: grantType, assertion });
  const response = await fetch(sample.tokenUrl, { method: "POST", body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }; // as: the endpoint answers with objects alone
}

/** Of the API's resources what the tests look at one by one. */
export interface Resource {
  id: string;
  etag: string;
  email: string;
  primaryEmail: string;
  orgUnitPath: string;
  directMembersCount: string;
  name: { familyName: string };
  emails: object[];
}

/** Every answer in one, since a test knows what it asked for. */
export interface Body extends Resource {
  users: Resource[];
  groups: Resource[];
  members: Resource[];
  domains: Resource[];
  organizationUnits: Resource[];
  nextPageToken?: string;
  error: { code: number; message: string; errors: { reason: string }[] };
}

export interface Got {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

/** A client of the API with a token of its own. Gets a path below `/admin/directory/v1/`. */
export async function openClient(sample: SampleDirectory, asserted: Assertion = {}): Promise<(path: string) => Promise<Got>> {
  const { body } = await askForToken(sample, asserted);
  return (path) => get(sample, path, { Authorization: `Bearer ${body.access_token}` });
}

/** Whatever is got by a test is held against Google's own description of it; only what is no JSON is left to the test. */
export async function get(sample: SampleDirectory, path: string, headers: Record<string, string> = {}): Promise<Got> {
  const response = await fetch(`${sample.url}admin/directory/v1/${path}`, { headers });
  const text = await response.text();
  const { status } = response;
  const body = parsed(text);
  const url = new URL(path, sample.url);
  const method = methods.find((one) => one.path.test(url.pathname.slice(1)));
  if (method && body !== null) {
    expect(problemsOf(method.name, { status, body, fields: url.searchParams.get("fields") })).toEqual([]);
  }
  return { status, headers: response.headers, text, body };
}

/** The JSON of an answer; null for one that was cut, and for HTML: their tests look at the text. */
function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return null as never; // as: such a test does not look at the body
  }
}
