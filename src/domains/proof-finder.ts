import { Resolver } from "node:dns/promises";
import type { LookForProof } from "../model/domain-proof.ts";
import { lookForFile } from "./look-for-file.ts";
import { lookForRecord } from "./look-for-record.ts";

export interface ProofFinderOptions {
  /** Where DNS is asked, as `192.0.2.1:53`; null is the system's choice. */
  dnsServer: string | null;
  /** `allow` is for tests: whoever may claim a domain could else have us knock on doors inside our own network. */
  privateAddresses: "refuse" | "allow";
  httpsPort: number;
  /** Certificate authorities in place of the usual ones; for tests. */
  ca?: string;
  /** How long a look may take in all. Milliseconds. */
  patienceMs?: number;
}

/** Finds the proofs of domains where their owners publish them. */
export interface ProofFinder {
  look: LookForProof;
  /** Whether our DNS can be relied on just now: it knows who serves the root of all names. */
  hasDns(): Promise<boolean>;
}

/** Rule 8.1. Milliseconds. */
const longestLook = 5000;

export function createProofFinder(options: ProofFinderOptions): ProofFinder {
  const { dnsServer, privateAddresses, httpsPort: port, ca, patienceMs = longestLook } = options;

  /** Gives a question a resolver and a signal of its own, which both end when time is up. */
  const inTime = async <T>(question: (resolver: Resolver, signal: AbortSignal) => Promise<T>): Promise<T> => {
    const resolver = new Resolver({ timeout: Math.ceil(patienceMs / 3), tries: 2 });
    if (dnsServer) resolver.setServers([dnsServer]);
    const timeUp = new AbortController();
    const timer = setTimeout(() => {
      timeUp.abort();
      resolver.cancel();
    }, patienceMs);
    try {
      return await question(resolver, timeUp.signal);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    look: (claim) =>
      inTime(async (resolver, signal) => {
        const allowsPrivate = privateAddresses === "allow";
        const [record, file] = await Promise.all([
          lookForRecord(resolver, claim),
          lookForFile(resolver, claim, { port, allowsPrivate, ca, signal }),
        ]);
        return { record, file };
      }),
    hasDns: () =>
      inTime((resolver) =>
        resolver.resolveNs(".").then(
          (servers) => servers.length > 0,
          () => false,
        ),
      ),
  };
}
