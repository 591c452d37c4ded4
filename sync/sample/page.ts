import { createHash } from "node:crypto";
import { GoogleError } from "./google-error.ts";

export interface PageSize {
  usual: number;
  most: number;
}

/** What of a request may differ from page to page of one listing. */
const passing = new Set(["pageToken", "maxResults", "fields", "alt", "prettyPrint"]);

/**
 * The items of the page that a request asks for, and the token of the next. A page begins where the last one ended, so that what
 * comes into the list or goes out of it meanwhile may be missed or come twice. A bad token, or one of another listing, is refused
 * like any bad parameter.
 */
export function takePage<T>(items: T[], url: URL, size: PageSize): { items: T[]; nextPageToken?: string } {
  const from = readToken(url);
  const to = from + readSize(url.searchParams, size);
  return { items: items.slice(from, to), nextPageToken: to < items.length ? pageToken(url, to) : undefined };
}

/** The token with which this listing goes on from an item. */
export function pageToken(url: URL, from: number): string {
  return Buffer.from(`${from}.${sealOf(url, from)}`).toString("base64url");
}

function readToken(url: URL): number {
  const token = url.searchParams.get("pageToken");
  if (token === null) return 0;
  const [from] = Buffer.from(token, "base64url").toString().split(".");
  if (token === "" || token !== pageToken(url, Number(from))) throw new GoogleError("invalid");
  return Number(from);
}

function readSize(asked: URLSearchParams, { usual, most }: PageSize): number {
  const text = asked.get("maxResults") ?? String(usual);
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1 || Number(text) > most) {
    const message = `Invalid value '${text}'. Values must be within the range: [1, ${most}]`;
    throw new GoogleError("invalidParameter", { message, parameter: "maxResults" });
  }
  return Number(text);
}

/** Binds a token to its listing, and keeps it from being made up. */
function sealOf({ pathname, searchParams }: URL, from: number): string {
  const lasting = [...searchParams].filter(([name]) => !passing.has(name)).sort();
  return createHash("sha256")
    .update(JSON.stringify([pathname, lasting, from]))
    .digest("base64url")
    .slice(0, 12);
}
