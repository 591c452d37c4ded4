/** What a failed request to Google means for what happens next (S5). */
export interface GoogleFailure {
  /**
   * `WAIT`: try again later. `GIVE_UP`: would pass, but not today. `RENEW_TOKEN`: try with a new access token.
   * `CONFIGURE`: an administrator has to grant or correct something. `FORBIDDEN`: the administrator acted for may not see this.
   * `GONE`: there is no such object. `BAD_REQUEST`: also what Google says of a page token that went stale.
   */
  act: "WAIT" | "GIVE_UP" | "RENEW_TOKEN" | "CONFIGURE" | "FORBIDDEN" | "GONE" | "BAD_REQUEST";
  /** Null when there was no answer. */
  status: number | null;
  /** Google's words for the cause, such as `quotaExceeded`, the most specific first. */
  reasons: string[];
  message: string;
  /** What the answer asked for; null when it did not ask. */
  retryAfterMs: number | null;
}

// Source: Google's guide "Directory API: Limits and Quotas", its error reference, and the front end's ErrorInfo reasons. The same
// condition comes as 403 or as 429, so that the reason decides and never the status alone.
const limitReasons = new Set([
  "userRateLimitExceeded",
  "rateLimitExceeded",
  "quotaExceeded",
  "RATE_LIMIT_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);
const configurationReasons = new Set([
  "insufficientPermissions",
  "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
  "accessNotConfigured",
  "SERVICE_DISABLED",
  "domainCannotUseApis",
]);

/** Reads what Google's client threw. Null for anything that did not come from a request: that is a bug of ours. */
export function readGoogleFailure(error: unknown): GoogleFailure | null {
  if (!(error instanceof Error) || !("config" in error)) return null; // Every error of the client's transport carries its request.
  const response = fieldOf(error, "response");
  const status = fieldOf(response, "status");
  if (typeof status !== "number") {
    return { act: "WAIT", status: null, reasons: [], message: error.message, retryAfterMs: null };
  }
  const { reasons, message } = readBody(fieldOf(response, "data"));
  return {
    act: judge(status, reasons, isTokenError(fieldOf(response, "data"))),
    status,
    reasons,
    message: message ?? `Status ${status}, and not in Google's words.`,
    retryAfterMs: readRetryAfter(fieldOf(response, "headers")),
  };
}

/** An answer with a good status that is not what was asked for: cut off, or from something between us and Google. */
export function malformedAnswer(what: string): GoogleFailure {
  return { act: "WAIT", status: 200, reasons: [], message: `The answer was not a whole ${what}.`, retryAfterMs: null };
}

function judge(status: number, reasons: string[], isTokenError: boolean): GoogleFailure["act"] {
  if (reasons.includes("dailyLimitExceeded")) return "GIVE_UP";
  if (status >= 500 || status === 429 || status === 408 || reasons.some((reason) => limitReasons.has(reason))) return "WAIT";
  if (isTokenError || reasons.some((reason) => configurationReasons.has(reason))) return "CONFIGURE";
  if (status === 401) return "RENEW_TOKEN";
  // A proxy's own 403 or 404 says nothing about rights or about who is there.
  if (reasons.length === 0) return "WAIT";
  if (status === 403) return "FORBIDDEN";
  if (status === 404 || status === 412) return "GONE";
  return "BAD_REQUEST";
}

/** The token endpoint's errors are flat, `{error: "invalid_grant", ...}`, the API's are nested (RFC 6749, section 5.2). */
function isTokenError(body: unknown): boolean {
  return typeof fieldOf(body, "error") === "string";
}

function readBody(body: unknown): { reasons: string[]; message: string | null } {
  const error = fieldOf(body, "error");
  if (typeof error === "string") {
    const description = textOf(fieldOf(body, "error_description"));
    return { reasons: [error], message: description ? `${error}: ${description}` : error };
  }
  const parts = [...listOf(fieldOf(error, "errors")), ...listOf(fieldOf(error, "details"))];
  const reasons = [...parts.map((part) => textOf(fieldOf(part, "reason"))), textOf(fieldOf(error, "status"))];
  return { reasons: reasons.filter((reason) => reason !== null), message: textOf(fieldOf(error, "message")) };
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3). */
function readRetryAfter(headers: unknown): number | null {
  const value = hasHeaders(headers) ? headers.get("retry-after") : null;
  if (value === null) return null;
  const milliseconds = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? null : Math.max(0, milliseconds);
}

/** The transport brings a `Headers` class of its own, which is not the platform's. */
function hasHeaders(value: unknown): value is Pick<Headers, "get"> {
  return typeof fieldOf(value, "get") === "function";
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
