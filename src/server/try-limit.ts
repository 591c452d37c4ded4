import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { TryLimit } from "../graphql/context.ts";
import { Refusal } from "../model/refusal.ts";

/** Tries to sign in or to use a link, for each account, link and address. */
const tries = { points: 10, duration: 600 };

/**
 * Bounds guessing (rule 9.2): every try is counted before it is made, so that parallel tries and aliased fields count like any
 * other. Kept by each instance for itself.
 */
export function createTryLimit(): TryLimit {
  const limiter = new RateLimiterMemory(tries);
  return {
    async spend(keys) {
      for (const key of keys)
        try {
          await limiter.consume(key);
        } catch (error) {
          if (!(error instanceof RateLimiterRes)) throw error;
          const minutes = Math.max(1, Math.ceil(error.msBeforeNext / 60_000));
          throw new Refusal(
            "RATE_LIMITED",
            `Too many tries. Wait ${minutes} ${minutes === 1 ? "minute" : "minutes"} and try again.`,
          );
        }
    },
  };
}
