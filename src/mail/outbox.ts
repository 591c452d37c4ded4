import type { Posting, Postman } from "./postman.ts";

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
  /** Told of every try that failed: for good, or to be made again. */
  tellFailure(failure: { letterId: string; tries: number; outcome: "later" | "refused"; reason: string }): void;
}

/** How often the queue is looked at. Milliseconds. */
const pauseMs = 1000;
/** How many letters are in hand at once. */
const atOnce = 3;
/** About three days of tries, at doubling distances of at most six hours; then a letter has failed. */
const mostTries = 20;
const longestWaitMs = 6 * 3_600_000;

/** Posts what is queued until it is stopped. A letter is posted twice only when the mail server's answer was lost (rule 2.9). */
export function openOutbox({ claim, settle, postman, host, report, tellFailure }: OutboxOptions): { close(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();

  /** What became of letters, until the database knows it: they are not to be posted again for want of a note. */
  const unsettled = new Map<string, LetterEnd>();

  const postOne = async ({ id, recipient, subject, text, html, tries }: DueLetter) => {
    const posting = await postman.post({ to: recipient, subject, text, html, messageId: `${id}@${host}` });
    unsettled.set(id, endOf(posting, tries));
    if (posting.outcome !== "sent") tellFailure({ letterId: id, tries, ...posting });
  };

  const settleOne = async ([id, end]: [string, LetterEnd]) => {
    await settle(id, end);
    unsettled.delete(id);
  };

  const look = async () => {
    try {
      await Promise.all([...unsettled].map((one) => settleOne(one).catch(report)));
      while (!stopped) {
        const due = await claim(atOnce);
        if (due.length === 0) break;
        await Promise.all(due.map((letter) => postOne(letter).catch(report)));
        await Promise.all([...unsettled].map(settleOne));
      }
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

/** A letter that is not posted yet is tried again after twice the time, until that is hopeless. */
function endOf(posting: Posting, tries: number): LetterEnd {
  if (posting.outcome !== "later") return posting;
  if (tries >= mostTries) return { outcome: "refused", reason: `Tried ${tries} times. ${posting.reason}` };
  return { ...posting, inMs: Math.min(longestWaitMs, 5000 * 2 ** (tries - 1)) };
}
