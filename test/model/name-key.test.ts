import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanText, nameKey, searchTerms } from "../../src/model/name-key.ts";

const anyText = fc.string({ unit: "binary", maxLength: 400 });

describe("the key of a name", () => {
  it.each([
    ["  Sales   Team ", "sales team"],
    ["Sales\u00a0\tTeam", "sales team"],
    ["STRASSE", "strasse"],
    ["Straße", "strasse"],
    ["STRAẞE", "strasse"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευσ"],
    ["Ὀδυσσεύς", "ὀδυσσεύσ"],
    ["Cafe\u0301", "café"],
    ["ﬃ", "ffi"],
    ["Mıke", "mıke"],
    ["İzmir", "i\u0307zmir"],
  ])("of %j is %j", (name, key) => {
    expect(nameKey(name)).toBe(key.normalize("NFC"));
  });

  it("keeps different names apart", () => {
    for (const [one, other] of [
      ["cure", "cüre"],
      ["mike", "mıke"],
      ["a", "ａ"],
      ["ab", "a\u200db"],
    ] as const)
      expect(nameKey(one)).not.toBe(nameKey(other));
  });

  it("changes nothing the second time, for every character there is", () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const key = nameKey(`a${String.fromCodePoint(code)}b`);
      if (nameKey(key) !== key) expect.fail(`U+${code.toString(16)}`);
    }
  });

  it("changes nothing the second time, and forgets case and composition, for any text", () => {
    const accented = fc.string({ unit: fc.constantFrom(..."aßΣςıİſK\u0345\u0301\u0307αΐǰ \t한"), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(anyText, accented), (text) => {
        const key = nameKey(text);
        expect(nameKey(key)).toBe(key);
        expect(nameKey(text.normalize("NFD"))).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });

  it("fits a key column, and still tells long names apart", () => {
    const long = "名".repeat(199);
    expect(nameKey(`${long}一`)).not.toBe(nameKey(`${long}二`));
    expect(nameKey(`${long}A`)).toBe(nameKey(`${long}a`));
    fc.assert(fc.property(anyText, (text) => Buffer.byteLength(nameKey(text)) <= 254));
  });
});

describe("the words to search by", () => {
  it("are folded, without punctuation, each once", () => {
    expect(searchTerms("Dr. Jean-Luc  O’Brien (Jean)")).toEqual(["dr", "jean", "luc", "o", "brien"]);
    expect(searchTerms("山田 太郎")).toEqual(["山田", "太郎"]);
    expect(searchTerms(" 🙂 -- ")).toEqual([]);
  });

  it("are at most 8, each at most 64 characters and a key column's bytes", () => {
    expect(searchTerms("a b c d e f g h i j")).toHaveLength(8);
    expect(searchTerms("x".repeat(100))).toEqual(["x".repeat(64)]);
    fc.assert(fc.property(anyText, (text) => searchTerms(text).every((term) => term !== "" && Buffer.byteLength(term) <= 254)));
  });

  it("hold the start of every word of the name's key", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[A-Za-zÀ-ÖØ-ö]{1,10}$/), { minLength: 1, maxLength: 8 }), (words) => {
        expect(new Set(searchTerms(words.join(" ")))).toEqual(new Set(words.map(nameKey)));
      }),
    );
  });
});

describe("cleaning a text", () => {
  it("trims, composes and counts characters, not units", () => {
    expect(cleanText("  Ame\u0301lie ", { max: 6 })).toEqual({ text: "Amélie" });
    expect(cleanText("🙂🙂🙂", { max: 3 })).toEqual({ text: "🙂🙂🙂" });
    expect(cleanText("🙂🙂🙂🙂", { max: 3 })).toHaveProperty("fault");
    expect(cleanText("x".repeat(10_000_000), { max: 200 })).toHaveProperty("fault");
    expect(cleanText("   ", { max: 3 })).toEqual({ text: "" });
  });

  it.each([
    "a\u0000b",
    "a\nb",
    "a\tb",
    "a\u007fb",
    "a\u0085b",
    "a\u2028b",
    "a\u202eb",
    "a\u2066b",
    "a\ud800b",
    "\u200b",
    "\u3164",
  ])("refuses %j", (input) => {
    expect(cleanText(input, { max: 10 })).toEqual({ fault: expect.stringMatching(/^This .*\.$/) });
  });

  it("leaves joiners and right-to-left names alone", () => {
    for (const name of ["می\u200cخواهم", "👩\u200d💻", "דוד"]) expect(cleanText(name, { max: 20 })).toEqual({ text: name });
  });

  it("keeps line breaks where lines are wanted, and nothing else that controls", () => {
    expect(cleanText("one\r\ntwo\rthree\n", { max: 20, lines: true })).toEqual({ text: "one\ntwo\nthree" });
    for (const input of ["a\u0000b", "a\tb", "a\u2028b", "a\u202eb"])
      expect(cleanText(input, { max: 20, lines: true })).toHaveProperty("fault");
  });
});
