import type { Listing, RequestPurpose } from "./snapshot.ts";

export interface Page<T> {
  items: T[];
  nextPageToken: string | null;
}

/**
 * A page; or `stale`: the page token is no longer accepted; or a sentence why this one listing cannot be had at all, which is a
 * fact about it and no failure of the directory.
 */
export type PageAnswer<T> = { page: Page<T> } | { stale: string } | { unavailable: string };

export type FetchPage<T> = (pageToken: string | null, purpose: RequestPurpose) => Promise<PageAnswer<T>>;

export interface ListingOptions<T> {
  /** What makes an item itself. Null when it cannot be told apart: the listing is then never complete. */
  keyOf(item: T): string | null;
  purpose?: RequestPurpose;
  /** An endless listing ends here, as partial. */
  maxPages?: number;
  maxItems?: number;
  onProgress?(done: number): void;
}

/** So many pages in a row without anything new are a circle, in which Google may call the same page by a new token each time. */
const REPEATED_PAGES = 5;

type Outcome<T> = Listing<T> | { stale: string };

/**
 * Reads a paged listing to its end and says whether that was all (S4): complete means that the chain of pages ended and that no
 * page token and no item came twice. A token that went stale starts the listing over, once.
 */
export async function readListing<T>(fetchPage: FetchPage<T>, options: ListingOptions<T>): Promise<Listing<T>> {
  let outcome = await followPages(fetchPage, options);
  if ("stale" in outcome) outcome = await followPages(fetchPage, { ...options, purpose: "rereading" });
  if ("stale" in outcome) return unavailable(`Its pages went stale twice while they were read: ${outcome.stale}`);
  return outcome;
}

/** A listing that the directory would not give. */
export function unavailable<T>(reason: string): Listing<T> {
  return { state: "unavailable", reason, items: [] };
}

async function followPages<T>(fetchPage: FetchPage<T>, options: ListingOptions<T>): Promise<Outcome<T>> {
  const { keyOf, purpose = "listing", maxPages = 20_000, maxItems = 2_000_000, onProgress } = options;
  const items: T[] = [];
  const keys = new Set<string>();
  const tokens = new Set<string>();
  let doubt: string | null = null;
  let repeated = 0;

  for (let token: string | null = null, pages = 1; ; pages++) {
    const answer = await fetchPage(token, purpose);
    if ("stale" in answer) return token === null ? unavailable(answer.stale) : answer;
    if ("unavailable" in answer) return unavailable(answer.unavailable);

    const before = items.length;
    for (const item of answer.page.items) {
      const key = keyOf(item);
      if (key === null) doubt ??= "It has an item without an id.";
      else if (keys.has(key)) doubt ??= `${key} came twice.`;
      else {
        keys.add(key);
        items.push(item);
      }
    }
    if (items.length > before) repeated = 0;
    else if (answer.page.items.length > 0) repeated++;
    onProgress?.(items.length);

    token = answer.page.nextPageToken;
    if (token === null) return { state: doubt === null ? "complete" : "partial", reason: doubt, items };
    if (tokens.has(token)) return { state: "partial", reason: "A page token came twice.", items };
    if (repeated >= REPEATED_PAGES)
      return { state: "partial", reason: `${repeated} pages in a row brought nothing but what had come before.`, items };
    if (pages >= maxPages) return { state: "partial", reason: `It did not end after ${pages} pages.`, items };
    if (items.length >= maxItems) return { state: "partial", reason: `It did not end after ${items.length} items.`, items };
    tokens.add(token);
  }
}
