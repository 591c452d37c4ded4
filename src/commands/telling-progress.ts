import { setTimeout as wait } from "node:timers/promises";
import { remark } from "./exit.ts";

/** Where nobody looks at a terminal, the same news is told again after so many seconds. */
const repeatedAfter = 10;

/**
 * Tells on standard error how far something is while it is made: each second in place on a terminal, else a line every ten seconds, so
 * that a log is not filled. `inWords` answers null when there is nothing to tell.
 */
export async function tellingProgress<T>(
  inWords: (seconds: number) => Promise<string | null> | string | null,
  made: Promise<T>,
): Promise<T> {
  const ended = made.then(
    () => true,
    () => true,
  );
  const isTerminal = process.stderr.isTTY === true;
  for (let seconds = 1; !(await Promise.race([ended, wait(1000, false, { ref: false })])); seconds++) {
    if (!isTerminal && seconds % repeatedAfter > 0) continue;
    const words = await inWords(seconds);
    if (words === null) continue;
    if (isTerminal) process.stderr.write(`\r\x1b[K${words}`);
    else remark(words);
  }
  if (isTerminal) process.stderr.write("\r\x1b[K");
  return made;
}
