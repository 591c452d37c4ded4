import type { Postman } from "./postman.ts";

/** A letter to be posted now, by this process alone. */
export interface DueLetter {
  id: string;
  recipient: string;
  subject: string;
  text: string;
  html: string;
  /** This one included. */
  tries: number;
}

export type LetterEnd =
  | { outcome: "sent" }
  | { outcome: "refused"; reason: string }
  | { outcome: "later"; reason: string; inMs: number };

/** What an outbox works with: the queue, and who posts. */
export interface OutboxOptions {
  claim(most: number): Promise<DueLetter[]>;
  settle(id: string, end: LetterEnd): Promise<void>;
  postman: Pick<Postman, "post">;
  /** Behind the `@` of the letters' ids, which stay the same however often one is tried. */
  host: string;
  report(error: unknown): void;
}

/** How often the queue is looked at. Milliseconds. */
const pauseMs = 1000;
/** How many letters are in hand at once. */
const atOnce = 3;
/** About three days of tries, at doubling distances of at most six hours; then a letter has failed. */
const mostTries = 20;
const longestWaitMs = 6 * 3_600_000;

/** Posts what is queued until it is stopped. A letter is posted twice only when the mail server's answer was lost (rule 2.9). */
export function openOutbox({ claim, settle, postman, host, report }: OutboxOptions): { close(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();

  const postOne = async ({ id, recipient, subject, text, html, tries }: DueLetter) => {
    const end = await postman.post({ to: recipient, subject, text, html, messageId: `${id}@${host}` });
    if (end.outcome !== "later") return settle(id, end);
    if (tries >= mostTries) return settle(id, { outcome: "refused", reason: `Tried ${tries} times. ${end.reason}` });
    return settle(id, { ...end, inMs: Math.min(longestWaitMs, 5000 * 2 ** (tries - 1)) });
  };

  const look = async () => {
    try {
      for (let due = await claim(atOnce); due.length > 0 && !stopped; due = await claim(atOnce))
        await Promise.all(due.map(postOne));
    } catch (error) {
      // The queue keeps everything: the next look tries again.
      report(error);
    }
    if (!stopped) timer = setTimeout(go, pauseMs);
  };
  const go = () => {
    turn = look();
  };
  go();
  return {
    async close() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
