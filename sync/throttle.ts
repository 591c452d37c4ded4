import { setTimeout as sleep } from "node:timers/promises";

/** The time, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock, unmoved by corrections of the date. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

export interface Throttle {
  /** Waits for this caller's turn and answers how many milliseconds that took. */
  take(signal?: AbortSignal): Promise<number>;
}

/**
 * Gives out the next stretch of time, of so many milliseconds, and answers when it begins: so many milliseconds from now. It may lie
 * before now by its own length at most: what nobody took before then is lost.
 */
export type TakeStretch = (milliseconds: number) => Promise<number>;

/**
 * A token bucket: `perMinute` requests spread evenly, of which one second's worth may go at once. It takes a stretch of about a
 * second at a time, with the turns in it; an aborted wait still uses its turn, and a turn that lies by for longer than a stretch is
 * lost: the limit errs on the careful side.
 */
export function createThrottle(
  perMinute: number,
  clock: Clock = systemClock,
  takeStretch: TakeStretch = stretchesOfOurOwn(clock),
): Throttle {
  const spacing = 60_000 / perMinute;
  const turns = Math.max(1, Math.ceil(perMinute / 60));
  const stretch = Math.ceil(turns * spacing);
  /** The moment of the next turn, and how many follow it in this stretch, itself included. */
  let next = Number.NEGATIVE_INFINITY;
  let left = 0;
  let taking: Promise<void> | null = null;

  const passOverLost = () => {
    const lost = Math.min(left, Math.max(0, Math.floor((clock.now() - stretch + spacing - next) / spacing)));
    if (lost > 0) next += lost * spacing;
    left -= lost;
  };
  const takeMore = async () => {
    const begins = await takeStretch(stretch);
    next = clock.now() + begins + spacing;
    left = turns;
  };

  return {
    async take(signal) {
      const asked = clock.now();
      for (passOverLost(); left === 0; passOverLost()) {
        taking ??= takeMore().finally(() => {
          taking = null;
        });
        await taking;
      }
      const due = next;
      next += spacing;
      left--;
      signal?.throwIfAborted();
      const now = clock.now();
      const wait = Math.max(0, due - now);
      if (wait > 0) await clock.sleep(wait, signal);
      return now - asked + wait;
    },
  };
}

/** A bucket that nobody else takes from. */
function stretchesOfOurOwn(clock: Clock): TakeStretch {
  let givenUpTo = Number.NEGATIVE_INFINITY;
  return async (milliseconds) => {
    const now = clock.now();
    const begins = Math.max(givenUpTo, now - milliseconds);
    givenUpTo = begins + milliseconds;
    return begins - now;
  };
}
