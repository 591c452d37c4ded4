import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Company } from "./company.ts";
import { GoogleError, type GoogleErrorName } from "./google-error.ts";
import type { MethodName } from "./methods.ts";
import { samePageToken } from "./page.ts";

/** What can go wrong with Google, each as it was seen to. */
export type Fault =
  /** A page without this part of its items, from 0 to 1, as if nothing were missing: the last go first. */
  | { kind: "drop"; part: number }
  /** A list without items and without a next page. */
  | { kind: "empty" }
  /** Items that come twice on their page. */
  | { kind: "duplicate" }
  /**
   * A page that begins so many items further on than the one before it ended, because they moved up in the order meanwhile: they
   * are missed. With a negative number it begins before that, and they come twice.
   */
  | { kind: "shift"; by: number }
  /** The company is changed once the answer is made, and the pages that follow are those of the changed list. */
  | { kind: "change"; change: (company: Company) => void }
  /** A page that does not say that there are more. */
  | { kind: "end" }
  /** A page that says it is its own successor: by the token that it was asked with or, if `renamed`, by a new one each time. */
  | { kind: "loop"; renamed?: true }
  /** A 200 whose JSON stops in the middle, complete as far as HTTP can tell. */
  | { kind: "cut" }
  /** An error in Google's shape. `retryAfter` is in seconds. */
  | { kind: "refuse"; error: GoogleErrorName; retryAfter?: number }
  /** A page token that Google no longer accepts, which it says as of any bad request. Requests without one are left alone. */
  | { kind: "expirePageToken" }
  /** The access token is forgotten, as when an administrator takes it back. */
  | { kind: "revokeToken" }
  /** A scope is no longer delegated from here on; its name is without `https://www.googleapis.com/auth/admin.directory.` */
  | { kind: "revokeScope"; scope: string }
  /** The page of a proxy, with 502. */
  | { kind: "html" }
  /** A connection reset in the middle of the body. */
  | { kind: "reset" }
  /** A body in so many pieces, one after the other. */
  | { kind: "drip"; pieces: number; everyMs: number };

/** A fault, and the requests that it is for. */
export type PlannedFault = Fault & {
  /** Any method, and the token endpoint, if absent. */
  method?: MethodName | "token";
  /** For the next so many of these requests; always if absent. Counted down. */
  times?: number;
  /** Which of these requests: `hasPageToken`, for one. */
  where?: (url: URL) => boolean;
};

/** True of a request for any page but the first. */
export function hasPageToken(url: URL): boolean {
  return url.searchParams.has("pageToken");
}

/** True of a request for the first page, and of one for no page at all. */
export function hasNoPageToken(url: URL): boolean {
  return !hasPageToken(url);
}

/** An answer before it is sent. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: object;
}

/** The first fault that is planned for a request, used up by one. */
export function takeFault(faults: PlannedFault[], method: string, url: URL): Fault | null {
  const fault = faults.find(
    ({ method: wanted = method, times = 1, where }) => wanted === method && times > 0 && (where?.(url) ?? true),
  );
  if (fault?.times !== undefined) fault.times--;
  return fault ?? null;
}

/** A request that was answered. */
export interface Answered {
  method: string;
  url: URL;
  /** Milliseconds since 1970. */
  now: number;
}

/** The answer of a method as a fault changes it. Faults of lists leave everything else alone. */
export function spoil(answer: Answer, fault: Fault | null, answered: Answered): Answer {
  if (fault?.kind === "refuse") {
    const { status, headers, body } = new GoogleError(fault.error);
    if (fault.retryAfter !== undefined) headers["Retry-After"] = String(fault.retryAfter);
    return { status, headers, body };
  }
  if (fault?.kind === "expirePageToken" && hasPageToken(answered.url)) return new GoogleError("invalid");
  if (fault === null || answer.status !== 200 || !answered.method.endsWith(".list")) return answer;
  return { ...answer, body: { ...answer.body, ...lieOf(answer.body, fault, answered) } };
}

/** What a list says instead. An `undefined` is left out by JSON, as Google leaves out an empty list. */
function lieOf(body: object, fault: Fault, { url, now }: Answered): Record<string, unknown> {
  const [name, items]: [string, unknown[]] = Object.entries(body).find(([, value]) => Array.isArray(value)) ?? ["items", []];
  const listed = (some: unknown[]) => ({ [name]: some.length > 0 ? some : undefined });
  switch (fault.kind) {
    case "drop":
      return listed(items.slice(0, Math.round(items.length * (1 - fault.part))));
    case "empty":
      return { ...listed([]), nextPageToken: undefined };
    case "duplicate":
      return listed(items.flatMap((item) => [item, item]));
    case "end":
      return { nextPageToken: undefined };
    case "loop":
      return { nextPageToken: successorOf(url, fault.renamed ?? false, now) };
    default:
      return {};
  }
}

/** The token of the very page that was asked for. */
function successorOf(url: URL, isRenamed: boolean, now: number): string {
  const token = url.searchParams.get("pageToken");
  return token === null || isRenamed ? samePageToken(url, now) : token;
}

/** Sends an answer, or what a fault leaves of it on its way. */
export async function sendAnswer(
  response: ServerResponse,
  { status, headers, body }: Answer,
  fault: Fault | null,
): Promise<void> {
  if (fault?.kind === "html") {
    response.writeHead(502, { "Content-Type": "text/html; charset=UTF-8" });
    response.end("<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title><p>That's an error.</p></html>");
    return;
  }
  const whole = Buffer.from(JSON.stringify(body));
  const text = fault?.kind === "cut" ? whole.subarray(0, whole.length / 2) : whole;
  response.writeHead(status, { "Content-Type": "application/json; charset=UTF-8", "Content-Length": text.length, ...headers });
  if (fault?.kind === "reset") {
    response.write(text.subarray(0, text.length / 2), () => response.socket?.resetAndDestroy());
  } else if (fault?.kind === "drip") {
    await drip(response, text, fault);
  } else response.end(text);
}

async function drip(response: ServerResponse, text: Buffer, { pieces, everyMs }: Fault & { kind: "drip" }): Promise<void> {
  const size = Math.ceil(text.length / pieces);
  for (let from = 0; from < text.length && !response.destroyed; from += size) {
    response.write(text.subarray(from, from + size));
    await wait(everyMs);
  }
  response.end();
}
