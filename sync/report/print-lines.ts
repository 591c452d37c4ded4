import { cutTo, number, type Paint, padTo, widthOf, wrapTo } from "./terminal-text.ts";
import type { NameList, Told } from "./told-change.ts";

export interface PrintOptions {
  /** Columns; infinite where nobody looks at a terminal. */
  width: number;
  paint: Paint;
}

/** The signs of a diff, and of what was not made. */
export type Sign = Told["sign"] | "!" | "?" | "=";

/** What is printed. `cut`: something was left out, and said so. */
export interface Printed {
  lines: string[];
  cut: boolean;
}

/** What is said of somebody needs so many columns beside them. */
const roomToSay = 33;

/** So few columns are no place to begin a sentence. */
const narrowest = 24;

/** At most so many names are in one line, wherever it is shown. */
const namesInLine = 8;

/** Who, up to here, stands in a column of its own; whoever is longer pushes that line alone. */
function columnFor(lines: readonly Told[], width: number): number {
  const most = width === Number.POSITIVE_INFINITY ? 50 : Math.max(20, width - 4 - roomToSay);
  return Math.max(0, ...lines.map(({ who }) => widthOf(who)).filter((own) => own <= most));
}

/** Lines of a diff: sign, who, what. With `all` every name is there, and what is long goes on below where it began. */
export function printLines(told: readonly Told[], { width, paint, all }: PrintOptions & { all: boolean }, sign?: Sign): Printed {
  const column = columnFor(told, width);
  const colours = { "+": paint.come, "~": paint.change, "-": paint.go, "!": paint.go, "?": paint.change, "=": paint.quiet };
  const printed: Printed = { lines: [], cut: false };
  for (const { sign: own, who, says } of told) {
    const shown = sign ?? own;
    const names = wrapTo(width - 4, who);
    const last = names.pop() ?? "";
    const head = `${names.length > 0 ? "   " : shown} ${says.length > 0 ? padTo(column, last) : last}`;
    const from = column + 4;
    const room = width - widthOf(head) - 2;
    const begins = room >= narrowest;
    const below = Math.max(narrowest, width - from);
    const { lines, cut } = sayIn(says, all, (said) => wrapTo(below, said, begins ? room : below));
    const [first = "", ...rest] = lines;
    const indented = (begins ? rest : [first, ...rest]).map((more) => " ".repeat(from) + more);
    printed.cut ||= cut;
    const above = names.map((name, at) => `${at === 0 ? shown : "   "} ${name}`);
    for (const line of [...above, begins && says.length > 0 ? `${head}  ${first}` : head, ...(says.length > 0 ? indented : [])])
      printed.lines.push(colours[shown](line));
  }
  return printed;
}

/** What is said in one line, with as many names as it has room for; where it has room for none, in two. */
function sayIn(says: Told["says"], all: boolean, wrap: (said: string) => string[]): Printed {
  const longest = Math.max(1, ...says.map((said) => (typeof said === "string" ? 0 : said.names.length)));
  const whole = (most: number) => wrap(says.map((said) => (typeof said === "string" ? said : listed(said, most))).join(", "));
  if (all) return { lines: whole(longest), cut: false };
  for (const most of [1, 2])
    for (let names = Math.min(namesInLine, longest); names >= 1; names--) {
      const lines = whole(names);
      if (lines.length <= most) return { lines, cut: names < longest };
    }
  return { lines: whole(1), cut: longest > 1 };
}

function listed({ lead, names }: NameList, most: number): string {
  const more = names.length - most;
  const rest = more > 0 ? ` and ${number(more)} more` : "";
  return `${lead} ${names.slice(0, most).join(", ")}${rest}`;
}

/** A sentence in lines that fit, each so far from the edge. */
export function printSentence(text: string, { width }: PrintOptions, indent = 0): string[] {
  return wrapTo(Math.max(narrowest, width - indent), text).map((line) => " ".repeat(indent) + line);
}

/** A heading, with room before it. */
export function printTitle(title: string, { width }: PrintOptions, paint: Paint["title"]): string[] {
  return ["", paint(cutTo(width, title))];
}
