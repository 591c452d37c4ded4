import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const cipherName = "aes-256-gcm";

/** NIST SP 800-38D, 8.2: 96 bits of nonce. Drawn at random, one key may seal some 2^32 times. */
const nonceBytes = 12;
const tagBytes = 16;

/** A seal that does not open: altered, of another key, or put where another one was. */
export class SealBroken extends Error {
  constructor(context: string) {
    super(`The secret of ${context} cannot be opened: it was altered, or sealed with another SECRET_KEY.`);
    this.name = "SealBroken";
  }
}

/**
 * Encrypts a secret for the database with AES-256-GCM: `v1.<nonce>.<ciphertext>.<tag>` in base64url. The context names the row that
 * it belongs to (`letter:01jd…`), and is authenticated with it: moved to another row, it does not open. The key has 32 bytes.
 */
export function seal(key: Buffer, context: string, plain: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context));
  const hidden = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return ["v1", ...[nonce, hidden, cipher.getAuthTag()].map((part) => part.toString("base64url"))].join(".");
}

/** The secret behind a seal of this key and context. Throws `SealBroken` for anything else. */
export function open(key: Buffer, context: string, sealed: string): string {
  const [version, ...parts] = sealed.split(".");
  const [nonce, hidden, tag] = parts.map((part) => Buffer.from(part, "base64url"));
  if (version !== "v1" || parts.length !== 3 || nonce?.length !== nonceBytes || !hidden || tag?.length !== tagBytes)
    throw new SealBroken(context);
  const decipher = createDecipheriv(cipherName, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(tag);
  const plain = decipher.update(hidden);
  try {
    return Buffer.concat([plain, decipher.final()]).toString("utf8");
  } catch {
    // `final` throws for one reason: the tag does not fit.
    throw new SealBroken(context);
  }
}

/** A new key for sealing: 32 random bytes, as base64, as SECRET_KEY takes it. */
export function newSecretKey(): string {
  return randomBytes(32).toString("base64");
}
