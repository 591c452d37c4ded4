import { randomBytes } from "node:crypto";
import type { GraphQLFormattedError } from "graphql";
import { GraphQLError } from "graphql";

/** The only codes that a top-level error carries. */
const codes = new Set([
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "BAD_USER_INPUT",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_REQUEST",
  "OPERATION_TOO_LARGE",
  "RATE_LIMITED",
  "UNAVAILABLE",
  "TIMEOUT",
  "INTERNAL_SERVER_ERROR",
]);

/** What went wrong inside, as far as callers are told. */
export interface Fault {
  outage: boolean;
  tooSlow: boolean;
}

/**
 * The error that a caller is shown. What we said on purpose is said; anything else is a bug or an outage: logged whole with a
 * reference, and shown as that reference alone.
 */
export function shownError(
  formatted: GraphQLFormattedError,
  error: unknown,
  { judge, log }: { judge(error: unknown): Fault; log(reference: string, error: unknown): void },
): GraphQLFormattedError {
  const original = error instanceof GraphQLError ? error.originalError : error;
  const code = String(formatted.extensions?.code ?? "INTERNAL_SERVER_ERROR");
  const { message, path, locations } = formatted;
  if (codes.has(code) && code !== "INTERNAL_SERVER_ERROR") {
    const argument = formatted.extensions?.argument;
    return { message, path, locations, extensions: { code, ...(argument ? { argument } : {}) } };
  }
  const { outage, tooSlow } = judge(original);
  const reference = randomBytes(6).toString("hex");
  log(reference, original ?? error);
  if (outage)
    return {
      message: "The database does not answer. Try again in a moment.",
      path,
      extensions: { code: "UNAVAILABLE", reference },
    };
  if (tooSlow) return { message: "This took too long. Ask for less at once.", path, extensions: { code: "TIMEOUT", reference } };
  return {
    message: `Something went wrong on our side (ref ${reference}).`,
    path,
    extensions: { code: "INTERNAL_SERVER_ERROR", reference },
  };
}
