import type { WordedLetter } from "./letter.ts";
import { oneLine } from "./one-line.ts";
import { unlinked } from "./unlinked.ts";

/** A part of a letter: a paragraph; a link to follow, with the words on it; someone's own words, of any lines; or a list. */
export type Block = string | { label: string; link: string } | { quote: string } | { items: string[] };

/** What a letter says, before it has a look. A part that is null is left out. */
export interface LetterPlan {
  subject: string;
  heading: string;
  body: (Block | null)[];
  /** Why the reader got this letter, in small print. */
  footnote: string;
}

/**
 * Lays a letter out as text and as HTML. Every value may be hostile: whatever would break a line, turn the reading direction,
 * open a tag or become a link is made harmless here, so that no wording can forget it; only in a quote an address stays one.
 * Throws on a link that is not plain http or https, because links are ours: a wrong one is a bug.
 */
export function layOut({ subject, heading, body, footnote }: LetterPlan): WordedLetter {
  const blocks = body.filter((block) => block !== null);
  return {
    subject: oneLine(subject, 150),
    text: `${[...blocks.map(blockAsText), plain(footnote)].join("\n\n")}\n`,
    html: page(inline(heading), blocks.map(blockAsHtml).join("\n"), inline(footnote)),
  };
}

function blockAsText(block: Block): string {
  if (typeof block === "string") return plain(block);
  if ("link" in block) return `${plain(block.label)}:\n${plainLink(block.link)}`;
  const lines =
    "items" in block ? block.items.map((item) => `- ${plain(item)}`) : quotedLines(block.quote).map((line) => `> ${line}`);
  return lines.map((line) => line.trimEnd()).join("\n");
}

function blockAsHtml(block: Block): string {
  if (typeof block === "string") return `<p style="margin:0 0 16px">${inline(block)}</p>`;
  if ("quote" in block) {
    const words = quotedLines(block.quote).map(escapeHtml).join("<br>");
    return `<blockquote class="quote" dir="auto" style="margin:0 0 16px;padding:4px 14px;border-inline-start:3px solid #b9c4c2;color:#3d4a48">${words}</blockquote>`;
  }
  if ("items" in block) {
    const items = block.items.map((item) => `<li style="margin:0 0 4px">${inline(item)}</li>`);
    return `<ul style="margin:0 0 16px;padding-left:22px">${items.join("")}</ul>`;
  }
  const link = escapeHtml(plainLink(block.link));
  return `<p style="margin:24px 0 12px"><a class="button" href="${link}" style="display:inline-block;border:solid #0b5f58;border-width:11px 22px;border-radius:6px;background:#0b5f58;color:#ffffff;font-weight:600;text-decoration:none">${inline(block.label)}</a></p>
<p class="quiet" style="margin:0 0 24px;font-size:13px;color:#566361">If the button does not work, copy this address into your browser:<br><span style="overflow-wrap:anywhere;word-break:break-all">${link}</span></p>`;
}

/** The lines of a message, with no more than one empty line in a row. */
function quotedLines(message: string): string[] {
  const lines = message.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => oneLine(line));
  return lines
    .join("\n")
    .trim()
    .replace(/\n{3,}/g, "\n\n")
    .split("\n");
}

function plainLink(link: string): string {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(link)) throw new TypeError(`Not a link for a letter: ${oneLine(link, 200)}`);
  return link;
}

function plain(value: string): string {
  return unlinked(oneLine(value));
}

function inline(value: string): string {
  return escapeHtml(plain(value));
}

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

// Styles stand on the elements for mail programs that drop <style>; those that keep it get the dark colours from there.
const darkColours = `:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #101514 !important; color: #e6ecea !important; }
  .sheet { background: #1a2120 !important; border-color: #2f3a38 !important; }
  .button { background: #7fd6c6 !important; border-color: #7fd6c6 !important; color: #0b1f1c !important; }
  .quote { border-color: #4a5856 !important; color: #c6d0ce !important; }
  .quiet { color: #a3b0ad !important; }
}`;

function page(heading: string, body: string, footnote: string): string {
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${heading}</title>
<style>
${darkColours}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f1f4f3">
<div class="page" style="padding:24px 12px;background:#f1f4f3;color:#18211f;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5">
<div class="sheet" style="max-width:520px;margin:0 auto;padding:28px 28px 12px;background:#ffffff;border:1px solid #dde4e2;border-radius:10px;overflow-wrap:anywhere">
<h1 style="margin:0 0 16px;font-size:21px;line-height:1.3;font-weight:650">${heading}</h1>
${body}
</div>
<p class="quiet" style="max-width:520px;margin:16px auto 0;padding:0 28px;font-size:13px;color:#566361;overflow-wrap:anywhere">${footnote}</p>
</div>
</body>
</html>
`;
}
