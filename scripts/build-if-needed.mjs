// Builds what is not built yet, or is older than its sources: the code, the IDE, or both.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

function buildUnlessFresh(script, built, sources) {
  if (existsSync(built) && Math.max(...sources.map(newest)) <= statSync(built).mtimeMs) return;
  console.error(`Building: npm run ${script} …`);
  const { status } = spawnSync("npm", ["run", script, "--silent"], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

buildUnlessFresh("build:code", "dist/src/main.js", ["src", "sync", "ormconfig.ts", "tsconfig.json", "package-lock.json"]);
buildUnlessFresh("build:ide", "dist/ide/index.html", ["ide", "package-lock.json"]);
