import { LRUCache } from "lru-cache";
import { noteUse } from "../actions/tokens/note-use.ts";
import type { Door, Place } from "../work/door.ts";
import type { Log } from "./log.ts";

/** Requests of one token within this time are one use. Milliseconds. */
const oneUse = 60_000;

/** Notes that an API token is in use, after the request and at most once a minute on each instance. */
export function createTokenUse(door: Door, log: Log): (place: Place) => void {
  const noted = new LRUCache<string, true>({ max: 10_000, ttl: oneUse });
  return (place) => {
    const { actor } = place;
    if (actor.kind !== "token" || noted.has(actor.tokenId)) return;
    noted.set(actor.tokenId, true);
    // Nobody waits for it, and a request is not to fail for it.
    door.act(place, noteUse).catch((error: unknown) => {
      noted.delete(actor.tokenId);
      log.warn({ err: error }, "the use of an API token was not noted");
    });
  };
}
