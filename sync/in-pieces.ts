import { setImmediate as yieldToOthers } from "node:timers/promises";

/** A long thought, which pauses after every piece of it. Each takes some ten milliseconds at most. */
export type InPieces<T> = Generator<void, T>;

/** Thinks to the end without a pause. */
export function atOnce<T>(pieces: InPieces<T>): T {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** Thinks, and lets others in at every pause: the same process answers requests. */
export async function calmly<T>(pieces: InPieces<T>): Promise<T> {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
    await yieldToOthers();
  }
}
