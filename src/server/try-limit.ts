import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { TryLimit } from "../graphql/context.ts";
import { Refusal } from "../model/refusal.ts";

/** Seconds for which tries are counted. */
const duration = 600;

/** Tries for one account or link, and for one address of the Internet, which many people of an office can share. */
const most = { one: 10, address: 100 };

const isAddress = (key: string) => key.startsWith("address ");

/**
 * Bounds guessing (rule 9.2): every try is counted before it is made, so that parallel tries and aliased fields count like any
 * other. Kept by each instance for itself. Keys that begin with `address ` are addresses, and are counted first: one that has no
 * tries left uses up nobody's, and cannot lock out whole sites.
 */
export function createTryLimit(): TryLimit {
  const one = new RateLimiterMemory({ points: most.one, duration });
  const address = new RateLimiterMemory({ points: most.address, duration });
  return {
    async spend(keys) {
      for (const key of [...keys.filter(isAddress), ...keys.filter((key) => !isAddress(key))])
        try {
          await (isAddress(key) ? address : one).consume(key);
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
