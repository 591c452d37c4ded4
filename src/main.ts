import { once } from "node:events";
import { Command, CommanderError } from "commander";
import { registerAdministration } from "./commands/administration.ts";
import { exitCodes, remark, tell } from "./commands/exit.ts";
import { openHouse } from "./commands/open-house.ts";
import type { Served } from "./commands/serve.ts";
import { registerSync } from "./commands/sync.ts";
import { registerUsers } from "./commands/users.ts";
import { type Config, ConfigFault, readConfig } from "./config.ts";
import { Refusal } from "./model/refusal.ts";
import { createLog, type Log } from "./server/log.ts";

/** What every command starts with. */
export interface Start {
  config: Config;
  log: Log;
}

function start(): Start {
  const config = readConfig(process.env);
  return { config, log: createLog({ level: config.logLevel }) };
}

/** Opens something, at however long it takes, and closes it in order when a signal asks to stop. A second one ends it at once. */
async function untilSignal(open: (stop: AbortSignal) => Promise<Pick<Served, "close">>): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(exitCodes.failed);
    remark("Stopping …");
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    const { close } = await open(stop.signal);
    if (!stop.signal.aborted) await once(stop.signal, "abort");
    await close();
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

// What serves is loaded by the commands that serve: the rest start in half the time.
const program = new Command("gatehouse")
  .description("A GraphQL gateway for the people of a site.")
  .exitOverride()
  .showHelpAfterError();

program
  .command("serve")
  .description("the gateway and its schedule")
  .action(async () => {
    const { config, log } = start();
    const { serve } = await import("./commands/serve.ts");
    process.on("unhandledRejection", (error) => log.error({ err: error }, "a promise was left rejected"));
    await untilSignal((stop) => serve(config, log, { stop }));
  });

program
  .command("demo")
  .description("the gateway on an embedded database with a sample Google Workspace")
  .option("--once", "stop when all is set up")
  .action(async ({ once: stops }: { once?: boolean }) => {
    const { demo } = await import("./commands/demo.ts");
    if (stops) await (await demo(process.env)).close();
    else await untilSignal(() => demo(process.env));
  });

program
  .command("migrate")
  .description("brings the database up to date")
  .action(async () => {
    const { config, log } = start();
    const house = await openHouse(config, log);
    await house.close();
    tell("The database is up to date.");
  });

program
  .command("doctor")
  .description("checks database, mail, Google and settings, each with what to do")
  .option("--json", "for programs")
  .action(async ({ json }: { json?: boolean }) => {
    const { doctor } = await import("./commands/doctor.ts");
    process.exitCode = await doctor(process.env, { json: json === true });
  });

registerAdministration(program, start);
registerSync(program, start);
registerUsers(program, start);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong in words, and which exit code that is. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof ConfigFault) {
    remark(error.message);
    return exitCodes.usage;
  }
  if (error instanceof Refusal) {
    for (const { message, path } of error.problems) remark(path.length > 0 ? `${path.join(".")}: ${message}` : message);
    return exitCodes.failed;
  }
  remark(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  return exitCodes.failed;
}
