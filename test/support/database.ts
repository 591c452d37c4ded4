import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection } from "mysql2/promise";
import { getMetadataArgsStorage } from "typeorm";
import { afterAll } from "vitest";
import { dataSourceFor } from "../../ormconfig.ts";
import { type DatabaseSetting, readDatabaseSetting } from "../../src/config.ts";
import { type Ground, groundOn } from "../../src/database/ground.ts";
import { entities } from "../../src/model/entities.ts";

/** An empty, migrated database of this test's own, and how to be rid of it. */
export interface TestDatabase {
  ground: Ground;
  setting: DatabaseSetting;
  /** The same as DATABASE_URL. */
  url: string;
  drop(): Promise<void>;
}

let made = 0;

/**
 * Opens an empty database: SQLite in a temporary folder, or MySQL/MariaDB where `TEST_DATABASE_URL` points to one. Making the tables
 * takes longer than most tests, so that migrated ones are made once, and copied or emptied for the next test.
 */
export async function freshDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  return server?.startsWith("mysql:") ? onServer(server, migrated) : onFile(migrated);
}

async function onFile(migrated: boolean): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-"));
  const file = join(folder, "test.db");
  const url = `sqlite:${file}`;
  const setting = readDatabaseSetting({ DATABASE_URL: url });
  if (migrated && migratedFile) writeFileSync(file, migratedFile);
  else if (migrated) {
    await (await open(setting, true)).close();
    migratedFile = readFileSync(file);
  }
  const ground = await open(setting, false);
  const drop = async () => {
    await ground.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ground, setting, url, drop };
}

/** An empty SQLite database with all tables. */
let migratedFile: Buffer | undefined;

/** Names of empty databases with all tables, on the server. */
const spares: string[] = [];

async function onServer(server: string, migrated: boolean): Promise<TestDatabase> {
  const admin = await createConnection({ uri: server.replace(/\/[^/]*$/, "/"), multipleStatements: true });
  const spare = migrated ? spares.pop() : undefined;
  const name = spare ?? `gatehouse_test_${process.pid}_${Date.now().toString(36)}_${++made}`;
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  if (!spare) await admin.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const setting = readDatabaseSetting({ DATABASE_URL: url });
  const ground = await open(setting, migrated && !spare);
  const drop = async () => {
    await ground.close();
    if (migrated && (await isLeft(admin, name))) {
      await empty(admin, name);
      spares.push(name);
    } else await admin.query(`DROP DATABASE \`${name}\``);
    await admin.end();
  };
  return { ground, setting, url, drop };
}

/** Whether no process that a test started is in it still. */
async function isLeft(admin: Connection, name: string): Promise<boolean> {
  const [rows] = await admin.query("SELECT 1 FROM information_schema.processlist WHERE db = ?", [name]);
  return Array.isArray(rows) && rows.length === 0;
}

async function empty(admin: Connection, name: string): Promise<void> {
  const tables = entities.map((entity) => `DELETE FROM \`${name}\`.\`${tableOf(entity)}\``);
  await admin.query(["SET foreign_key_checks = 0", ...tables].join("; "));
}

function tableOf(entity: new () => object): string {
  return getMetadataArgsStorage().tables.find(({ target }) => target === entity)?.name ?? entity.name;
}

// When all tests of a file are done.
afterAll(async () => {
  const server = process.env.TEST_DATABASE_URL;
  if (!server || spares.length === 0) return;
  const admin = await createConnection(server.replace(/\/[^/]*$/, "/"));
  for (const name of spares.splice(0)) await admin.query(`DROP DATABASE \`${name}\``);
  await admin.end();
});

async function open(setting: DatabaseSetting, migrates: boolean): Promise<Ground> {
  const dataSource = dataSourceFor(setting);
  await dataSource.initialize();
  if (migrates) await dataSource.runMigrations();
  return groundOn(dataSource);
}
