import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardCell, joinNames, splitNames, unguardCell } from "../../../src/commands/users/cells.ts";

describe("a cell", () => {
  it("has a quote sign before whatever a spreadsheet would take for a formula, and before nothing else", () => {
    for (const text of ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"]) expect(guardCell(text)).toBe(`'${text}`);
    for (const text of ["", "a=1", "O'Hara", "'quoted'", " =1"]) expect(guardCell(text)).toBe(text);
  });

  it("comes back as it was, whatever it was", () => {
    const text = fc.stringMatching(/^'{0,3}[=+\-@\t\r]?.{0,5}$/);
    fc.assert(fc.property(text, (one) => unguardCell(guardCell(one)) === one));
    fc.assert(fc.property(text, (one) => !/^[=+\-@\t\r]/.test(guardCell(one))));
  });
});

describe("names in one cell", () => {
  it("are separated by semicolons, trimmed, and none of them empty", () => {
    expect(splitNames(" Choir ;;R&D; ")).toEqual(["Choir", "R&D"]);
    expect(splitNames("")).toEqual([]);
  });

  it("keep a backslash of their own, and a semicolon behind one", () => {
    expect(splitNames("R\\D;a\\;b;c\\\\")).toEqual(["R\\D", "a;b", "c\\"]);
  });

  it("come back as they were, whatever is in them", () => {
    const name = fc.stringMatching(/^[a\\;'"]{1,6}$/);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (names) => {
        expect(splitNames(joinNames(names))).toEqual(names);
      }),
    );
  });
});
