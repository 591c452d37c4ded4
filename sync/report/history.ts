import { publicId } from "../../src/model/id.ts";
import type { ListedRun } from "./json-lines.ts";
import type { PrintOptions } from "./print-lines.ts";
import { cutTo, harmless, number, padTo, widthOf } from "./terminal-text.ts";

interface Column {
  title: string;
  isNumber?: boolean;
  /** On a narrow terminal columns are left out, those with the highest number first; never those without one. */
  spare?: number;
  of(run: ListedRun): string;
}

const columns: readonly Column[] = [
  { title: "STARTED (UTC)", of: ({ createdAt }) => createdAt.slice(0, 16).replace("T", " ") },
  { title: "RUN", of: ({ id }) => publicId("SyncRun", id) },
  { title: "STATUS", of: ({ status }) => status },
  { title: "BY", spare: 5, of: ({ startedByLabel }) => cutTo(24, harmless(startedByLabel)) },
  {
    title: "COME",
    isNumber: true,
    spare: 2,
    of: ({ summary: s }) => number(s.usersToCreate + s.groupsToCreate + s.membersToAdd),
  },
  { title: "CHANGE", isNumber: true, spare: 3, of: ({ summary: s }) => number(s.usersToUpdate + s.groupsToUpdate) },
  {
    title: "GO",
    isNumber: true,
    spare: 1,
    of: ({ summary: s }) => number(s.usersToRemove + s.groupsToRemove + s.membersToRemove),
  },
  { title: "HELD", isNumber: true, of: ({ summary }) => number(summary.held) },
  { title: "FAILED", isNumber: true, spare: 4, of: ({ summary }) => number(summary.failed) },
  { title: "REQUESTS", isNumber: true, spare: 7, of: ({ requestCount }) => number(requestCount) },
  { title: "TOOK", isNumber: true, spare: 6, of: took },
];

/** Runs as an aligned table, in the order given. On a narrow terminal it has fewer columns. */
export function printHistory(runs: readonly ListedRun[], { width, paint }: PrintOptions): string[] {
  const all = columns.map((column) => ({ ...column, cells: [column.title, ...runs.map(column.of)] }));
  const wide = all.map((column) => ({ ...column, width: Math.max(...column.cells.map(widthOf)) }));
  const shown = fitting(wide, width);
  const lines = [...Array(runs.length + 1).keys()].map((row) =>
    shown
      .map(({ cells, isNumber, width: own }) => (isNumber ? (cells[row] ?? "").padStart(own) : padTo(own, cells[row] ?? "")))
      .join("  ")
      .trimEnd(),
  );
  return lines.map((line, row) => (row === 0 ? paint.title(line) : line));
}

function fitting<T extends { width: number; spare?: number }>(all: readonly T[], width: number): T[] {
  let shown = [...all];
  const taken = () => shown.reduce((sum, column) => sum + column.width + 2, -2);
  while (taken() > width) {
    const [next] = shown.filter(({ spare }) => spare !== undefined).sort((one, other) => (other.spare ?? 0) - (one.spare ?? 0));
    if (!next) break;
    shown = shown.filter((column) => column !== next);
  }
  return shown;
}

function took({ startedAt, finishedAt }: ListedRun): string {
  return startedAt && finishedAt ? duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000) : "";
}

/** `8 s`, `4 min`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
