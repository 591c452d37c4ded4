import { setTimeout as wait } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import type { DataSource } from "typeorm";
import { dataSourceFor } from "../../ormconfig.ts";
import type { Config, DatabaseSetting } from "../config.ts";
import { isOutage } from "../database/dialect.ts";
import { type Ground, groundOn } from "../database/ground.ts";
import type { Actor } from "../model/actor.ts";
import { allScopes } from "../model/scope.ts";
import { open, seal } from "../secrets/seal.ts";
import type { Log } from "../server/log.ts";
import { type Door, openDoor, type Place } from "../work/door.ts";
import type { Safe } from "../work/open-work.ts";

/** Whoever runs the command on the host. */
export const operator: Actor = { kind: "operator", label: "operator", scopes: new Set(allScopes), ipAddress: null };

/** Housekeeping that concerns every site. */
export const everywhere: Place = { siteId: "", actor: operator };

/** A database with its door, up to date. */
export interface House {
  ground: Ground;
  door: Door;
  safe: Safe;
  close(): Promise<void>;
}

/** Opens the database, brings it up to date, and puts the door on it. While the database does not answer: says so, and tries again. */
export async function openHouse(config: Config, log: Log, { patient = false } = {}): Promise<House> {
  const dataSource = await connect(config.database, log, patient);
  const ran = await dataSource.runMigrations();
  if (ran.length > 0) log.info({ migrations: ran.map(({ name }) => name) }, "the database was brought up to date");
  const ground = groundOn(dataSource);
  const safe = {
    seal: (context: string, secret: string) => seal(config.secretKey, context, secret),
    open: (context: string, sealed: string) => open(config.secretKey, context, sealed),
  };
  return { ground, door: openDoor(ground, { safe, publicUrl: config.publicUrl }), safe, close: () => ground.close() };
}

/** Connects to the first database host that answers. */
async function connect(setting: DatabaseSetting, log: Log, patient: boolean): Promise<DataSource> {
  for (let tries = 1; ; tries++) {
    try {
      return await connectOnce(setting);
    } catch (error) {
      if (!patient || !isOutage(error)) throw error;
      log.warn({ err: error, tries }, "the database does not answer; trying again");
      await wait(Math.min(10_000, 500 * 2 ** Math.min(tries, 5)));
    }
  }
}

async function connectOnce(setting: DatabaseSetting): Promise<DataSource> {
  if (setting.kind === "sqlite") return dataSourceFor(setting).initialize();
  let last: unknown;
  for (const host of setting.hosts)
    try {
      const { user, password, database } = setting;
      const probe = await createConnection({ ...host, user, password, database, connectTimeout: 5000 });
      const [rows] = await probe.query("SELECT VERSION() AS version");
      await probe.end();
      const { version } = (rows as { version: string }[])[0] ?? { version: "" }; // as: the statement's one column
      return await dataSourceFor({ ...setting, hosts: [host] }, /mariadb/i.test(version) ? "mariadb" : "mysql").initialize();
    } catch (error) {
      last = error;
    }
  throw last;
}
