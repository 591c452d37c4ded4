import { once } from "node:events";
import { Command, CommanderError } from "commander";
import { registerAdministration } from "./commands/administration.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { exitCodes, remark, tell } from "./commands/exit.ts";
import { openHouse } from "./commands/open-house.ts";
import { type Served, serve } from "./commands/serve.ts";
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

/** Serves until a signal asks to stop, then closes what is open in order. A second signal ends it at once. */
async function untilSignal({ close }: Pick<Served, "close">): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  remark("Stopping …");
  process.once("SIGINT", () => process.exit(exitCodes.failed));
  await close();
}

const program = new Command("gatehouse")
  .description("A GraphQL gateway for the people of a site.")
  .exitOverride()
  .showHelpAfterError();

program
  .command("serve")
  .description("the gateway and its schedule")
  .action(async () => {
    const { config, log } = start();
    process.on("unhandledRejection", (error) => log.error({ err: error }, "a promise was left rejected"));
    await untilSignal(await serve(config, log));
  });

program
  .command("demo")
  .description("the gateway on an embedded database with a sample Google Workspace")
  .option("--once", "stop when all is set up")
  .action(async ({ once: stops }: { once?: boolean }) => {
    const running = await demo(process.env);
    await (stops ? running.close() : untilSignal(running));
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
