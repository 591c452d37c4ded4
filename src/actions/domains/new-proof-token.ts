import { randomBytes } from "node:crypto";

/** What a domain's owner publishes: 160 random bits in hex, so that no other site's proof, and no guess, is taken for it. */
export function newProofToken(): string {
  return randomBytes(20).toString("hex");
}
