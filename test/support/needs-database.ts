import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Whatever opens a database for a test, or names one to a process that it starts, says this word. */
const word = "TEST_DATABASE_URL";

/** Test files that, with all that they import, open no database. It would not matter on which they ran. */
export function testsWithoutDatabase(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file));
  const sources = new Map<string, Source>();
  return files.filter((file) => file.endsWith(".test.ts") && !needsDatabase(resolve(file), sources));
}

interface Source {
  saysWord: boolean;
  imports: string[];
}

function needsDatabase(file: string, sources: Map<string, Source>): boolean {
  const reached = new Set([file]);
  // A set that grows while it is walked is walked to its new end.
  for (const one of reached) {
    const source = sources.get(one) ?? readSource(one);
    sources.set(one, source);
    if (source.saysWord) return true;
    for (const path of source.imports) reached.add(path);
  }
  return false;
}

function readSource(file: string): Source {
  const text = readFileSync(file, "utf8");
  const imports = [...text.matchAll(/(?:from|import) "(\.[^"]+\.ts)"/g)].map(([, path = ""]) => resolve(dirname(file), path));
  return { saysWord: text.includes(word), imports };
}
