import { execFileSync } from "node:child_process";

/** Some tests play the built command: it is built once, before all of them. */
export function setup(): void {
  execFileSync(process.execPath, ["scripts/build-if-needed.mjs"], { stdio: "inherit" });
}
