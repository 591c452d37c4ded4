import { GoogleError } from "./google-error.ts";

/** One clause of a `query`: the whole of a field, whole words of it in this order, or how it begins. */
export interface Clause {
  field: string;
  how: "is" | "has" | "begins";
  value: string;
}

/** What a clause asks of an item; null for a clause that is not of the part of the language which the sample has. */
export type ReadClause<T> = (clause: Clause) => ((item: T) => boolean) | null;

/**
 * Reads Google's language of queries: `field=value`, `field:words` and `field:begin*`, with `'a value'` and `\'` in it, and a blank
 * for "and". Source: developers.google.com/workspace/admin/directory/v1/guides/search-users and search-groups. What is not of the
 * sample's part of the language is refused, and never ignored.
 */
export function readQuery<T>(query: string, read: ReadClause<T>): ((item: T) => boolean)[] {
  const form = /\s*(\w+)([=:])(?:'((?:[^'\\]|\\.)*)'|([^\s'*]+))(\*?)(?=\s|$)/gy;
  const tests: ((item: T) => boolean)[] = [];
  for (let end = 0; query.slice(end).trim() !== ""; end = form.lastIndex) {
    const [, field = "", sign, quoted, plain = "", star] = form.exec(query) ?? [];
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain;
    const isWhole = sign === "=" && star === "";
    const test = sign === ":" || isWhole ? read({ field, value, how: isWhole ? "is" : star ? "begins" : "has" }) : null;
    if (!test) throw new GoogleError("invalid", { message: "Invalid Input: query", parameter: "query" });
    tests.push(test);
  }
  return tests;
}

/** A test of text, without regard to case. */
export function textTest({ how, value }: Clause): (text: string) => boolean {
  const wanted = value.toLowerCase();
  if (how === "is") return (text) => text.toLowerCase() === wanted;
  if (how === "begins") return (text) => text.toLowerCase().startsWith(wanted);
  const words = ` ${wordsOf(wanted)} `;
  return (text) => ` ${wordsOf(text.toLowerCase())} `.includes(words);
}

function wordsOf(text: string): string {
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .join(" ")
    .trim();
}
