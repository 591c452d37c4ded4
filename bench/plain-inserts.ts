import Sqlite from "better-sqlite3";
import { createConnection } from "mysql2/promise";
import type { DatabaseSetting } from "../src/config.ts";
import type { Ground, Row } from "../src/database/ground.ts";

/** The tables that a sync brings people, groups and memberships into; those that tell of the sync itself are left out. */
const tables = ["Account", "User", "SearchTerm", "Group", "Membership"];

const rowsAtOnce = 500;

/** Up to 500 rows of one table: the values in the order of the columns. */
interface Batch {
  table: string;
  columns: string[];
  rows: unknown[][];
}

/** Reads what a sync has written, ready to be written again. */
export async function readBatches(ground: Ground): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (const table of tables) {
    const rows = await ground.read(`SELECT * FROM \`${table}\``);
    for (let from = 0; from < rows.length; from += rowsAtOnce) batches.push(batchOf(table, rows.slice(from, from + rowsAtOnce)));
  }
  return batches;
}

function batchOf(table: string, rows: Row[]): Batch {
  return { table, columns: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row)) };
}

/**
 * Writes rows as a script by hand would, with nothing of Gatehouse's: multi-row INSERTs in one transaction, straight through the
 * driver. The database has its tables, and they are empty. Answers the seconds it took.
 */
export async function writePlainly(setting: DatabaseSetting, batches: readonly Batch[]): Promise<number> {
  return setting.kind === "sqlite" ? writeToSqlite(setting.file, batches) : writeToServer(setting, batches);
}

function writeToSqlite(file: string, batches: readonly Batch[]): number {
  const database = new Sqlite(file);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  const start = performance.now();
  database.transaction(() => {
    for (const { rows, ...batch } of batches) {
      const tuple = `(${batch.columns.map(() => "?").join(", ")})`;
      database.prepare(`${insertInto(batch)} ${rows.map(() => tuple).join(", ")}`).run(rows.flat());
    }
  })();
  const seconds = (performance.now() - start) / 1000;
  database.close();
  return seconds;
}

async function writeToServer(setting: DatabaseSetting & { kind: "mysql" }, batches: readonly Batch[]): Promise<number> {
  const { hosts, user, password, database } = setting;
  const connection = await createConnection({ ...hosts[0], user, password, database, charset: "utf8mb4" });
  const start = performance.now();
  await connection.beginTransaction();
  for (const { rows, ...batch } of batches) await connection.query(`${insertInto(batch)} ?`, [rows]);
  await connection.commit();
  const seconds = (performance.now() - start) / 1000;
  await connection.end();
  return seconds;
}

function insertInto({ table, columns }: Pick<Batch, "table" | "columns">): string {
  return `INSERT INTO \`${table}\` (${columns.map((column) => `\`${column}\``).join(", ")}) VALUES`;
}
