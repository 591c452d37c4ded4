import { type ChoosableApplication, choosableApplications } from "../../queries/choices.ts";
import type { Door, Place } from "../../work/door.ts";
import { type ChosenRow, chooseForRows } from "./choose-for-rows.ts";
import { batchesOf, type Invited, inviteBatch, type Outcome, type Result } from "./invite-rows.ts";
import type { Notes } from "./notes.ts";
import type { PeopleFile } from "./people-file.ts";
import { type ImportRow, readRow } from "./read-row.ts";

export interface ImportOptions {
  sendEmail: boolean;
  /** Check everything, change nothing. */
  dryRun: boolean;
  /** Invite the others although some rows are faulty. */
  skipFaulty: boolean;
}

/** The seats that a file takes of an application. */
export interface SeatNeed {
  application: Pick<ChoosableApplication, "key" | "name" | "seatLimit" | "seatsUsed">;
  change: number;
  isEnough: boolean;
}

/** How far an import is. Bytes are of the file, which is read more than once. */
export interface ImportProgress {
  stage: "CHECKING" | "INVITING";
  bytes: number;
  bytesInAll: number;
  rows: number;
}

/** What an import tells while it goes. */
export interface Telling {
  outcome(outcome: Outcome): Promise<void>;
  /** Before anything is done. */
  seats(needs: readonly SeatNeed[]): Promise<void>;
}

export type Counts = Record<Result, number>;

/** How an import ended. */
export interface Imported {
  counts: Counts;
  /** Why nothing was changed; null when the rows were invited. */
  stopped: "DRY_RUN" | "FAULTY" | "NO_SEATS" | null;
  /** Whether something is, or would be, left that was not done. */
  failed: boolean;
}

interface Import {
  door: Door;
  place: Place;
  file: PeopleFile;
  notes: Notes;
  progress: ImportProgress;
  options: ImportOptions;
}

/** Rows that are read, looked up and told together. Memory holds no more of a file. */
const rowsAtOnce = 1000;

/**
 * Invites the people of a file, in two passes: the first rehearses every row and says how many seats they take; the second invites, a
 * batch in a transaction. So nothing is changed while a row is faulty, and a second run invites only who is missing (rule 2.5).
 */
export async function importUsers(everything: Import, tell: Telling): Promise<Imported> {
  const { door, place, notes, options } = everything;
  const checked = await checkRows(everything, tell);
  const needs = needsOf(await door.look(place, choosableApplications), checked.seats);
  await tell.seats(needs);
  const isFaulty = checked.counts.REFUSED > 0 && !options.skipFaulty;
  const isFull = needs.some(({ isEnough }) => !isEnough);
  const failed = isFaulty || isFull;
  if (options.dryRun) return { counts: checked.counts, stopped: "DRY_RUN", failed };
  if (!failed) return inviteRows(everything, tell);
  for (const faulty of notes.faulty()) await tell.outcome({ ...faulty, result: "REFUSED", warnings: [] });
  return { counts: checked.counts, stopped: isFaulty ? "FAULTY" : "NO_SEATS", failed };
}

function nobody(): Counts {
  return { INVITED: 0, RENEWED: 0, ALREADY_INVITED: 0, ALREADY_ACTIVE: 0, LEFT_OUT: 0, REFUSED: 0 };
}

/** The first pass. Rehearses every row, and notes which are faulty. */
async function checkRows(everything: Import, tell: Telling): Promise<{ counts: Counts; seats: Map<string, number> }> {
  const { door, place, notes, options } = everything;
  const counts = nobody();
  const seats = new Map<string, number>();
  for await (const window of windowsOf(everything, () => true)) {
    for (const row of window) notes.compare(row);
    const rows = await door.look(place, (reader) => chooseForRows(reader, window));
    const outcomes = rows.filter(isLeftOut).map(outcomeOfLeftOut);
    // Apart, so that who is faulty takes no seats; together with others, so that all that is wrong with a row is told at once.
    const sound = rows.filter((row) => row.faults.length === 0 && !row.isLeftOut);
    const faulty = rows.filter((row) => row.faults.length > 0);
    for (const batch of batchesOf(sound)) {
      const invited = await inviteBatch(door, place, batch, { sendEmail: options.sendEmail, rehearsal: true });
      for (const { applicationId, change } of invited.seats) seats.set(applicationId, (seats.get(applicationId) ?? 0) + change);
      outcomes.push(...invited.outcomes);
    }
    outcomes.push(...(await refuseFaulty(everything, faulty)));
    for (const outcome of outcomes.sort(byRow)) {
      counts[outcome.result]++;
      if (outcome.result === "REFUSED") notes.addFaulty({ row: outcome.row, email: outcome.email, faults: outcome.faults });
      if (options.dryRun) await tell.outcome(outcome);
    }
  }
  return { counts, seats };
}

/** Rows that are faulty by themselves, with whatever an invitation would find wrong besides. */
async function refuseFaulty({ door, place }: Import, rows: readonly ChosenRow[]): Promise<Outcome[]> {
  const rehearsed: Invited["outcomes"] = [];
  const unlike = rows.filter(({ faults }) => !faults.some(({ column }) => column === "email"));
  for (const batch of batchesOf(unlike))
    rehearsed.push(...(await inviteBatch(door, place, batch, { sendEmail: false, rehearsal: true })).outcomes);
  const more = new Map(rehearsed.map(({ row, faults }) => [row, faults]));
  return rows.map(({ row, email, faults }) => ({
    row,
    email,
    result: "REFUSED",
    faults: [...faults, ...(more.get(row) ?? [])],
    warnings: [],
  }));
}

/** The second pass. A row that is refused now, since the site changed meanwhile, keeps no other from being invited. */
async function inviteRows(everything: Import, tell: Telling): Promise<Imported> {
  const { door, place, notes, options, progress, file } = everything;
  const counts = nobody();
  let failed = false;
  Object.assign(progress, { stage: "INVITING", bytes: 0, bytesInAll: 2 * file.size, rows: 0 });
  // Who has a username before who gets one, or the one given could be what another has got meanwhile.
  for (const isNamed of [true, false])
    for await (const window of windowsOf(everything, ({ username }) => (username !== null) === isNamed)) {
      const outcomes: Outcome[] = [];
      for (const row of window) row.faults = notes.faultsOf(row.row) ?? [];
      const known = new Set(window.filter(({ faults }) => faults.length > 0));
      const rows = await door.look(place, (reader) =>
        chooseForRows(
          reader,
          window.filter((row) => !known.has(row)),
        ),
      );
      for (const { row, email, faults } of [...known, ...rows.filter(({ faults }) => faults.length > 0)])
        outcomes.push({ row, email, result: "REFUSED", faults, warnings: [] });
      outcomes.push(...rows.filter(isLeftOut).map(outcomeOfLeftOut));
      for (const batch of batchesOf(rows.filter(({ faults, isLeftOut }) => faults.length === 0 && !isLeftOut)))
        outcomes.push(...(await inviteBatch(door, place, batch, { sendEmail: options.sendEmail, rehearsal: false })).outcomes);
      for (const outcome of outcomes.sort(byRow)) {
        counts[outcome.result]++;
        failed ||= outcome.result === "REFUSED" && notes.faultsOf(outcome.row) === null;
        await tell.outcome(outcome);
      }
    }
  return { counts, stopped: null, failed };
}

function isLeftOut({ isLeftOut, faults }: ImportRow): boolean {
  return isLeftOut && faults.length === 0;
}

function outcomeOfLeftOut({ row, email }: ImportRow): Outcome {
  return { row, email, result: "LEFT_OUT", faults: [], warnings: [] };
}

function byRow(one: Outcome, other: Outcome): number {
  return one.row - other.row;
}

/** The file's rows, some at a time. */
async function* windowsOf({ file, progress }: Import, wanted: (row: ImportRow) => boolean): AsyncGenerator<ImportRow[]> {
  let window: ImportRow[] = [];
  const onBytes = (count: number) => {
    progress.bytes += count;
  };
  for await (const fileRow of file.rows(onBytes)) {
    const row = readRow(file.header, fileRow);
    if (!wanted(row)) continue;
    progress.rows++;
    window.push(row);
    if (window.length < rowsAtOnce) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}

function needsOf(applications: readonly ChoosableApplication[], seats: ReadonlyMap<string, number>): SeatNeed[] {
  return applications.flatMap((application) => {
    const change = seats.get(application.id) ?? 0;
    if (change === 0) return [];
    const isEnough = application.seatLimit === null || application.seatsUsed + change <= application.seatLimit;
    return [{ application, change, isEnough }];
  });
}
