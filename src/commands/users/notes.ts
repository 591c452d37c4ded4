import Database from "better-sqlite3";
import { nameKey } from "../../model/name-key.ts";
import type { ImportRow, RowFault } from "./read-row.ts";

/** A row that cannot be imported as it is. */
export interface FaultyRow {
  row: number;
  email: string;
  faults: RowFault[];
}

/** What has to be remembered of a whole file, however long: who was named in which row, and which rows are faulty. */
export interface Notes {
  /** Adds a fault where an earlier row names the same person or username. */
  compare(row: ImportRow): void;
  addFaulty(row: FaultyRow): void;
  /** Null when nothing is wrong with the row. */
  faultsOf(row: number): RowFault[] | null;
  /** In order of row. */
  faulty(): IterableIterator<FaultyRow>;
  close(): void;
}

/** Opens notes in a temporary database, which keeps on disk what memory should not hold, and leaves nothing behind. */
export function openNotes(): Notes {
  const database = new Database("");
  database.exec(
    `PRAGMA journal_mode = OFF;
     CREATE TABLE Named (what TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;
     CREATE TABLE Faulty (row INTEGER PRIMARY KEY, told TEXT NOT NULL);
     BEGIN`,
  );
  const name = database.prepare("INSERT INTO Named (what, row) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const rowOf = database.prepare<[string], number>("SELECT row FROM Named WHERE what = ?").pluck();
  const add = database.prepare("INSERT INTO Faulty (row, told) VALUES (?, ?)");
  const toldOf = database.prepare<[number], string>("SELECT told FROM Faulty WHERE row = ?").pluck();
  const all = database.prepare<[], string>("SELECT told FROM Faulty ORDER BY row").pluck();
  const earlier = (what: string, row: number) => (name.run(what, row).changes > 0 ? null : rowOf.get(what));
  return {
    compare({ row, email, isSpelled, username, faults }) {
      const person = isSpelled ? earlier(`email ${email}`, row) : null;
      if (person) faults.push({ column: "email", code: "INVALID", message: `${email} stands in row ${person} already.` });
      const namesake = username && !person ? earlier(`username ${nameKey(username)}`, row) : null;
      if (namesake)
        faults.push({
          column: "username",
          code: "INVALID",
          message: `The username ${username} stands in row ${namesake} already.`,
        });
    },
    addFaulty: (faulty) => add.run(faulty.row, JSON.stringify(faulty)),
    faultsOf(row) {
      const told = toldOf.get(row);
      return told === undefined ? null : (JSON.parse(told) as FaultyRow).faults; // as: written by addFaulty alone
    },
    *faulty() {
      for (const told of all.iterate()) yield JSON.parse(told) as FaultyRow; // as: written by addFaulty alone
    },
    close: () => database.close(),
  };
}
