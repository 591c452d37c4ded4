import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts one of the bench's files in a process of its own, as built: `sample-process.js`. */
export function startChild(file: string, args: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { serialization: "advanced" });
}

/** The child's next message, which the caller knows the type of. Rejects when the child ends without one. */
export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((told, failed) => {
    // Not `exit`, which may come before the last message.
    const ended = () => failed(new Error("A process of the bench ended before it answered."));
    child.once("disconnect", ended);
    child.once("message", (message) => {
      child.off("disconnect", ended);
      told(message as T); // as: both ends of the channel are the bench's own
    });
  });
}
