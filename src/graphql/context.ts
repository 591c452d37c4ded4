import type { Actor } from "../model/actor.ts";
import type { LookForProof } from "../model/domain-proof.ts";
import type { Door } from "../work/door.ts";

/** Keeps tries within bounds. Throws a Refusal RATE_LIMITED when there were too many. */
export interface TryLimit {
  spend(keys: readonly string[]): Promise<void>;
}

/** What a request brings to its resolvers. */
export interface Context {
  door: Door;
  /** The site that the request concerns. Null: none by this key, or none chosen among several. */
  siteId: string | null;
  actor: Actor;
  /** The session or API token that came with the request. */
  accessToken: string | null;
  ipAddress: string | null;
  tries: TryLimit;
  /** Sets the browser's session cookie, or takes it away. */
  rememberSession(session: { accessToken: string; expiresAt: string } | null): void;
  /** Tells the sync that a run waits to be taken up. */
  wakeSync(runId: string): void;
  /** Looks for the proofs of a domain where its owner publishes them. */
  lookForProof: LookForProof;
}
