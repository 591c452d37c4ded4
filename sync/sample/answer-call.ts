import type { Answer } from "./fault.ts";
import { type Mask, masked, parseMask } from "./field-mask.ts";
import { findUser } from "./find-in-company.ts";
import { GoogleError } from "./google-error.ts";
import { directoryScope, type TokenIssuer } from "./grant-token.ts";
import type { Method } from "./methods.ts";
import type { PageRequest } from "./page.ts";
import { withEtags } from "./resources.ts";

/** Parameters of every method. Source: the discovery document, `parameters`. */
const standard = new Set(["fields", "alt", "prettyPrint", "quotaUser", "key"]);

export interface Request extends Omit<PageRequest, "now"> {
  /** Below `/admin/directory/v1/`. */
  path: string;
  /** Null for a request without credentials. */
  token: string | null;
}

/** Answers one request of a method: who asks, what they may, what they ask, and of the answer only the `fields` they want. */
export function answerCall(issuer: TokenIssuer, method: Method, request: Request): Answer {
  try {
    authorize(issuer, method, request.token);
    const asked = request.url.searchParams;
    refuseUnknown(method, asked);
    const mask = readMask(method, asked.get("fields"));
    const keys = (method.path.exec(request.path) ?? []).slice(1).map(decode);
    const body = method.answer({ ...request, company: issuer.company, asked, keys, now: issuer.now() });
    return { status: 200, body: choose(body, mask) };
  } catch (error) {
    if (error instanceof GoogleError) return error;
    throw error;
  }
}

/** The token must be known and fresh, its scopes must open the method, and its subject must be an administrator. */
function authorize({ company, grants, delegatedScopes, now }: TokenIssuer, method: Method, token: string | null): void {
  if (token === null) throw new GoogleError("loginRequired");
  const grant = grants.get(token);
  if (!grant || grant.expiresAt <= now()) throw new GoogleError("authError");
  const isOpen = method.scopes.some((name) => {
    const scope = `${directoryScope}${name}`;
    return grant.scopes.has(scope) && delegatedScopes.has(scope);
  });
  if (!isOpen) throw new GoogleError("insufficientPermissions");
  if (!findUser(company, grant.subjectId ?? "")?.isAdmin) throw new GoogleError("forbidden");
}

/** Once Google ignored these, and a client that sent `nextPageToken` read the first page for ever. */
function refuseUnknown({ parameters }: Method, asked: URLSearchParams): void {
  const unknown = [...asked.keys()].find((name) => !standard.has(name) && !parameters.includes(name));
  if (unknown === undefined) return;
  const message = `Invalid JSON payload received. Unknown name "${unknown}": Cannot bind query parameter.`;
  throw new GoogleError("badRequest", { message });
}

function readMask({ fields }: Method, text: string | null): Mask | null {
  if (text === null) return null;
  const mask = parseMask(text, fields);
  if (typeof mask !== "string") return mask;
  throw new GoogleError("invalidParameter", { message: `Invalid field selection ${mask}`, parameter: "fields" });
}

/** Etags cost more than all the rest, so they are made only for a mask that wants them. */
function choose(body: object, mask: Mask | null): object {
  const isWhole = (name: string) => Array.isArray(Reflect.get(body, name));
  const wantsEtags =
    mask === null ||
    [...mask].some(([name, below]) => /^(etag|\*)$/.test(name) || (below ? below.has("etag") || below.has("*") : isWhole(name)));
  return masked(wantsEtags ? withEtags(body) : body, mask) as object; // as: a mask turns an object into an object
}

function decode(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    throw new GoogleError("invalid"); // A `%` that encodes nothing.
  }
}
