/** A letter as a mail program would show it. */
export interface ReceivedLetter {
  envelope: { from: string; to: string[] };
  /** Unfolded and decoded, by lower-case name; every occurrence. */
  headers: Map<string, string[]>;
  subject: string;
  text: string;
  html: string;
  raw: string;
}

/** Reads what a mail server received: headers, and the text and HTML parts of a `multipart/alternative` (RFC 2045-2047). */
export function readLetter(raw: string, envelope: ReceivedLetter["envelope"]): ReceivedLetter {
  const letter = readPart(raw);
  const parts = partsOf(letter).map(readPart);
  const contentOf = (type: string): string => {
    const part = parts.find(({ headers }) => first(headers, "content-type").startsWith(type));
    return part ? decodeBody(part.body, first(part.headers, "content-transfer-encoding")) : "";
  };
  return {
    envelope,
    headers: letter.headers,
    subject: first(letter.headers, "subject"),
    text: contentOf("text/plain"),
    html: contentOf("text/html"),
    raw,
  };
}

interface Part {
  headers: Map<string, string[]>;
  body: string;
}

function readPart(raw: string): Part {
  const end = raw.indexOf("\r\n\r\n");
  const headers = new Map<string, string[]>();
  for (const line of raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n")) {
    const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), decodeWords(value)]);
  }
  return { headers, body: raw.slice(end + 4) };
}

function partsOf({ headers, body }: Part): string[] {
  const boundary = /boundary="?([^";]+)"?/.exec(first(headers, "content-type"))?.[1];
  if (!boundary) return [];
  return body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.replace(/^\r\n/, "").replace(/\r\n$/, ""));
}

function decodeBody(body: string, encoding: string): string {
  const bytes =
    encoding === "base64" ? Buffer.from(body, "base64") : encoding === "quoted-printable" ? unquote(body) : Buffer.from(body);
  return bytes.toString("utf8").replaceAll("\r\n", "\n");
}

function unquote(body: string): Buffer {
  const joined = body.replace(/[ \t]*=\r\n/g, (end) => end.slice(0, end.indexOf("=")));
  return Buffer.from(
    joined.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

function decodeWords(value: string): string {
  const together = value.replace(/\?=\s+=\?/g, "?==?"); // blanks between two encoded words are not part of the text
  return together.replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, encoding, word) =>
    (encoding.toLowerCase() === "b" ? Buffer.from(word, "base64") : unquote(word.replaceAll("_", " "))).toString("utf8"),
  );
}

function first(headers: Map<string, string[]>, name: string): string {
  return headers.get(name)?.[0] ?? "";
}
