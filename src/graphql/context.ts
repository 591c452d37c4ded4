import type { Actor } from "../model/actor.ts";
import type { LookForProof } from "../model/domain-proof.ts";
import type { SyncPerson } from "../model/person-sync.ts";
import type { ProvenIdentity } from "../model/sign-in-provider.ts";
import type { Door } from "../work/door.ts";

/** Keeps tries within bounds. Throws a Refusal RATE_LIMITED when there were too many. */
export interface TryLimit {
  spend(keys: readonly string[]): Promise<void>;
}

/** What an operation costs its caller, in points. */
export interface CostState {
  requested: number;
  /** What the caller has in a minute, and how much of it is left. */
  limit: number;
  remaining: number;
  /** When all of it is there again: RFC 3339 in UTC. */
  resetAt: string;
}

/** Keeps what is asked for within bounds. */
export interface CostLimit {
  /** Takes points of the caller's. `waitSeconds` is null unless there were too few left: then nothing is to be done. */
  spend(actor: Actor, cost: number): Promise<CostState & { waitSeconds: number | null }>;
}

/** The OpenID providers that sites accept. Sites are named by their keys. */
export interface SignInProviders {
  /** What browsers start from. */
  offeredTo(site: string): { name: string; issuer: string; startUrl: string }[];
  /**
   * Whom an ID token of one of the site's providers is of. Throws a Refusal for a token that proves nothing, and
   * `ProviderUnavailable` when the provider's keys cannot be had.
   */
  check(site: string, idToken: string): Promise<ProvenIdentity>;
}

/** What a request brings to its resolvers. */
export interface Context {
  door: Door;
  /** The site that the request concerns. Null: none by this key, or none chosen among several. */
  siteId: string | null;
  /** The request names a site by its header, whether or not there is one. */
  siteNamed: boolean;
  actor: Actor;
  /** The session or API token that came with the request. */
  accessToken: string | null;
  ipAddress: string | null;
  tries: TryLimit;
  costs: CostLimit;
  providers: SignInProviders;
  /** Sets the browser's session cookie, or takes it away. */
  rememberSession(session: { accessToken: string; expiresAt: string } | null): void;
  /** Tells the sync that a run waits to be taken up. */
  wakeSync(runId: string): void;
  /** Compares one person with their directory and, unless it is a rehearsal, applies that. */
  syncPerson: SyncPerson;
  /** Looks for the proofs of a domain where its owner publishes them. */
  lookForProof: LookForProof;
}
