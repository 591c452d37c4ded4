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
  /** Waits for this caller's turn, first come first served, and answers how many milliseconds that took. */
  take(signal?: AbortSignal): Promise<number>;
}

/**
 * A token bucket: `perMinute` requests spread evenly, of which one second's worth may go at once. A turn is given out when it is
 * asked for, so an aborted wait still uses its turn: the limit errs on the careful side.
 */
export function createThrottle(perMinute: number, clock: Clock = systemClock): Throttle {
  const spacing = 60_000 / perMinute;
  const burst = Math.max(1, Math.ceil(perMinute / 60));
  // When the turn given out last was due. It lies in the past while there are turns to spare.
  let due = Number.NEGATIVE_INFINITY;

  return {
    async take(signal) {
      const now = clock.now();
      due = Math.max(due, now - burst * spacing) + spacing;
      const wait = Math.max(0, due - now);
      if (wait > 0) await clock.sleep(wait, signal);
      return wait;
    },
  };
}
