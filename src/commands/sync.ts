import type { Command } from "commander";
import { printHistory } from "../../sync/report/history.ts";
import { runAsJson } from "../../sync/report/json-lines.ts";
import { startApply } from "../actions/directories/start-apply.ts";
import { startSync } from "../actions/directories/start-sync.ts";
import type { Start } from "../main.ts";
import { compactId, publicId } from "../model/id.ts";
import { Refusal } from "../model/refusal.ts";
import { listRecentRuns } from "../queries/whole-run.ts";
import type { Place } from "../work/door.ts";
import type { Work } from "../work/work.ts";
import { requireSite } from "./administration.ts";
import { remark, tell } from "./exit.ts";
import { explainPerson } from "./explain-person.ts";
import { makeRun } from "./make-run.ts";
import { type House, openHouse, operator } from "./open-house.ts";
import { type ShowOptions, showRun } from "./show-run.ts";
import { printingOn } from "./sync-terminal.ts";

interface SyncFlags {
  site: string;
  directory?: string;
  run?: string;
  approveRemovals?: boolean;
  all?: boolean;
  json?: boolean;
  color: boolean;
}

/** How many runs `sync history` tells. */
const runsInHistory = 50;

/** The commands that plan, make and show a directory's runs, here and now. */
export function registerSync(program: Command, start: () => Start): void {
  const sync = program.command("sync").description("directories' runs");
  const flagged = (name: string, description: string) =>
    sync
      .command(name)
      .description(description)
      .requiredOption("--site <key>", "the site's key")
      .option("--json", "lines of JSON, for programs")
      .option("--no-color", "no colours; neither has a pipe, nor a terminal where NO_COLOR is set");
  const ofOneRun = (command: Command) => command.option("--all", "every line and value; --json has them always");
  const started = (command: Command) => ofOneRun(command.option("--directory <id>", "which directory, where there are several"));

  const onSite = async (flags: SyncFlags, use: (house: House, place: Place, started: Start) => Promise<void>) => {
    const begun = start();
    const house = await openHouse(begun.config, begun.log);
    try {
      await use(house, { siteId: await requireSite(house.door, flags.site), actor: operator }, begun);
    } finally {
      await house.close();
    }
  };
  const make = (flags: SyncFlags, begin: (work: Work, directoryId: string) => Promise<string>) =>
    onSite(flags, async (house, place, { config, log }) => {
      const { door } = house;
      const directoryId = flags.directory ?? (flags.run ? "" : await onlyDirectory(house, place));
      const runId = await door.act(place, (work) => begin(work, directoryId));
      remark(`Run ${publicId("SyncRun", runId)}`);
      await makeRun({ door, place, config, log, runId });
      process.exitCode = (await showRun(door, place, runId, showing(flags))) ?? undefined;
    });

  started(flagged("plan", "what a run would change, changing nothing")).action((flags: SyncFlags) =>
    make(flags, (work, directoryId) => startSync(work, { directoryId })),
  );
  started(flagged("run", "plans and applies, or applies a plan"))
    .option("--run <id>", "the plan, or the run with held removals, to apply")
    .option("--approve-removals", "also apply what that run holds, each proven absent again")
    .action((flags: SyncFlags) =>
      make(flags, (work, directoryId) =>
        startApply(work, flags.run ? { runId: flags.run, approveRemovals: flags.approveRemovals } : { directoryId }),
      ),
    );
  ofOneRun(flagged("show", "one run and its changes, as when it was made"))
    .requiredOption("--run <id>", "which run: `sync history` names them")
    .action((flags: SyncFlags) =>
      onSite(flags, async ({ door }, place) => {
        const code = await showRun(door, place, compactId("SyncRun", flags.run ?? "") ?? "", showing(flags));
        if (code === null) throw new Refusal("NOT_FOUND", "There is no such run on this site.", ["--run"]);
        process.exitCode = code;
      }),
    );
  started(flagged("explain <email>", "why somebody is or is not synced, and what a run would change about them")).action(
    (email: string, flags: SyncFlags) =>
      onSite(flags, async (house, place, { config, log }) => {
        const directoryId = flags.directory ?? (await onlyDirectory(house, place));
        const asking = { door: house.door, place, config, log, directoryId, email };
        process.exitCode = await explainPerson(asking, showing(flags));
      }),
  );
  flagged("history", "the latest runs").action((flags: SyncFlags) =>
    onSite(flags, async ({ door }, place) => {
      const runs = await door.look(place, (reader) => listRecentRuns(reader, runsInHistory));
      if (flags.json) for (const run of runs) tell(runAsJson(run));
      else if (runs.length === 0) tell("There was no run yet.");
      else for (const line of printHistory(runs, showing(flags))) tell(line);
    }),
  );
}

function showing({ site, all, json, color }: SyncFlags): ShowOptions {
  return { ...printingOn(process.stdout, process.env, color), site, all: all === true, json: json === true };
}

async function onlyDirectory({ door }: House, place: Place): Promise<string> {
  const rows = await door.look(place, (reader) =>
    reader.rows<{ id: string }>("SELECT id FROM Directory WHERE siteId = ? LIMIT 2", [place.siteId]),
  );
  const [only] = rows;
  if (!only || rows.length > 1)
    throw new Refusal(
      "INVALID",
      only ? "There are several directories: name one." : "This site has no directory yet: connect one first.",
      ["--directory"],
    );
  return publicId("Directory", only.id);
}
