import type { Command } from "commander";
import { wireSync } from "../../sync/main.ts";
import { reportRun } from "../../sync/report.ts";
import { startApply } from "../actions/directories/start-apply.ts";
import { startSync } from "../actions/directories/start-sync.ts";
import { isOutage } from "../database/dialect.ts";
import type { Start } from "../main.ts";
import { publicId } from "../model/id.ts";
import { Refusal } from "../model/refusal.ts";
import { listRecentRuns, readWholeRun, type WholeRun } from "../queries/whole-run.ts";
import type { Place } from "../work/door.ts";
import type { Work } from "../work/work.ts";
import { requireSite } from "./administration.ts";
import { exitCodes, remark, tell } from "./exit.ts";
import { type House, openHouse, operator } from "./open-house.ts";
import { watching } from "./watch-run.ts";

interface SyncFlags {
  site: string;
  directory?: string;
  run?: string;
  approveRemovals?: boolean;
  json?: boolean;
}

/** The commands that plan and make a directory's runs, here and now. */
export function registerSync(program: Command, start: () => Start): void {
  const sync = program.command("sync").description("directories' runs");
  const flagged = (name: string, description: string) =>
    sync
      .command(name)
      .description(description)
      .requiredOption("--site <key>", "the site's key")
      .option("--directory <id>", "which directory, where there are several")
      .option("--json", "a line for each change, and one for the run");

  const make = async (flags: SyncFlags, begin: (work: Work, directoryId: string) => Promise<string>) => {
    const { config, log } = start();
    const house = await openHouse(config, log);
    try {
      const place = { siteId: await requireSite(house.door, flags.site), actor: operator };
      const directoryId = flags.directory ?? (await onlyDirectory(house, place));
      const runId = await house.door.act(place, (work) => begin(work, directoryId));
      remark(`Run ${publicId("SyncRun", runId)}`);
      const { runner } = wireSync({
        door: house.door,
        log,
        isOutage,
        googleApiUrl: config.googleApiUrl,
        googleTokenUrl: config.googleTokenUrl,
        googleQueriesPerMinute: config.googleQueriesPerMinute,
      });
      await watching({ door: house.door, place, runId }, runner.run(runId));
      const run = await house.door.look(place, (reader) => readWholeRun(reader, runId));
      if (run) process.exitCode = show(run, flags.json === true);
    } finally {
      await house.close();
    }
  };

  flagged("plan", "what a run would change, changing nothing").action((flags: SyncFlags) =>
    make(flags, (work, directoryId) => startSync(work, { directoryId })),
  );
  flagged("run", "plans and applies, or applies a plan")
    .option("--run <id>", "the plan, or the run with held removals, to apply")
    .option("--approve-removals", "also apply what that run holds, each proven absent again")
    .action((flags: SyncFlags) =>
      make(flags, (work, directoryId) =>
        startApply(work, flags.run ? { runId: flags.run, approveRemovals: flags.approveRemovals } : { directoryId }),
      ),
    );
  flagged("history", "the latest runs").action(async (flags: SyncFlags) => {
    const { config, log } = start();
    const house = await openHouse(config, log);
    try {
      const place = { siteId: await requireSite(house.door, flags.site), actor: operator };
      const runs = await house.door.look(place, (reader) => listRecentRuns(reader, 50));
      for (const run of runs)
        tell(flags.json ? jsonOf(run) : `${run.createdAt}  ${publicId("SyncRun", run.id)}  ${reportRun(run)}`);
    } finally {
      await house.close();
    }
  });
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

function jsonOf({ changes: _changes, id, ...run }: WholeRun): string {
  return JSON.stringify({ type: "run", id: publicId("SyncRun", id), ...run });
}

/** Prints a run, and answers the exit code: 0 nothing to do or done, 2 changes planned or held, 1 failed. */
function show(run: WholeRun, json: boolean): number {
  if (json) {
    for (const { status, failure, body } of run.changes)
      tell(
        JSON.stringify({
          type: "change",
          status,
          action: body.action,
          subject: body.subjectLabel,
          group: body.groupLabel,
          changes: body.changes,
          failure,
        }),
      );
    tell(jsonOf(run));
  } else tell(reportRun(run));
  if (run.status === "FAILED" || run.status === "CANCELLED" || run.status === "PARTIAL") return exitCodes.failed;
  const open =
    run.status === "HELD" ||
    (run.status === "PLANNED" && run.changes.some(({ status }) => status === "PLANNED" || status === "HELD"));
  return open ? exitCodes.planned : exitCodes.done;
}
