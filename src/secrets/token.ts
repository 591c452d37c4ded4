import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** What any of our tokens looks like inside another text: a prefix such as `gs_` and 49 more characters. For logs and scanners. */
export const tokenShape = /g[a-z]_[\w-]{49}/;

/** A secret to hand out once, the hash to keep instead, and its first characters to tell it from others. */
export interface NewToken {
  token: string;
  hash: string;
  hint: string;
}

/**
 * A new token: the prefix, 256 random bits and a checksum, the latter two in base64url. API tokens begin with `gh_`, sessions with
 * `gs_`, invitations with `gi_`, password resets with `gr_`, so that a leaked one names itself, and none does another's work.
 */
export function newToken(prefix: string): NewToken {
  const secret = prefix + randomBytes(32).toString("base64url");
  const token = secret + checksum(secret);
  return { token, hash: hashToken(token), hint: token.slice(0, prefix.length + 4) };
}

/** SHA-256 in hex. Enough for 256 random bits, which no dictionary holds; a password needs more. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Whether a text can be a token of this kind: asked before the database is, so that garbage costs nothing. Proves nothing. */
export function isToken(prefix: string, text: string): boolean {
  if (!text.startsWith(prefix) || !/^[\w-]{49}$/.test(text.slice(prefix.length))) return false;
  return checksum(text.slice(0, -6)) === text.slice(-6);
}

/** CRC-32 in six characters, over prefix and secret. Public by design: it tells a typing error, not a forgery. */
function checksum(secret: string): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(secret));
  return sum.toString("base64url");
}
