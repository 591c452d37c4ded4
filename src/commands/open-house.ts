import { setTimeout as wait } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import type { DataSource } from "typeorm";
import { dataSourceFor } from "../../ormconfig.ts";
import type { Config, DatabaseSetting } from "../config.ts";
import { isCollision, isOutage, NotOpenYet } from "../database/dialect.ts";
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
  close(): Promise<void>;
}

/** Opens the database, brings it up to date, and puts the door on it. With `patience`, waits for a database that is away until that is aborted. */
export async function openHouse(config: Config, log: Log, { patience }: { patience?: AbortSignal } = {}): Promise<House> {
  const dataSource = await openPatiently(config.database, log, patience);
  const ground = groundOn(dataSource);
  return { ground, door: openDoor(ground, { safe: safeOf(config), publicUrl: config.publicUrl }), close: () => ground.close() };
}

/** Seals with the deployment's key. */
export function safeOf({ secretKey }: Pick<Config, "secretKey">): Safe {
  return {
    seal: (context, secret) => seal(secretKey, context, secret),
    open: (context, sealed) => open(secretKey, context, sealed),
  };
}

/** A door for whoever comes before the house is open, and is told so. It leads into the house once that is there. */
export function frontDoor(house: () => House | null): Door {
  const inside = () => {
    const opened = house();
    if (!opened) throw new NotOpenYet();
    return opened.door;
  };
  return {
    look: async (place, see) => inside().look(place, see),
    act: async (place, change, options) => inside().act(place, change, options),
  };
}

/** While the database does not answer: says so, and tries again. A file that cannot be written does not mend itself. */
async function openPatiently(setting: DatabaseSetting, log: Log, patience?: AbortSignal): Promise<DataSource> {
  for (let tries = 1; ; tries++) {
    try {
      return await openOnce(setting, log);
    } catch (error) {
      const isInUse = isCollision(error) && (patience !== undefined || tries < 5);
      if (!isInUse && !(patience && setting.kind === "mysql" && isOutage(error))) throw inWords(setting, error);
      log.warn({ err: error, tries }, "the database does not answer; trying again");
      await wait(Math.min(10_000, 250 * 2 ** Math.min(tries, 6)), undefined, { signal: patience });
    }
  }
}

/** What an operator can do something with. What servers say of themselves is clear enough. */
function inWords(setting: DatabaseSetting, error: unknown): unknown {
  if (setting.kind !== "sqlite" || !(error instanceof Error)) return error;
  const message = `The database file ${setting.file} cannot be used: ${error.message}. Check its folder, its owner, and the space left.`;
  return new Error(message, { cause: error });
}

async function openOnce(setting: DatabaseSetting, log: Log): Promise<DataSource> {
  const dataSource = await connect(setting);
  try {
    const ran = await dataSource.runMigrations();
    if (ran.length > 0) log.info({ migrations: ran.map(({ name }) => name) }, "the database was brought up to date");
    return dataSource;
  } catch (error) {
    // What is lost cannot be closed: the first error is the one to tell.
    await dataSource.destroy().catch(() => undefined);
    throw error;
  }
}

/** Connects to the first database host that answers. */
async function connect(setting: DatabaseSetting): Promise<DataSource> {
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
