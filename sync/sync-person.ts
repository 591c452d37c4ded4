import { setTimeout as wait } from "node:timers/promises";
import { type AskedPerson, askForPerson, startPerson } from "../src/actions/directories/ask-for-person.ts";
import type { GoogleCredentials } from "../src/model/directory-settings.ts";
import { publicId } from "../src/model/id.ts";
import type { PersonSynced, SyncPerson } from "../src/model/person-sync.ts";
import { Refusal } from "../src/model/refusal.ts";
import { readWholeRun, type WholeRun } from "../src/queries/whole-run.ts";
import type { Door, Place } from "../src/work/door.ts";
import { explainPerson } from "./explain-person.ts";
import type { SyncRunner } from "./run.ts";
import { DirectoryFault, type DirectoryReader } from "./snapshot.ts";
import { thinkOfPerson } from "./think-of-person.ts";

export interface PersonSyncOptions {
  door: Door;
  runner: SyncRunner;
  connect(credentials: GoogleCredentials): DirectoryReader;
}

/**
 * Compares one person and says why they are or are not synced (S22). Unless it is a rehearsal, or the directory waits for a plan that a
 * person applies, that is a run of its own about this one person: kept, guarded and proven like every other.
 */
export function createPersonSync({ door, runner, connect }: PersonSyncOptions): SyncPerson {
  return async (place, input) => {
    const asked = await door.act(place, (work) => askForPerson(work, input));
    const { directory, settings, email } = asked;
    const thought = await orRefusal(() =>
      thinkOfPerson({ door, place, reader: connect(asked.credentials), directoryId: directory.id, settings }, email),
    );
    const explanation = explainPerson(email, thought, settings);
    const planned = thought.plan.steps.flatMap(({ status, changes }) =>
      changes.map((body) => ({ status, body, failure: body.failure ?? null })),
    );
    const isDone = planned.every(({ status }) => status !== "PLANNED" && status !== "HELD");
    if (input.dryRun || asked.onlyAnswers !== null || isDone)
      return { runId: null, changes: planned, explanation: [explanation, endOf(asked, planned.length)].join("\n") };
    return applied(await makeRun({ door, runner, place, asked }), explanation);
  };
}

function endOf({ onlyAnswers }: AskedPerson, changes: number): string {
  if (changes === 0) return "Nothing has to change.";
  return onlyAnswers ?? `${changes === 1 ? "1 change" : `${changes} changes`}, told one by one.`;
}

interface PersonRun extends Pick<PersonSyncOptions, "door" | "runner"> {
  place: Place;
  asked: AskedPerson;
}

/** Makes the run here; where a schedule was quicker to take it up, waits for its end. */
async function makeRun({ door, runner, place, asked }: PersonRun): Promise<WholeRun> {
  const directoryId = publicId("Directory", asked.directory.id);
  const runId = await door.act(place, (work) => startPerson(work, { directoryId, email: asked.email }));
  for (;;) {
    await runner.run(runId);
    const run = await door.look(place, (reader) => readWholeRun(reader, runId));
    if (!run) throw new Refusal("NOT_FOUND", "The run is not there any more.");
    if (run.finishedAt !== null) return run;
    await wait(250);
  }
}

function applied({ id, changes, failure }: WholeRun, explanation: string): PersonSynced {
  return { runId: id, changes, explanation: failure ? `${explanation}\n${failure}` : explanation };
}

async function orRefusal<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DirectoryFault) throw new Refusal("DIRECTORY_UNAVAILABLE", error.message, ["input", "directoryId"]);
    throw error;
  }
}
