import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** The attacks that have happened to systems like this one and concern people, tokens, sites, addresses and mail. */
const attacks = Array.from({ length: 29 }, (_, n) => n + 1).filter((number) => number !== 6 && number !== 7); // those are the sync's

it("every attack is named by a test that tries it", () => {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts"));
  const sources = files.map((name) => readFileSync(`test/${name}`, "utf8")).join("\n");
  const titles = [...sources.matchAll(/(["'`])((?:rules? |section |T)\d[^:"'`]*): /g)].map(([, , named]) => named ?? "");
  const named = new Set(titles.flatMap((title) => title.match(/T\d+/g) ?? []));
  expect(attacks.filter((number) => !named.has(`T${number}`))).toEqual([]);
});
