import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asJson } from "../../../sync/report/json-lines.ts";
import { coloured, cutTo, harmless, padTo, uncoloured, widthOf, wrapTo } from "../../../sync/report/terminal-text.ts";

/** What a terminal obeys, in one byte or in two, and what turns the direction of text. */
const obeyed = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const anyText = fc.string({ unit: "binary", maxLength: 30 });
const hostile = fc
  .array(fc.oneof(anyText, fc.constantFrom("\x1b[2J", "\x9b31m", "\x1b]0;owned\x07", "\u202e", "\r", "\n", "\ud800", "春")))
  .map((parts) => parts.join(""));

describe("a text for a terminal", () => {
  it("has nothing that a terminal obeys, whatever was in it, and everything else as it was", () => {
    fc.assert(fc.property(hostile, (text) => !obeyed.test(harmless(text))));
    fc.assert(fc.property(hostile, (text) => obeyed.test(text) || harmless(text) === text));
    expect(harmless("Eve\x1b[2J\u202egpj")).toBe("Eve\\u{1b}[2J\\u{202e}gpj");
  });

  it("is as wide as it is shown: two columns for a Japanese character or a picture, none for an accent by itself", () => {
    for (const [text, width] of [
      ["", 0],
      ["Ada", 3],
      ["Zoë", 3],
      ["Zoe\u0308", 3],
      ["田中 春香", 9],
      ["ﾃｽﾄ", 3],
      ["ＡＢ", 4],
      ["한글", 4],
      ["👩‍👩‍👧", 2],
      ["✈️", 2],
    ] as const)
      expect(widthOf(text), text).toBe(width);
  });

  it("is cut to the columns there are, in whole characters, and says so", () => {
    expect(cutTo(5, "Ada")).toBe("Ada");
    expect(cutTo(5, "Ada Lovelace")).toBe("Ada…");
    expect(cutTo(6, "田中春香")).toBe("田中…");
    fc.assert(fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, width) => widthOf(cutTo(width, text)) <= width));
  });

  it("is filled up by its width, and not by its length", () => {
    expect(padTo(6, "田中")).toBe("田中  ");
    expect(padTo(2, "Ada")).toBe("Ada");
  });

  it("is broken between words, and keeps all of them", () => {
    expect(wrapTo(10, "one two three four")).toEqual(["one two", "three four"]);
    expect(wrapTo(10, "one two three", 4)).toEqual(["one", "two three"]);
    expect(wrapTo(4, "unbreakable it is")).toEqual(["unbreakable", "it", "is"]);
    const words = fc.array(fc.stringMatching(/^[a-z田]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (all, width, first) => {
        const lines = wrapTo(width, all.join(" "), first);
        expect(lines.join(" ").trim()).toBe(all.join(" "));
        for (const line of lines) expect(widthOf(line) <= Math.max(width, first) || !line.includes(" ")).toBe(true);
      }),
    );
  });

  it("is set off by colours alone where it is coloured", () => {
    for (const paint of [coloured.come, coloured.change, coloured.go, coloured.title, coloured.loud, coloured.quiet])
      expect([paint("Ada").length > 3, stripVTControlCharacters(paint("Ada"))]).toEqual([true, "Ada"]);
    for (const paint of Object.values(uncoloured)) expect(paint("Ada")).toBe("Ada");
  });
});

describe("a line of JSON", () => {
  it("says the same as was put into it, without anything that a terminal obeys", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = asJson({ text });
        expect(JSON.parse(line)).toEqual({ text });
        expect(obeyed.test(line)).toBe(false);
      }),
    );
  });
});
