import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { isOutage } from "../src/database/dialect.ts";

/** An empty database of the bench's own, without tables. */
export interface BenchDatabase {
  /** For DATABASE_URL. */
  url: string;
  drop(): Promise<void>;
}

let made = 0;

/** Makes a database: on this server, or with `sqlite` in a temporary folder. */
export async function makeDatabase(server: string): Promise<BenchDatabase> {
  if (server === "sqlite") {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench-"));
    const drop = async () => rmSync(folder, { recursive: true, force: true });
    return { url: `sqlite:${join(folder, "bench.db")}`, drop };
  }
  const name = `gatehouse_bench_${process.pid}_${++made}`;
  const admin = await createConnection(server);
  await admin.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const drop = async () => {
    await admin.query(`DROP DATABASE \`${name}\``);
    await admin.end();
  };
  return { url: Object.assign(new URL(server), { pathname: `/${name}` }).toString(), drop };
}

/** The server that BENCH_DATABASE_URL names, or else one on this machine; null when none answers. */
export async function answeringServer(): Promise<string | null> {
  const server = process.env.BENCH_DATABASE_URL ?? "mysql://root@127.0.0.1:3306/";
  try {
    await (await createConnection(server)).end();
    return server;
  } catch (error) {
    if (isOutage(error)) return null;
    throw error;
  }
}

/** Such as `SQLite 3.50.2` or `MariaDB 10.11.19`. */
export async function nameDatabase(url: string): Promise<string> {
  if (url.startsWith("sqlite:")) {
    const database = new Sqlite(":memory:");
    const { version } = database.prepare("SELECT sqlite_version() AS version").get() as { version: string }; // as: the one column asked for
    database.close();
    return `SQLite ${version}`;
  }
  const connection = await createConnection(url);
  const [[row]] = await connection.query<RowDataPacket[]>("SELECT VERSION() AS version");
  await connection.end();
  const version = String(row?.version);
  return `${version.includes("MariaDB") ? "MariaDB" : "MySQL"} ${version.replace(/-.*/, "")}`;
}
