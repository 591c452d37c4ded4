import { takeTurns } from "../src/actions/directories/take-turns.ts";
import { allScopes } from "../src/model/scope.ts";
import type { Door, Place } from "../src/work/door.ts";
import { type Clock, createThrottle, systemClock, type Throttle } from "./throttle.ts";

/** A quota belongs to no site. */
const everywhere: Place = {
  siteId: "",
  actor: { kind: "operator", label: "gatehouse", scopes: new Set(allScopes), ipAddress: null },
};

/**
 * Throttles by the names of quotas, the same for every connection of this process that counts on the same quota, and through the
 * database one with those of all other instances (S2). That costs a write about every second in which something is asked.
 */
export function shareThrottles(door: Door, perMinute: number, clock: Clock = systemClock): (quota: string) => Throttle {
  const throttles = new Map<string, Throttle>();
  return (quota) => {
    const throttle =
      throttles.get(quota) ??
      createThrottle(perMinute, clock, (milliseconds) =>
        door.act(everywhere, (work) => takeTurns(work, { quota, lasts: milliseconds, keeps: milliseconds })),
      );
    throttles.set(quota, throttle);
    return throttle;
  };
}
