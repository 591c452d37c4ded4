import { Command as Program } from "commander";
import { vi } from "vitest";
import { registerSync } from "../../src/commands/sync.ts";
import { readConfig } from "../../src/config.ts";
import { Refusal } from "../../src/model/refusal.ts";
import { createLog } from "../../src/server/log.ts";

/** What a command printed, and its exit code. */
export interface Printed {
  code: number;
  output: string;
  remarks: string;
}

/** Runs something that prints and answers or sets an exit code, here and not in a process of its own: that takes a tenth of the time. */
export async function printedBy(command: () => Promise<number | undefined>): Promise<Printed> {
  const printed = { output: "", remarks: "" };
  const catching = (stream: NodeJS.WriteStream, part: keyof typeof printed) =>
    vi.spyOn(stream, "write").mockImplementation((text) => {
      printed[part] += String(text);
      return true;
    });
  const spies = [catching(process.stdout, "output"), catching(process.stderr, "remarks")];
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    const code = await command();
    return { code: code ?? Number(process.exitCode ?? 0), ...printed };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs `gatehouse sync` here, with the environment that the command would have. A refusal ends it as `main.ts` has it. */
export function runSyncHere(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Printed> {
  return printedBy(async () => {
    const program = new Program("gatehouse").exitOverride();
    registerSync(program, () => ({ config: readConfig(env), log: createLog({ level: "silent" }) }));
    try {
      await program.parseAsync(["node", "gatehouse", "sync", ...args]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      for (const { message, path } of error.problems) process.stderr.write(`${path.join(".")}: ${message}\n`);
      return 1;
    }
  });
}
