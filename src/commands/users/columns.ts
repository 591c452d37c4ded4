import { type Problem, Refusal } from "../../model/refusal.ts";

/** The columns that an export writes. */
export const exported = [
  "email",
  "full name",
  "username",
  "role",
  "status",
  "groups",
  "applications",
  "created",
  "joined",
  "last active",
  "directory",
] as const;

export type Exported = (typeof exported)[number];

/** The columns that an import reads, in any order. Only the email has to be there. */
export const imported = [
  "email",
  "full name",
  "username",
  "role",
  "status",
  "groups",
  "applications",
] as const satisfies Exported[];

export type Column = (typeof imported)[number];

/** What stands where in a file. */
export interface Header {
  places: ReadonlyMap<Column, number>;
  /** How many cells a row has. */
  width: number;
  /** Columns that no import reads, by the file's own names. */
  unread: string[];
}

/** `Full Name`, `full_name` and `fullName` are one. */
function squeezed(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}

const columnOf = new Map<string, Column>(imported.map((column) => [squeezed(column), column]));
const toldAlone = new Set(exported.map(squeezed));

/** Reads the first row of a file, or refuses it with everything that is wrong. */
export function readHeader(cells: readonly string[], path: string[]): Header {
  const places = new Map<Column, number>();
  const problems: Problem[] = [];
  const wrong = (message: string) => problems.push({ code: "INVALID", message, path });
  for (const [place, cell] of cells.entries()) {
    const column = columnOf.get(squeezed(cell));
    if (!column) continue;
    if (places.has(column)) wrong(`The first row names the column ${column} twice.`);
    places.set(column, place);
  }
  if (!places.has("email")) wrong(`The first row names no column email. It names the columns, some of: ${imported.join(", ")}.`);
  if (problems.length > 0) throw new Refusal(problems);
  const unread = cells.map((cell) => cell.trim()).filter((cell) => cell !== "" && !toldAlone.has(squeezed(cell)));
  return { places, width: cells.length, unread };
}

/** What separates the cells: the one of comma, semicolon and tab by which the first line names the most columns. */
export function separatorOf(firstLine: string): string {
  const known = (separator: string) =>
    firstLine.split(separator).filter((cell) => columnOf.has(squeezed(cell.replace(/^\s*"|"\s*$/g, "")))).length;
  return [",", ";", "\t"].reduce((best, other) => (known(other) > known(best) ? other : best));
}
