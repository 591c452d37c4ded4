import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { dataSourceFor } from "../../ormconfig.ts";
import { type DatabaseSetting, readDatabaseSetting } from "../../src/config.ts";
import { type Ground, groundOn } from "../../src/database/ground.ts";

/** An empty, migrated database of this test's own, and how to be rid of it. */
export interface TestDatabase {
  ground: Ground;
  setting: DatabaseSetting;
  /** The same as DATABASE_URL. */
  url: string;
  drop(): Promise<void>;
}

let made = 0;

/** Opens a fresh database: SQLite in a temporary folder, or MySQL/MariaDB where `TEST_DATABASE_URL` points to one. */
export async function freshDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (server?.startsWith("mysql:")) return onServer(server, migrated);
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-"));
  const url = `sqlite:${join(folder, "test.db")}`;
  const setting = readDatabaseSetting({ DATABASE_URL: url });
  const ground = await open(setting, migrated);
  const drop = async () => {
    await ground.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ground, setting, url, drop };
}

async function onServer(server: string, migrated: boolean): Promise<TestDatabase> {
  const name = `gatehouse_test_${process.pid}_${Date.now().toString(36)}_${++made}`;
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  const admin = await createConnection(server.replace(/\/[^/]*$/, "/"));
  await admin.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const setting = readDatabaseSetting({ DATABASE_URL: url });
  const ground = await open(setting, migrated);
  const drop = async () => {
    await ground.close();
    await admin.query(`DROP DATABASE \`${name}\``);
    await admin.end();
  };
  return { ground, setting, url, drop };
}

async function open(setting: DatabaseSetting, migrated: boolean): Promise<Ground> {
  const dataSource = dataSourceFor(setting);
  await dataSource.initialize();
  if (migrated) await dataSource.runMigrations();
  return groundOn(dataSource);
}
