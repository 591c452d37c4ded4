import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { CostLimit } from "../graphql/context.ts";
import type { Actor } from "../model/actor.ts";

/** Seconds after which a caller has all points again. */
const duration = 60;

/** What an address of the Internet may spend in a minute while nobody there has signed in: some 300 requests. */
const strangersPoints = 3000;

/**
 * Points for what operations ask for, each caller's own: of an account, of an API token, and of an address for whoever is not signed
 * in. Kept by each instance for itself.
 */
export function createCostLimit(pointsPerMinute: number): CostLimit {
  const known = new RateLimiterMemory({ points: pointsPerMinute, duration });
  const strangers = new RateLimiterMemory({ points: strangersPoints, duration });
  return {
    async spend(actor, cost) {
      const [limiter, key] = isUnknown(actor) ? [strangers, actor.ipAddress ?? ""] : [known, keyOf(actor)];
      const limit = limiter.points;
      try {
        const { remainingPoints, msBeforeNext } = await limiter.consume(key, cost);
        return { requested: cost, limit, remaining: remainingPoints, resetAt: after(msBeforeNext), waitSeconds: null };
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        // What is refused costs nothing: what is cheaper may still fit.
        const { consumedPoints, msBeforeNext } = await limiter.reward(key, cost);
        const waitSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
        const remaining = Math.max(0, limit - consumedPoints);
        return { requested: cost, limit, remaining, resetAt: after(msBeforeNext), waitSeconds };
      }
    },
  };
}

function isUnknown(actor: Actor): boolean {
  return actor.kind === "stranger" && actor.accountId === null;
}

function keyOf(actor: Actor): string {
  if (actor.kind === "token") return `token ${actor.tokenId}`;
  return `account ${"accountId" in actor ? actor.accountId : actor.kind}`;
}

function after(milliseconds: number): string {
  return new Date(Date.now() + milliseconds).toISOString();
}
