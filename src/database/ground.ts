import Database from "better-sqlite3";
import { createPool, type Pool } from "mysql2/promise";
import type { DataSource, QueryRunner } from "typeorm";
import { bound, isOutage, Silence, type SqlValue } from "./dialect.ts";

export type Row = Record<string, unknown>;

/** One open transaction. */
export interface Transaction {
  rows(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /** Runs a writing statement and says how many rows it changed. */
  write(sql: string, params?: readonly SqlValue[]): Promise<number>;
  commit(): Promise<void>;
  /** Never throws: a transaction that cannot be rolled back is over already. */
  rollback(): Promise<void>;
}

/** A database that can be read and worked on. */
export interface Ground {
  readonly dialect: "sqlite" | "mysql";
  readonly dataSource: DataSource;
  /** Reads what is committed, outside any transaction. */
  read(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  begin(): Promise<Transaction>;
  close(): Promise<void>;
}

/** A statement that reads longer than this is ended by the database. Seconds. */
const slowestReadSeconds = 20;
/** A database that says nothing for longer than its own limits (for writing: how long it waits for a lock) is away. Milliseconds. */
const patienceMs = { read: 30_000, write: 60_000 };

/** Puts the two ways of reading and writing on an initialised DataSource. */
export function groundOn(dataSource: DataSource): Ground {
  return dataSource.options.type === "better-sqlite3" ? sqliteGround(dataSource) : mysqlGround(dataSource);
}

/**
 * SQLite: TypeORM has one connection, whose open transaction its own reads would see; so reading is done on a second, read-only
 * connection, which in WAL mode sees committed rows only. An in-memory database has no second connection: it is not supported.
 */
function sqliteGround(dataSource: DataSource): Ground {
  const reading = new Database(String(dataSource.options.database), { readonly: true, timeout: 1 });
  const prepared = new Map<string, Database.Statement>();
  const statement = (sql: string): Database.Statement => {
    const known = prepared.get(sql);
    if (known) return known;
    if (prepared.size >= 500) prepared.clear();
    const fresh = reading.prepare(sql);
    prepared.set(sql, fresh);
    return fresh;
  };
  return {
    dialect: "sqlite",
    dataSource,
    read: async (sql, params = []) => statement(sql).all(...bound(params)) as Row[], // as: every row is an object by column name
    // Immediate: a deferred transaction that turns to writing can find its snapshot outdated (SQLITE_BUSY_SNAPSHOT).
    begin: () => begin(dataSource, ["BEGIN IMMEDIATE"]),
    async close() {
      reading.close();
      await dataSource.destroy();
    },
  };
}

function mysqlGround(dataSource: DataSource): Ground {
  const options = dataSource.options as {
    host?: string;
    port?: number;
    username?: string;
    password?: string;
    database?: string;
    poolSize?: number;
  }; // as: MySQL's options have these
  const pool: Pool = createPool({
    host: options.host,
    port: options.port,
    user: options.username,
    password: options.password,
    database: options.database,
    charset: "utf8mb4",
    connectTimeout: 5000,
    connectionLimit: options.poolSize ?? 10,
    enableKeepAlive: true,
    stringifyObjects: true,
  });
  pool.pool.on("connection", (connection) => {
    // On a cluster a read waits until this node has seen every change committed before it; elsewhere the variable is unknown, which is fine.
    connection.query("SET SESSION wsrep_sync_wait = 1", () => undefined);
    const limit =
      dataSource.options.type === "mariadb"
        ? `max_statement_time = ${slowestReadSeconds}`
        : `max_execution_time = ${slowestReadSeconds * 1000}`;
    connection.query(`SET SESSION ${limit}`, () => undefined);
    // MySQL's own limit is 1,024 bytes: enough for the ids of 48 members of a group.
    connection.query("SET SESSION group_concat_max_len = 4194304", () => undefined);
  });
  return {
    dialect: "mysql",
    dataSource,
    read: (sql, params = []) => readFrom(pool, sql, params),
    begin: () => begin(dataSource, ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"]),
    async close() {
      await pool.end();
      await dataSource.destroy();
    },
  };
}

async function readFrom(pool: Pool, sql: string, params: readonly SqlValue[]): Promise<Row[]> {
  const connection = await pool.getConnection();
  try {
    const [rows] = await heard(connection.query(sql, bound(params)), patienceMs.read);
    return rows as Row[]; // as: only SELECTs come here
  } catch (error) {
    // Its answer may still come, and must not be taken for the next one's.
    if (error instanceof Silence) connection.destroy();
    throw error;
  } finally {
    connection.release();
  }
}

/** The answer, if it comes in time. mysql2's own limit would go on counting when the connection is lost. */
function heard<T>(answer: Promise<T>, mostMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Silence()), mostMs).unref();
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function begin(dataSource: DataSource, opening: string[]): Promise<Transaction> {
  const runner: QueryRunner = dataSource.createQueryRunner();
  const over = async () => {
    await runner.release();
  };
  const told = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await heard(answer, patienceMs.write);
    } catch (error) {
      // SQLite answers before any timer can run, so this is a connection of mysql2, of which no more is wanted.
      if (error instanceof Silence) (await runner.connect()).destroy();
      throw error;
    }
  };
  try {
    for (const sql of opening) await told(runner.query(sql));
  } catch (error) {
    await over();
    throw error;
  }
  return {
    rows: (sql, params = []) => told(runner.query(sql, bound(params))),
    write: async (sql, params = []) => (await told(runner.query(sql, bound(params), true))).affected ?? 0,
    async commit() {
      await told(runner.query("COMMIT"));
      await over();
    },
    async rollback() {
      try {
        await told(runner.query("ROLLBACK"));
      } catch (error) {
        // A lost connection has rolled back by itself.
        if (!isOutage(error)) dataSource.logger?.log("warn", String(error));
      } finally {
        await over();
      }
    },
  };
}
