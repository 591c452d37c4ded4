import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { type Command, commandOn } from "./command.ts";
import { freePort } from "./free-port.ts";

/** A gateway in a process of its own. */
export interface Served {
  url: string;
  process: ChildProcess;
  close(): Promise<void>;
}

/** Starts `gatehouse serve` with the settings of this command, and waits until it is ready. */
export async function serveBy({ env }: Pick<Command, "env">): Promise<Served> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process = commandOn({ url: env.DATABASE_URL ?? "" }, { ...env, PORT: String(port) }).start("serve");
  process.stdout?.resume();
  process.stderr?.resume();
  while (!(await fetch(`${url}/readyz`).catch(() => null))?.ok) {
    expect(process.exitCode).toBeNull();
    await wait(50);
  }
  return {
    url,
    process,
    async close() {
      if (process.exitCode !== null || process.signalCode !== null) return;
      process.kill("SIGTERM");
      await once(process, "exit");
    },
  };
}
