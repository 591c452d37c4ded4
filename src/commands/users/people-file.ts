import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { Refusal } from "../../model/refusal.ts";
import { type Header, readHeader, separatorOf } from "./columns.ts";
import { decodeUtf8 } from "./decode-utf8.ts";

/** The longest row, in bytes. More is a quote without its end, or no table at all; whatever the file, no more is kept in memory. */
export const longestRow = 100_000;

/** A row as it stands in the file, numbered as a spreadsheet does: the first, the header, is row 1. */
export interface FileRow {
  row: number;
  cells: string[];
}

/** A file of people whose first row was read. */
export interface PeopleFile {
  header: Header;
  /** In bytes. */
  size: number;
  /** Every row that is not empty, from the beginning each time it is called, a few at a time. */
  rows(onBytes?: (count: number) => void): AsyncGenerator<FileRow>;
}

/** Opens a CSV file and reads its first row. Refuses what is no file, no text, or has no usable header. */
export async function openPeopleFile(name: string): Promise<PeopleFile> {
  const { size, beginning } = await readBeginning(name);
  refuseOtherFormats(beginning, name);
  const separator = separatorOf(
    beginning
      .toString("utf8")
      .replace(/^\ufeff/, "")
      .split(/[\r\n]/, 1)[0] ?? "",
  );
  const [first] = await firstOf(fileRows(name, separator));
  if (!first) throw new Refusal("INVALID", "The file is empty.", [name]);
  const header = readHeader(first.cells, [name]);
  return {
    header,
    size,
    async *rows(onBytes) {
      for await (const fileRow of fileRows(name, separator, onBytes)) if (fileRow.row > first.row) yield fileRow;
    },
  };
}

async function firstOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  for await (const item of items) return [item];
  return [];
}

async function readBeginning(name: string): Promise<{ size: number; beginning: Buffer }> {
  const file = await open(name).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal("NOT_FOUND", error.code === "ENOENT" ? "There is no such file." : `It cannot be read (${error.code}).`, [
      name,
    ]);
  });
  try {
    const stat = await file.stat();
    // It is read twice, which a pipe cannot be.
    if (!stat.isFile()) throw new Refusal("INVALID", "This is no file.", [name]);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestRow), 0, longestRow, 0);
    return { size: stat.size, beginning: buffer.subarray(0, bytesRead) };
  } finally {
    await file.close();
  }
}

function refuseOtherFormats(beginning: Buffer, name: string): void {
  const refuse = (what: string) => {
    throw new Refusal("INVALID", `This is ${what}. Save it as "CSV UTF-8" and try again.`, [name]);
  };
  const start = beginning.subarray(0, 2).toString("latin1");
  if (start === "PK") refuse("a spreadsheet or an archive, not a CSV file");
  if (start === "\xff\xfe" || start === "\xfe\xff") refuse("text in UTF-16, not in UTF-8");
  if (beginning.includes(0)) refuse("no text");
}

async function* fileRows(name: string, separator: string, onBytes?: (count: number) => void): AsyncGenerator<FileRow> {
  const parser = parse({
    delimiter: separator,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    max_record_size: longestRow,
  });
  pipeline(
    createReadStream(name),
    (pieces: AsyncIterable<Buffer>) => decodeUtf8(pieces, [name], onBytes),
    parser,
    () => undefined, // What fails is thrown by reading the parser.
  );
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      // as: without options for objects, rows are lists of text
      row++;
      if (cells.some((cell) => cell.trim() !== "")) yield { row, cells };
    }
  } catch (error) {
    throw error instanceof CsvError ? new Refusal("INVALID", faultOf(error), [name]) : error;
  }
}

/** A fault in how the file is written, in words. */
function faultOf({ code, ...told }: CsvError & { records?: number; lines?: number }): string {
  const row = `Row ${(told.records ?? 0) + 1}`;
  switch (code) {
    case "CSV_MAX_RECORD_SIZE":
      return `${row} is longer than ${longestRow.toLocaleString("en-US")} bytes. Probably a quote has no end.`;
    case "CSV_QUOTE_NOT_CLOSED":
      return `${row} has a quote without an end.`;
    default:
      return `${row} has a quote in the middle of a cell: a cell with quotes stands in quotes, and each quote within is doubled (line ${told.lines}).`;
  }
}
