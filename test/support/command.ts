import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { TestDatabase } from "./database.ts";

/** The `gatehouse` command on a test's database, as a process of its own. */
export interface Command {
  env: NodeJS.ProcessEnv;
  start(...args: string[]): ChildProcess;
  /** Runs it to its end. */
  run(...args: string[]): Promise<{ code: number; output: string; remarks: string }>;
}

export function commandOn(database: Pick<TestDatabase, "url">, more: NodeJS.ProcessEnv = {}): Command {
  const env = {
    ...process.env,
    DATABASE_URL: database.url,
    PUBLIC_URL: "http://127.0.0.1:4000",
    SECRET_KEY: randomBytes(32).toString("base64"),
    LOG_LEVEL: "warn",
    ...more,
  };
  const start: Command["start"] = (...args) =>
    spawn(process.env.TEST_NODE ?? process.execPath, ["bin/gatehouse.js", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  return {
    env,
    start,
    async run(...args) {
      const command = start(...args);
      const { stdout, stderr } = command;
      if (!stdout || !stderr) throw new Error("The command's output cannot be read");
      const [output, remarks, [code]] = await Promise.all([text(stdout), text(stderr), once(command, "close")]);
      return { code, output, remarks };
    },
  };
}
