import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe("docs/rules.md", () => {
  it("says which test shows each rule as the tests do now", () => {
    expect(() => execFileSync(process.execPath, ["scripts/print-rules.mjs", "--check"], { stdio: "pipe" })).not.toThrow();
  });

  it("has no rule that no test names", () => {
    const [, named = ""] = /^No test names these rules yet: (.*)\.$/m.exec(readFileSync("docs/rules.md", "utf8")) ?? [];
    expect(named === "" ? [] : named.split(", ")).toEqual([]);
  });

  it("has no rule that is not shown over GraphQL as well", () => {
    const numbers = [...readFileSync("docs/rules.md", "utf8").matchAll(/^\*\*((?!11)\d+\.\d+[a-z]?)\*\* /gm)].map(
      ([, number]) => number,
    );
    const files = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts"));
    const asking = files
      .map((name) => readFileSync(`test/${name}`, "utf8"))
      .filter((source) => /openGateway|serveBy|buildRuleHouse|\/graphql`/.test(source));
    const named = new Set(
      asking.flatMap((source) =>
        [...source.matchAll(/(["'`])rules? (\d[^:"'`]*): /g)].flatMap(([, , rules = ""]) => rules.split(/, */)),
      ),
    );
    expect(numbers.length).toBeGreaterThan(40);
    expect(numbers.filter((number) => !named.has(number ?? ""))).toEqual([]);
  });
});
