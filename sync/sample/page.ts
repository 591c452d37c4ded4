import { createHash, randomBytes } from "node:crypto";
import { GoogleError } from "./google-error.ts";

export interface PageSize {
  usual: number;
  most: number;
}

/** A request for a page. */
export interface PageRequest {
  url: URL;
  /** Milliseconds since 1970. */
  now: number;
  /** A page never has more, whatever is asked for: Google may always give fewer. */
  longestPage?: number;
  /** The page begins so many items further on than its token says, or further back for a negative number. */
  shift?: number;
}

/** What of a request may differ from page to page of one listing. */
const passing = new Set(["pageToken", "maxResults", "fields", "alt", "prettyPrint"]);

/** A page token is good for three days. Source: the discovery document, of users; of groups and members it says nothing. */
const tokenLivesMs = 3 * 24 * 3600_000;

/**
 * The items of the page that a request asks for, and the token of the next. A page begins where the last one ended, so that what
 * comes into the list or goes out of it meanwhile may be missed or come twice. A bad token, one of another listing, or one that
 * ran out is refused like any bad parameter.
 */
export function takePage<T>(
  items: T[],
  { url, now, longestPage = Number.POSITIVE_INFINITY, shift = 0 }: PageRequest,
  size: PageSize,
): { items: T[]; nextPageToken?: string } {
  const from = Math.max(0, readToken(url, now) + shift);
  const to = from + Math.min(readSize(url.searchParams, size), longestPage);
  return { items: items.slice(from, to), nextPageToken: to < items.length ? pageToken(url, to, now) : undefined };
}

/** A token with which this listing goes on from an item. No two are alike. */
function pageToken(url: URL, from: number, now: number): string {
  const said = `${from}.${now}.${randomBytes(4).toString("hex")}`;
  return Buffer.from(`${said}.${sealOf(url, said)}`).toString("base64url");
}

/** A new token of the page that a request asks for. */
export function samePageToken(url: URL, now: number): string {
  return pageToken(url, readToken(url, now), now);
}

function readToken(url: URL, now: number): number {
  const token = url.searchParams.get("pageToken");
  if (token === null) return 0;
  const [, said = "", from, since, seal] =
    /^((\d+)\.(\d+)\.[0-9a-f]+)\.([\w-]+)$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (seal !== sealOf(url, said) || Number(since) <= now - tokenLivesMs) throw new GoogleError("invalid");
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
function sealOf({ pathname, searchParams }: URL, said: string): string {
  const lasting = [...searchParams].filter(([name]) => !passing.has(name)).sort();
  return createHash("sha256")
    .update(JSON.stringify([pathname, lasting, said]))
    .digest("base64url")
    .slice(0, 12);
}
