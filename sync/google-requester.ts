import { type GoogleFailure, malformedAnswer, readGoogleFailure } from "./google-failure.ts";
import type { RequestPurpose, RequestTally } from "./snapshot.ts";
import { type Clock, systemClock, type Throttle } from "./throttle.ts";

/** Truncated exponential back-off: from `firstMs`, doubled each time up to `maxMs`, at most `tries` requests in all. */
export interface Backoff {
  firstMs: number;
  maxMs: number;
  tries: number;
}

/** Nobody waits longer than this for one answer, whatever `Retry-After` says. */
const LONGEST_RETRY_AFTER_MS = 5 * 60_000;

/** So many objects in a row without an answer are an outage, and no longer a matter of those objects. */
const OUTAGE_AFTER = 3;

export interface Question<Client, T> {
  /** What the first request is counted as; those that repeat it are counted as `other`. */
  purpose: RequestPurpose;
  /** Makes exactly one request. */
  send(client: Client): Promise<{ data: T }>;
  /** What a sound answer is, in a few words and as a check. */
  what: string;
  isSound(data: T): boolean;
  signal?: AbortSignal;
}

export type Answer<T> = { data: T } | { failure: GoogleFailure };

/** Asks patiently and counts. */
export interface Requester<Client> {
  ask<T>(question: Question<Client, T>): Promise<Answer<T>>;
  /** True once several questions in a row have found no answer. */
  isOutage(): boolean;
  readonly requests: RequestTally;
  waitedMs(): number;
}

export interface RequesterOptions<Client> {
  /** Opens a client with an access token of its own. */
  open(): Client;
  throttle: Throttle;
  backoff: Backoff;
  requests?: RequestTally;
  clock?: Clock;
}

/**
 * The one policy for every request to Google (S5): each takes its turn at the throttle; what may pass is waited for and tried
 * again; a refused access token is replaced once per question by a whole new client, because Google's client hands out a token
 * that was revoked until it expires.
 */
export function createRequester<Client>(options: RequesterOptions<Client>): Requester<Client> {
  const { open, throttle, backoff, clock = systemClock } = options;
  const requests = options.requests ?? { listing: 0, rereading: 0, proofs: 0, other: 0 };
  let client = open();
  let unanswered = 0;
  let waited = 0;

  async function attempt<T>(question: Question<Client, T>, using: Client): Promise<Answer<T>> {
    try {
      const { data } = await question.send(using);
      return question.isSound(data) ? { data } : { failure: malformedAnswer(question.what) };
    } catch (error) {
      const failure = readGoogleFailure(error);
      if (failure === null) throw error;
      return { failure };
    }
  }

  async function ask<T>(question: Question<Client, T>): Promise<Answer<T>> {
    const { signal } = question;
    signal?.throwIfAborted();
    let isRenewed = false;
    for (let tries = 1; ; tries++) {
      waited += await throttle.take(signal);
      requests[tries === 1 ? question.purpose : "other"]++;
      const used = client;
      const answer = await attempt(question, used);
      signal?.throwIfAborted(); // An aborted request fails like a broken connection.
      const isLast = "data" in answer || tries >= backoff.tries;
      if (!isLast && answer.failure.act === "RENEW_TOKEN" && !isRenewed) {
        isRenewed = true;
        // Of several that are refused at the same time only the first opens a new client.
        if (client === used) client = open();
      } else if (!isLast && answer.failure.act === "WAIT" && (answer.failure.retryAfterMs ?? 0) <= LONGEST_RETRY_AFTER_MS) {
        const pause = answer.failure.retryAfterMs ?? backoffPause(backoff, tries);
        waited += pause;
        await clock.sleep(pause, signal);
      } else {
        unanswered = "failure" in answer && answer.failure.act === "WAIT" ? unanswered + 1 : 0;
        return answer;
      }
    }
  }

  return { ask, isOutage: () => unanswered >= OUTAGE_AFTER, requests, waitedMs: () => waited };
}

/** Between half and the whole of the step, so that those who failed together do not come back together. */
function backoffPause({ firstMs, maxMs }: Backoff, tries: number): number {
  return Math.min(maxMs, firstMs * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
}
