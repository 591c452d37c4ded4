/** A domain that a site claims, with the word by which it is proved. The token is published by its owner: it is no secret. */
export interface DomainClaim {
  name: string;
  token: string;
}

/** Where a proof can stand (rule 8.1): a TXT record at the domain, or a file on its web server. */
export type ProofPlace = "RECORD" | "FILE";

/** What looking at one place came to. */
export interface Finding {
  /** ABSENT is a definite answer without the proof; UNKNOWN is no answer that could be relied on. */
  outcome: "FOUND" | "ABSENT" | "UNKNOWN";
  /** What was seen, as a sentence for an admin. */
  detail: string;
}

/** What looking at both places came to. */
export interface Sighting {
  record: Finding;
  file: Finding;
}

/** Looks for both proofs of a claim. It may take five seconds, so it is never called inside a transaction; it never throws. */
export type LookForProof = (claim: DomainClaim) => Promise<Sighting>;

/** Where the file stands on the domain's web server. */
export const proofPath = "/.well-known/gatehouse-verification.txt";

/** How the text of every proof begins, whosever it is. */
export const proofPrefix = "gatehouse-verification=";

/** What the record and the file hold. */
export function proofText(token: string): string {
  return proofPrefix + token;
}

/** Where the proof was found, the record before the file; null where it was not. */
export function placeFound({ record, file }: Sighting): ProofPlace | null {
  if (record.outcome === "FOUND") return "RECORD";
  return file.outcome === "FOUND" ? "FILE" : null;
}

/**
 * Whether a proof is definitely gone from where it was last found, and not to be seen in the other place (rule 8.3). A server that
 * does not answer says nothing. A domain that was proved otherwise, by a directory that left, is asked for its record.
 */
export function isGone(sighting: Sighting, provedBy: ProofPlace | null): boolean {
  const asked = provedBy === "FILE" ? sighting.file : sighting.record;
  return asked.outcome === "ABSENT" && placeFound(sighting) === null;
}
