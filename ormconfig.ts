import "reflect-metadata";
import { DataSource } from "typeorm";
import { type DatabaseSetting, readDatabaseSetting } from "./src/config.ts";
import { Foundation1764000000000 } from "./src/database/migrations/1764000000000-foundation.ts";
import { useColumnTypes } from "./src/model/column.ts";
import { entities } from "./src/model/entities.ts";

const migrations = [Foundation1764000000000];

/** How many connections an instance may hold to MySQL or MariaDB. */
const poolSize = 10;

/** The one way to a DataSource: SQLite by default, MySQL or MariaDB through mysql2. `flavour` is what `VERSION()` says. */
export function dataSourceFor(setting: DatabaseSetting, flavour: "mysql" | "mariadb" = "mariadb"): DataSource {
  const shared = { entities, migrations, migrationsTableName: "Migration", migrationsTransactionMode: "each" as const };
  if (setting.kind === "sqlite") {
    useColumnTypes("sqlite");
    return new DataSource({
      ...shared,
      type: "better-sqlite3",
      database: setting.file,
      enableWAL: true,
      // Waiting inside the driver would freeze the event loop: the door waits instead.
      timeout: 1,
      prepareDatabase: (connection: { pragma(text: string): unknown }) => {
        connection.pragma("synchronous = FULL");
        // A sync's transaction changes some 500 pages: with SQLite's own 1,000, every second commit would write them all once more.
        connection.pragma("wal_autocheckpoint = 4000");
      },
    });
  }
  useColumnTypes("mysql");
  const [host] = setting.hosts;
  return new DataSource({
    ...shared,
    type: flavour,
    host: host?.host,
    port: host?.port,
    username: setting.user,
    password: setting.password,
    database: setting.database,
    charset: "utf8mb4",
    timezone: "Z",
    bigNumberStrings: false,
    connectTimeout: 5000,
    poolSize,
    extra: { connectionLimit: poolSize, maxIdle: poolSize, enableKeepAlive: true, stringifyObjects: true },
  });
}

export default dataSourceFor(readDatabaseSetting(process.env));
