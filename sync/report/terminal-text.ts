/** What a terminal would obey, or what turns the direction of the text around it. Directories hold names that anybody may choose. */
const harmful = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text that a terminal shows and does not obey: what is harmful stands there by its number, `\u{1b}`. */
export function harmless(text: string): string {
  return text.replace(harmful, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

const ascii = /^[\x20-\x7e]*$/;
const unseen = /^[\p{M}\p{Default_Ignorable_Code_Point}]+$/u;
/** Characters that take two columns: Unicode's East Asian Width W and F, by blocks, and what is shown as a picture. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many columns of a terminal a text takes: two for each Japanese character, none for an accent by itself. */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOfOne(segment);
  return width;
}

function widthOfOne(grapheme: string): number {
  return unseen.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1;
}

/** A text filled up with spaces. Longer ones stay as they are. */
export function padTo(width: number, text: string): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** A text that takes at most so many columns; an ellipsis stands for what is left out. */
export function cutTo(width: number, text: string): string {
  if (widthOf(text) <= width) return text;
  let cut = "";
  let taken = 1;
  for (const { segment } of graphemes.segment(text)) {
    taken += widthOfOne(segment);
    if (taken > width) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

/** A text in lines of at most so many columns, broken between words; a longer word stands alone. `first` is the room in the first line. */
export function wrapTo(width: number, text: string, first = width): string[] {
  const lines: string[] = [];
  let line = "";
  let room = first;
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    const isOnlyWord = line === "" && (lines.length > 0 || room === width);
    if (widthOf(longer) <= room || isOnlyWord) line = longer;
    else {
      lines.push(line);
      line = word;
      room = width;
    }
  }
  return [...lines, line];
}

/** How parts of a report are set off. The words and signs carry the meaning without it. */
export interface Paint {
  come(text: string): string;
  change(text: string): string;
  go(text: string): string;
  title(text: string): string;
  /** Not to be missed. */
  loud(text: string): string;
  quiet(text: string): string;
}

const same = (text: string) => text;

/** For pipes, files and whoever wants no colours. */
export const uncoloured: Paint = { come: same, change: same, go: same, title: same, loud: same, quiet: same };

const sgr = (code: string) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;

export const coloured: Paint = {
  come: sgr("32"),
  change: sgr("33"),
  go: sgr("31"),
  title: sgr("1"),
  loud: sgr("1;31"),
  quiet: sgr("2"),
};

/** `1 person`, `2,400 people`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

export function number(count: number): string {
  return count.toLocaleString("en-US");
}
