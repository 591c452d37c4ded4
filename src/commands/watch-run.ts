import type { ReadingProgress } from "../../sync/reading-progress.ts";
import { duration } from "../../sync/report/history.ts";
import { counted, number } from "../../sync/report/terminal-text.ts";
import { readSummary } from "../model/sync-summary.ts";
import type { Door, Place } from "../work/door.ts";
import { tellingProgress } from "./telling-progress.ts";

/** How far a run is. */
export interface RunProgress {
  status: string;
  /** The plan is there, and with it the steps. */
  isPlanned: boolean;
  stepCount: number;
  /** The last step that is done. */
  appliedSeq: number;
  /** Of the reading: known in all its parts to the process that makes it, to others as far as it is written down. */
  reading: Pick<ReadingProgress, "requests" | "part"> & Partial<ReadingProgress>;
}

/** Tells how far a run is, in words, with how long it still takes at the pace so far. */
export interface Teller {
  inWords(progress: RunProgress, seconds: number): string;
}

/** So long, and so much of the whole, has to be done before anything is said of how long the rest takes. */
const paceAfter = { seconds: 5, part: 0.02 };

export function createTeller(): Teller {
  const reading = createPace();
  const applying = createPace();
  return {
    inWords(progress, seconds) {
      if (!progress.isPlanned) return readingInWords(progress, reading(progress.reading.part, seconds), seconds);
      const { stepCount, appliedSeq } = progress;
      const part = stepCount > 0 ? appliedSeq / stepCount : 1;
      return line(
        [`Applying, ${percent(part)} of ${counted(stepCount, "step")}`, applying(part, seconds)],
        [`${number(appliedSeq)} done`, duration(seconds)],
      );
    },
  };
}

function readingInWords({ reading }: RunProgress, left: string | null, seconds: number): string {
  const { part, users, groups, memberships, requests } = reading;
  const counts = [
    users === undefined ? null : counted(users, "person", "people"),
    groups === undefined ? null : counted(groups, "group"),
    memberships === undefined ? null : counted(memberships, "membership"),
    requests > 0 ? counted(requests, "request") : null,
  ];
  return line(
    [part === null ? "Reading the directory" : `Reading the directory, ${percent(part)}`, left],
    [...counts, duration(seconds)],
  );
}

/** What matters most comes first: what does not fit a narrow terminal is cut. */
function line(first: (string | null)[], rest: (string | null)[]): string {
  const said = (parts: (string | null)[]) => parts.filter((part) => part !== null).join(", ");
  return `${said(first)}: ${said(rest)}`;
}

function percent(part: number): string {
  return `${Math.floor(100 * part)} %`;
}

/** Says how long the rest takes at the pace since it was first asked; nothing before there is one. */
function createPace(): (part: number | null, seconds: number) => string | null {
  let from: { part: number; seconds: number } | null = null;
  return (part, seconds) => {
    if (part === null) return null;
    from ??= { part, seconds };
    const done = part - from.part;
    const took = seconds - from.seconds;
    if (took < paceAfter.seconds || done < paceAfter.part || part >= 1) return null;
    return `about ${duration((took * (1 - part)) / done)} left`;
  };
}

interface Watched {
  door: Door;
  place: Place;
  runId: string;
  /** How far this very process has read; null when it does not. */
  reading(): ReadingProgress | null;
}

/** Tells how far a run is while it is made, by whoever makes it. */
export function watching<T>(watched: Watched, made: Promise<T>): Promise<T> {
  const teller = createTeller();
  return tellingProgress(async (seconds) => {
    const progress = await readProgress(watched);
    return progress && teller.inWords(progress, seconds);
  }, made);
}

interface RunRow {
  status: string;
  isPlanned: number;
  stepCount: number;
  appliedSeq: number;
  requestCount: number;
  summary: string;
}

/** Null when it cannot be told now: a run does not fail because nobody could watch it. */
async function readProgress({ door, place, runId, reading }: Watched): Promise<RunProgress | null> {
  const sql =
    "SELECT status, basis IS NOT NULL AS isPlanned, stepCount, appliedSeq, requestCount, summary FROM SyncRun WHERE siteId = ? AND id = ?";
  const rows = await door.look(place, (reader) => reader.rows<RunRow>(sql, [place.siteId, runId])).catch(() => []);
  const [row] = rows;
  if (!row) return null;
  const { status, isPlanned, stepCount, appliedSeq, requestCount, summary } = row;
  const written = { requests: requestCount, part: readSummary(summary).reading || null };
  return { status, isPlanned: Number(isPlanned) === 1, stepCount, appliedSeq, reading: reading() ?? written };
}
