import { setTimeout as wait } from "node:timers/promises";
import { cutTo, harmless } from "../../sync/report/terminal-text.ts";

/** Where nobody looks at a terminal, the same news is told again after so many seconds. */
const repeatedAfter = 10;

/** Where progress is told. */
export type ProgressStream = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">;

/**
 * Tells on standard error how far something is while it is made: each second in place on a terminal, in one line that fits, else a line
 * every ten seconds, so that a log is not filled. `inWords` answers null when there is nothing to tell.
 */
export async function tellingProgress<T>(
  inWords: (seconds: number) => Promise<string | null> | string | null,
  made: Promise<T>,
  { stream = process.stderr, tickMs = 1000 }: { stream?: ProgressStream; tickMs?: number } = {},
): Promise<T> {
  const ended = made.then(
    () => true,
    () => true,
  );
  const isTerminal = stream.isTTY === true;
  for (let seconds = 1; !(await Promise.race([ended, wait(tickMs, false, { ref: false })])); seconds++) {
    if (!isTerminal && seconds % repeatedAfter > 0) continue;
    const words = await inWords(seconds);
    if (words === null) continue;
    // A line that is broken by the terminal could not be written over.
    if (isTerminal) stream.write(`\r\x1b[K${cutTo(Math.max(20, (stream.columns || 80) - 1), harmless(words))}`);
    else stream.write(`${harmless(words)}\n`);
  }
  if (isTerminal) stream.write("\r\x1b[K");
  return made;
}
