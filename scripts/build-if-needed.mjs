// Builds when nothing is built, or when a source is newer than what is built.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";

const built = "dist/src/main.js";

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

const sources = ["src", "sync", "ide", "ormconfig.ts", "tsconfig.json"];
if (!existsSync(built) || !existsSync("dist/ide") || Math.max(...sources.map(newest)) > statSync(built).mtimeMs) {
  console.error("Building …");
  const { status } = spawnSync("npm", ["run", "build", "--silent"], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
