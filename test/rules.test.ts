import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe("docs/rules.md", () => {
  it("says which test shows each rule as the tests do now", () => {
    expect(() => execFileSync(process.execPath, ["scripts/print-rules.mjs", "--check"], { stdio: "pipe" })).not.toThrow();
  });

  it("has no rule that no test names", () => {
    const [, named = ""] = /^No test names these rules yet: (.*)\.$/m.exec(readFileSync("docs/rules.md", "utf8")) ?? [];
    expect(named === "" ? [] : named.split(", ")).toEqual([]);
  });
});
