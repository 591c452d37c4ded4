import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** A process that makes the runs of a database, and does nothing else. */
export interface SyncProcess {
  /** Waits until it is there and has the database open. */
  isOpen(): Promise<void>;
  /** From now on it makes what is due, or was left behind. */
  begin(): void;
  /** Waits until it has begun, and whatever it found to do is its own, or another's. */
  hasLooked(): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
}

/** Starts one. It opens the database, and waits to be told to begin. */
export function startSyncProcess(env: NodeJS.ProcessEnv): SyncProcess {
  const file = fileURLToPath(new URL("sync-process.mjs", import.meta.url));
  const child = fork(file, { env, execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const errors = child.stderr ? text(child.stderr) : Promise.resolve("");
  const opened = once(child, "message");
  const ended = once(child, "exit").then(async () => {
    throw new Error(`A process that makes runs has ended: ${await errors}`);
  });
  let looked: Promise<unknown> = ended;
  ended.catch(() => undefined);
  opened.catch(() => undefined);
  return {
    async isOpen() {
      await Promise.race([opened, ended]);
    },
    begin() {
      looked = once(child, "message");
      looked.catch(() => undefined);
      child.send("begin");
    },
    async hasLooked() {
      await Promise.race([looked, ended]);
    },
    kill: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
