import { wireSync } from "../../sync/main.ts";
import { countChanges } from "../../sync/report/count-changes.ts";
import { asJson, changeAsJson } from "../../sync/report/json-lines.ts";
import { printChapters } from "../../sync/report/print-chapters.ts";
import { printSentence } from "../../sync/report/print-lines.ts";
import { harmless } from "../../sync/report/terminal-text.ts";
import type { Config } from "../config.ts";
import { isOutage } from "../database/dialect.ts";
import type { Log } from "../server/log.ts";
import type { Door, Place } from "../work/door.ts";
import { exitCodes, tell } from "./exit.ts";
import type { ShowOptions } from "./show-run.ts";

interface Asking {
  door: Door;
  place: Place;
  config: Config;
  log: Log;
  directoryId: string;
  email: string;
}

/** Says why somebody is or is not synced, and what a run would change about them, changing nothing (S22). Answers the exit code. */
export async function explainPerson({ door, place, config, log, ...person }: Asking, options: ShowOptions): Promise<number> {
  const { googleApiUrl, googleTokenUrl, googleQueriesPerMinute } = config;
  const { syncPerson } = wireSync({ door, log, isOutage, googleApiUrl, googleTokenUrl, googleQueriesPerMinute });
  const { changes, explanation } = await syncPerson(place, { ...person, dryRun: true });
  if (options.json) {
    for (const change of changes) tell(changeAsJson(change));
    tell(asJson({ type: "explanation", email: person.email, explanation: explanation.split("\n") }));
  } else {
    for (const sentence of explanation.split("\n")) for (const line of printSentence(harmless(sentence), options)) tell(line);
    const counts = countChanges(changes, true);
    const { lines } = printChapters(changes, counts, { ...options, isPlan: true, failure: null, names: new Map() });
    for (const line of lines) tell(line);
  }
  return changes.some(({ status }) => status === "PLANNED" || status === "HELD") ? exitCodes.planned : exitCodes.done;
}
