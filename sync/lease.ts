import { type LeaseClaim, leaseSeconds, releaseLease, renewLease } from "../src/actions/directories/hold-lease.ts";
import type { Door, Place } from "../src/work/door.ts";

/** What a run tells the operator. The fields first, as pino takes them. */
export interface RunLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A lease that renews itself. */
export interface KeptLease {
  /** Aborted when somebody else took the lease over: then whatever is under way is in vain. */
  lost: AbortSignal;
  /** Stops renewing it, and gives it back; false when the database did not answer. */
  release(): Promise<boolean>;
}

/**
 * Renews a taken lease at a third of its term (S19). A renewal that does not get through loses nothing by itself: it is the fencing
 * number, checked by every batch, that keeps two processes apart.
 */
export function keepLease(door: Door, place: Place, claim: LeaseClaim, log: RunLog): KeptLease {
  const lost = new AbortController();
  const renew = async () => {
    try {
      if (!(await door.act(place, (work) => renewLease(work, claim))))
        lost.abort(new Error(`The lease ${claim.name} was taken over`));
    } catch (error) {
      log.warn({ err: error, lease: claim.name }, "A lease could not be renewed");
    }
  };
  const timer = setInterval(renew, (leaseSeconds * 1000) / 3);
  timer.unref();
  return {
    lost: lost.signal,
    release() {
      clearInterval(timer);
      return giveBack(door, place, claim, log);
    },
  };
}

/** Gives a lease back, if it is held; false when the database did not answer. */
export async function giveBack(door: Door, place: Place, claim: LeaseClaim, log: RunLog): Promise<boolean> {
  try {
    await door.act(place, (work) => releaseLease(work, claim));
    return true;
  } catch (error) {
    // It runs out by itself.
    log.warn({ err: error, lease: claim.name }, "A lease could not be given back");
    return false;
  }
}
