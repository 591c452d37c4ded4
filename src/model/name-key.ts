import { createHash } from "node:crypto";

/** Key columns hold this much (`columnTypes.key`). */
const keyBytes = 254;

/**
 * What two names are compared by (rule 6.1): NFC, case folded, trimmed, inner white space collapsed. A key longer than 254 bytes
 * keeps its beginning, for the order, and a hash of the whole, for equality.
 */
export function nameKey(text: string): string {
  const key = foldCase(text).trim().replace(/\s+/gu, " ");
  if (Buffer.byteLength(key) <= keyBytes) return key;
  const digest = createHash("sha256").update(key).digest("hex").slice(0, 32);
  return `${cutToBytes(key, keyBytes - digest.length - 1)}~${digest}`;
}

/**
 * The words of a name, for search by the start of any word: folded, without punctuation, each once, at most 8 of at most 64
 * characters (and of what a key column holds). What is searched for has to be split by this function too.
 */
export function searchTerms(fullName: string): string[] {
  const words = foldCase(fullName).match(/[\p{L}\p{M}\p{N}\p{Join_Control}]+/gu) ?? [];
  const terms = words.map((word) => cutToBytes([...word].slice(0, 64).join(""), keyBytes));
  return [...new Set(terms)].slice(0, 8);
}

/** Controls, lone surrogates, line separators, and the characters that turn the direction of the text around them. */
const harmful = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const harmfulButLines = /[^\P{Cc}\n]|[\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const invisible = /^[\s\p{Default_Ignorable_Code_Point}]+$/u;

/**
 * A name, title or description as it is kept: NFC, trimmed. Refuses more than `max` characters (code points), control characters
 * and what can disguise a text. Empty is the caller's to judge. With `lines`, line breaks are kept, as `\n`.
 */
export function cleanText(
  input: string,
  { max, lines = false }: { max: number; lines?: boolean },
): { text: string } | { fault: string } {
  // Normalising costs more than looking; no character needs more than four UTF-16 units before NFC in any real text.
  if (input.length > max * 4 + 1000) return { fault: `This is longer than ${max} characters.` };
  const text = (lines ? input.replace(/\r\n?/g, "\n") : input).trim().normalize("NFC");
  if ([...text].length > max) return { fault: `This is longer than ${max} characters.` };
  if (lines ? harmfulButLines.test(text) : harmful.test(text))
    return { fault: "This has characters that cannot be seen: line breaks, controls or marks that turn the direction of text." };
  if (invisible.test(text)) return { fault: "This has nothing that can be seen." };
  return { text };
}

/**
 * Full case folding (Unicode 3.13) by the runtime's own tables: down, up and down again takes ß to `ss` by way of SS; one character
 * at a time, so that a sigma is the same at the end of a word. Turkish ı stays itself, where going up would make it an i.
 */
function foldCase(text: string): string {
  let folded = "";
  for (const char of text.normalize("NFD")) folded += char === "ı" ? char : char.toLowerCase().toUpperCase().toLowerCase();
  return folded.normalize("NFC");
}

/** As much of the beginning as fits, in whole characters. */
function cutToBytes(text: string, bytes: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read);
}
