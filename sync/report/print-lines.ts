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
    const head = `${shown} ${says.length > 0 ? padTo(column, who) : who}`;
    const from = column + 4;
    const room = width - widthOf(head) - 2;
    const begins = room >= narrowest;
    const below = Math.max(narrowest, width - from);
    const text = sayIn(begins ? room : below, says, all);
    const [first = "", ...rest] = wrapTo(below, text.said, begins ? room : below);
    const indented = (begins ? rest : [first, ...rest]).map((more) => " ".repeat(from) + more);
    printed.cut ||= text.cut;
    for (const line of [begins && says.length > 0 ? `${head}  ${first}` : head, ...(says.length > 0 ? indented : [])])
      printed.lines.push(colours[shown](line));
  }
  return printed;
}

/** What is said in one line, with as many names as it has room for, but at least one of each list. */
function sayIn(room: number, says: Told["says"], all: boolean): { said: string; cut: boolean } {
  const longest = Math.max(1, ...says.map((said) => (typeof said === "string" ? 0 : said.names.length)));
  const whole = (most: number) => says.map((said) => (typeof said === "string" ? said : listed(said, most))).join(", ");
  if (all) return { said: whole(longest), cut: false };
  for (let most = Math.min(namesInLine, longest); most > 1; most--) {
    const said = whole(most);
    if (widthOf(said) <= room) return { said, cut: most < longest };
  }
  return { said: whole(1), cut: longest > 1 };
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
