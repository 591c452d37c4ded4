import type { Command } from "commander";
import type { Start } from "../main.ts";
import { Refusal } from "../model/refusal.ts";
import type { Place } from "../work/door.ts";
import { requireSite } from "./administration.ts";
import { exitCodes, remark, tell } from "./exit.ts";
import { type House, openHouse, operator } from "./open-house.ts";
import { tellingProgress } from "./telling-progress.ts";
import { imported } from "./users/columns.ts";
import { writeUsers } from "./users/export-users.ts";
import { endOf, progressInWords, tellingOn, unreadInWords } from "./users/import-report.ts";
import { type Imported, type ImportProgress, importUsers } from "./users/import-users.ts";
import { openNotes } from "./users/notes.ts";
import { openPeopleFile } from "./users/people-file.ts";

interface ImportFlags {
  site: string;
  dryRun?: boolean;
  skipFaulty?: boolean;
  email: boolean;
  json?: boolean;
}

/** The commands that bring in people from a table, and write them into one. */
export function registerUsers(program: Command, start: () => Start): void {
  const users = program.command("users").description("people, many at once");
  const onSite = async (key: string, use: (house: House, place: Place) => Promise<void>) => {
    const { config, log } = start();
    const house = await openHouse(config, log);
    try {
      await use(house, { siteId: await requireSite(house.door, key), actor: operator });
    } finally {
      await house.close();
    }
  };

  users
    .command("import")
    .description(`invites the people of a CSV file. Its first row names the columns: ${imported.join(", ")}`)
    .argument("<file>", "in UTF-8; several groups or applications in a cell are separated by semicolons")
    .requiredOption("--site <key>", "the site's key")
    .option("--dry-run", "check every row, change nothing")
    .option("--skip-faulty", "invite the others although some rows are faulty")
    .option("--no-email", "invite without a letter")
    .option("--json", "a line of JSON for each row")
    .action((file: string, flags: ImportFlags) => onSite(flags.site, (house, place) => importFile(house, place, file, flags)));

  users
    .command("export")
    .description("writes the people of a site as CSV")
    .requiredOption("--site <key>", "the site's key")
    .option("--status <list>", "only these, separated by commas: INVITED, ACTIVE, DEACTIVATED")
    .action(({ site, status }: { site: string; status?: string }) =>
      onSite(site, async ({ door }, place) => {
        const statuses = readStatuses(status);
        let count = 0;
        const onUsers = (more: number) => {
          count += more;
        };
        const written = writeUsers(door, place, { statuses, onUsers }, process.stdout);
        await tellingProgress((seconds) => `Writing … ${count.toLocaleString("en-US")} users, ${seconds} s`, written);
      }),
    );
}

async function importFile({ door }: House, place: Place, name: string, flags: ImportFlags): Promise<void> {
  const file = await openPeopleFile(name);
  if (file.header.unread.length > 0) remark(unreadInWords(file.header.unread));
  const options = { sendEmail: flags.email, dryRun: flags.dryRun === true, skipFaulty: flags.skipFaulty === true };
  const json = flags.json === true;
  const progress: ImportProgress = { stage: "CHECKING", bytes: 0, bytesInAll: file.size, rows: 0 };
  const notes = openNotes();
  try {
    const made = importUsers({ door, place, file, notes, progress, options }, tellingOn({ json, dryRun: options.dryRun }));
    const ended = await tellingProgress((seconds) => progressInWords(progress, seconds), made);
    tell(endOf(ended, json));
    process.exitCode = exitCodeOf(ended);
  } finally {
    notes.close();
  }
}

/** 0 all is done, 2 a rehearsal found somebody to invite, 1 something was refused that nobody asked to leave out. */
function exitCodeOf({ counts, stopped, failed }: Imported): number {
  if (failed) return exitCodes.failed;
  return stopped === "DRY_RUN" && counts.INVITED + counts.RENEWED > 0 ? exitCodes.planned : exitCodes.done;
}

function readStatuses(list: string | undefined): string[] {
  const known = ["INVITED", "ACTIVE", "DEACTIVATED"];
  const words = list === undefined ? [] : list.split(",").map((word) => word.trim().toUpperCase());
  for (const word of words)
    if (!known.includes(word))
      throw new Refusal("INVALID", `${word} is no status. Statuses are ${known.join(", ")}.`, ["--status"]);
  return words;
}
