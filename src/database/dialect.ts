/** The little that differs between SQLite and MySQL/MariaDB, apart from column types. */

type DatabaseError = { code?: unknown; errno?: unknown; message?: unknown; driverError?: DatabaseError };

function codesOf(error: unknown): { code: string; errno: number; message: string } {
  const outer = (error ?? {}) as DatabaseError; // as: anything can be thrown; every property is checked
  const { code, errno, message } = outer.driverError ?? outer;
  return {
    code: typeof code === "string" ? code : "",
    errno: typeof errno === "number" ? errno : 0,
    message: typeof message === "string" ? message : "",
  };
}

/** True when a unique index refused a row. The only place that knows the databases' codes for it. */
export function isDuplicate(error: unknown): boolean {
  const { code, errno } = codesOf(error);
  return errno === 1062 || code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY";
}

/**
 * True when another transaction was in the way and the whole work should be tried again: deadlock (1213, also on COMMIT in a
 * cluster), lock wait (1205), record changed since read (1020), or a busy SQLite file.
 */
export function isCollision(error: unknown): boolean {
  const { code, errno } = codesOf(error);
  return errno === 1213 || errno === 1205 || errno === 1020 || code.startsWith("SQLITE_BUSY") || code === "SQLITE_LOCKED";
}

/** Thrown to whoever asks before the database is open. */
export class NotOpenYet extends Error {
  readonly code = "NOT_OPEN_YET";

  constructor() {
    super("The database is not open yet");
    this.name = "NotOpenYet";
  }
}

/** Thrown when we gave up waiting for an answer. */
export class Silence extends Error {
  readonly code = "SILENCE";

  constructor() {
    super("The database said nothing for too long");
    this.name = "Silence";
  }
}

const outageCodes = new Set([
  "SILENCE",
  "NOT_OPEN_YET",
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "PROTOCOL_CONNECTION_LOST",
]);

/**
 * MySQL's and MariaDB's own numbers: too many connections (1040, 1203), a cluster node out of its cluster (1047), shutting down
 * (1053), a host shut out (1129), a connection broken off or killed (1152, 1158-1161, 1184, 1927, 2006, 2013), no room left (1021,
 * 1114), and a server that lets nobody write, as in a failover (1290, 1836).
 */
const outageNumbers = new Set([
  1021, 1040, 1047, 1053, 1114, 1129, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1290, 1836, 1927, 2006, 2013,
]);

/** mysql2 gives no code to what it says of a connection that it has lost already. */
const lostBefore = /^(?:Can't (?:add new command when connection is|write) in closed state|Pool is closed)/;

/**
 * True when the database did not answer, so that nothing can be said of the question. Others in the way are an outage, too, once
 * the door has tried for long enough.
 */
export function isOutage(error: unknown): boolean {
  const { code, errno, message } = codesOf(error);
  if (/^SQLITE_(?:CANTOPEN|IOERR|FULL|READONLY)/.test(code) || isCollision(error)) return true;
  return outageCodes.has(code) || outageNumbers.has(errno) || lostBefore.test(message);
}

/** True when a statement ran past the database's own limit of time (MariaDB 1969, MySQL 3024). */
export function isTooSlow(error: unknown): boolean {
  const { errno } = codesOf(error);
  return errno === 1969 || errno === 3024;
}

/** The database's own clock, as our 24 characters. Leases go by it, so that instances need not agree on the time. */
export const clockSql = {
  sqlite: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
  mysql: "CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')",
} as const;

/** The database's own clock, some seconds ahead. */
export function clockAheadSql(dialect: keyof typeof clockSql, seconds: number): string {
  return dialect === "sqlite"
    ? `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+${Number(seconds)} seconds')`
    : `CONCAT(LEFT(DATE_FORMAT(DATE_ADD(UTC_TIMESTAMP(3), INTERVAL ${Number(seconds)} SECOND), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')`;
}

/** Makes an INSERT pass over rows that are there already, without hiding any other fault (as `INSERT IGNORE` would). */
export function passOverDuplicates(dialect: keyof typeof clockSql, keyColumn: string): string {
  return dialect === "sqlite" ? " ON CONFLICT DO NOTHING" : ` ON DUPLICATE KEY UPDATE \`${keyColumn}\` = \`${keyColumn}\``;
}

/** A value that a statement may carry. Anything else, above all an object, is refused before the driver sees it. */
export type SqlValue = string | number | null | Buffer | boolean;

/** Parameters as both drivers take them. */
export function bound(params: readonly SqlValue[]): (string | number | null | Buffer)[] {
  return params.map((value) => {
    if (typeof value === "boolean") return value ? 1 : 0;
    if (value === null || typeof value === "string" || Buffer.isBuffer(value)) return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new TypeError(`A statement cannot carry a ${typeof value}`);
  });
}
