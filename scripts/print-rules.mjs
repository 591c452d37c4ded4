// Writes the lower part of docs/rules.md: which test shows which rule, read from the titles of the tests. With --check says whether it is stale.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const page = "docs/rules.md";
const heading = "## Which test shows it";
/** Rules of what is not built yet: section 11. */
const later = /^11\./;

/** A title begins with what it shows: `rule 5.3:`, `rules 1.2, 4.1:`, `rule 2.7, section 12:`, `rule 2.9, T22:`. */
const title = /(["'`])((?:rules? |section |T)\d[^:"'`]*): ((?:\\.|(?!\1)[^\\])*)\1/g;

const written = readFileSync(page, "utf8");
const [rules] = written.split(`\n${heading}\n`);
const printed = `${rules.trimEnd()}\n\n${heading}\n\n${table(numbersIn(rules), readTitles())}`;
if (!process.argv.includes("--check")) writeFileSync(page, printed);
else if (written !== printed) {
  console.error(`${page} is stale: run \`npm run rules\` and look at the difference.`);
  process.exit(1);
}

/** The numbers of the rules, in order. Section 12 has no numbers of its own: it is shown as a whole. */
function numbersIn(text) {
  const numbers = [...text.matchAll(/^\*\*(\d+\.\d+[a-z]?)\*\* /gm)].map(([, number]) => number);
  return [...numbers.filter((number) => !later.test(number)), "12"];
}

/** Every title of every test that names a rule, behind the title of what it belongs to, in order of files. */
function readTitles() {
  const files = readdirSync("test", { recursive: true }).filter((name) => name.endsWith(".test.ts"));
  return files.sort().flatMap((file) => {
    const source = readFileSync(`test/${file}`, "utf8");
    return [...source.matchAll(title)].map(({ 2: named, 3: text, index }) => {
      const about = source
        .slice(0, index)
        .match(/^\s*describe\((["'`])(.*?)\1/gm)
        ?.at(-1);
      return {
        file: file.replaceAll("\\", "/"),
        numbers: named.replace(/rules? |section /g, "").split(/, */),
        text: inCell(about ? `${about.replace(/^\s*describe\(["'`]|["'`]$/g, "")}: ${text}` : text),
      };
    });
  });
}

function inCell(text) {
  return text.replaceAll('\\"', '"').replace(/[|<>[\]]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

function table(numbers, titles) {
  const unknown = titles.flatMap((test) => test.numbers.filter((name) => !/^T\d+$/.test(name) && !numbers.includes(name)));
  if (unknown.length > 0) throw new Error(`Tests name rules that are not there: ${unknown.join(", ")}`);
  const rows = numbers.map((number) => {
    const shown = titles.filter((test) => test.numbers.includes(number));
    return { number, cell: shown.map(({ file, text }) => `[${text}](../test/${file})`).join("<br>") };
  });
  const unnamed = rows.filter(({ cell }) => cell === "").map(({ number }) => number);
  return [
    "Written by `npm run rules` from the titles of the tests; do not edit it by hand.\n",
    "| rule | shown by |\n| --- | --- |",
    ...rows.filter(({ cell }) => cell !== "").map(({ number, cell }) => `| ${number} | ${cell} |`),
    `\n${unnamed.length > 0 ? `No test names these rules yet: ${unnamed.join(", ")}.` : "Every rule is named by a test."}\n`,
  ].join("\n");
}
