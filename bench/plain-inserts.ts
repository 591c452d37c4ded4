import Sqlite from "better-sqlite3";
import { createConnection } from "mysql2/promise";
import type { DatabaseSetting } from "../src/config.ts";
import type { Ground } from "../src/database/ground.ts";

/** The tables that a sync brings people, groups and memberships into; those that tell of the sync itself are left out. */
const tables = ["Account", "User", "SearchTerm", "Group", "Membership"];

const rowsAtOnce = 500;

/** Up to 500 rows of one table. */
interface Batch {
  table: string;
  columns: string[];
  count: number;
  /** Row after row, in the order of the columns. */
  values: unknown[];
}

/** Reads what a sync has written, ready to be written again. */
export async function readBatches(ground: Ground): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (const table of tables) {
    const rows = await ground.read(`SELECT * FROM \`${table}\``);
    const columns = Object.keys(rows[0] ?? {});
    for (let from = 0; from < rows.length; from += rowsAtOnce) {
      const part = rows.slice(from, from + rowsAtOnce);
      batches.push({ table, columns, count: part.length, values: part.flatMap((row) => Object.values(row)) });
    }
  }
  return batches;
}

/**
 * Writes rows as a script by hand would, with nothing of Gatehouse's: multi-row INSERTs straight through the driver, each committed by
 * itself. A sync commits as many rows at a time: one transaction for all would lock everybody else out until its end. The database has
 * its tables, and they are empty.
 */
export async function writePlainly(setting: DatabaseSetting, batches: readonly Batch[]): Promise<void> {
  if (setting.kind === "sqlite") writeToSqlite(setting.file, batches);
  else await writeToServer(setting, batches);
}

function writeToSqlite(file: string, batches: readonly Batch[]): void {
  const database = new Sqlite(file);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("wal_autocheckpoint = 4000");
  for (const batch of batches) database.prepare(insertInto(batch)).run(batch.values);
  database.close();
}

async function writeToServer(setting: DatabaseSetting & { kind: "mysql" }, batches: readonly Batch[]): Promise<void> {
  const { hosts, user, password, database } = setting;
  const connection = await createConnection({ ...hosts[0], user, password, database, charset: "utf8mb4" });
  for (const batch of batches) await connection.query(insertInto(batch), batch.values);
  await connection.end();
}

function insertInto({ table, columns, count }: Batch): string {
  const tuple = `(${columns.map(() => "?").join(", ")})`;
  const names = columns.map((column) => `\`${column}\``).join(", ");
  return `INSERT INTO \`${table}\` (${names}) VALUES ${Array.from({ length: count }, () => tuple).join(", ")}`;
}
