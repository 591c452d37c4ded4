import { isUtf8 } from "node:buffer";
import { Refusal } from "../../model/refusal.ts";

const newline = 10;

/**
 * Text of bytes that come in pieces. What is no UTF-8 is refused, naming the line: taken for another encoding, names would be
 * spoiled without a word. Tells how many bytes were read.
 */
export async function* decodeUtf8(
  pieces: AsyncIterable<Buffer>,
  path: string[],
  onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  let begun: Buffer = Buffer.alloc(0); // The beginning of the line that the next piece goes on with.
  for await (const piece of pieces) {
    onBytes(piece.length);
    try {
      yield decoder.decode(piece, { stream: true });
    } catch {
      throw notUtf8(line + linesBeforeFault(Buffer.concat([begun, piece])), path);
    }
    line += countNewlines(piece);
    const end = piece.lastIndexOf(newline);
    begun = end === -1 ? Buffer.concat([begun, piece]) : piece.subarray(end + 1);
  }
  try {
    yield decoder.decode();
  } catch {
    throw notUtf8(line, path);
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

function linesBeforeFault(bytes: Buffer): number {
  for (let from = 0, lines = 0; ; lines++) {
    const to = bytes.indexOf(newline, from);
    if (to === -1 || !isUtf8(bytes.subarray(from, to))) return lines;
    from = to + 1;
  }
}

function notUtf8(line: number, path: string[]): Refusal {
  return new Refusal("INVALID", `Line ${line} is not UTF-8. Save the file as "CSV UTF-8" and try again.`, path);
}
