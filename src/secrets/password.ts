import { hash, type Options, verify } from "@node-rs/argon2";
import pLimit from "p-limit";

/** Argon2id (the library's own choice) with 19 MiB, two passes, one lane: OWASP, Password Storage Cheat Sheet. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } satisfies Options;

/** Sign-ins are hashed two at a time, so that a flood of them takes 38 MiB and no more; the rest wait in line. */
const inLine = pLimit(2);

/** The hash that nobody's password has. It costs the same to try as a real one, so that time does not tell who has an account. */
const nobody = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${"A".repeat(22)}$${"A".repeat(43)}`;

const fewest = 12;
const most = 256;

/** What is wrong with a new password, in a sentence, or null. 12 to 256 characters; which ones is the person's own affair. */
export function passwordFault(password: string): string | null {
  const length = lengthOf(password);
  return length < fewest || length > most ? `A password has ${fewest} to ${most} characters.` : null;
}

/** The hash to keep, in the PHC string format. Slow on purpose: never call it inside a transaction. */
export async function hashPassword(password: string): Promise<string> {
  const fault = passwordFault(password);
  if (fault) throw new TypeError(fault);
  return inLine(() => hash(spelled(password), cost));
}

/**
 * Whether this is the password behind the hash. Without a hash it is not, and takes as long to say so. Longer ones than any password
 * may be are answered at once, whoever is asked about.
 */
export async function verifyPassword(hashed: string | null, password: string): Promise<boolean> {
  if (lengthOf(password) > most) return false;
  const matches = await inLine(() => verify(hashed ?? nobody, spelled(password)));
  return matches && hashed !== null;
}

/** NFC (RFC 8265, 4.2.2): the same keys give different bytes for é on different systems. */
function spelled(password: string): string {
  return password.normalize("NFC");
}

/** In characters (code points), looking no further than it must. */
function lengthOf(password: string): number {
  return password.length > most * 4 ? password.length : [...spelled(password)].length;
}
