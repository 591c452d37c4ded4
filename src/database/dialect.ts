/** The little that differs between SQLite and MySQL/MariaDB, apart from column types. */

type DatabaseError = { code?: unknown; errno?: unknown; driverError?: DatabaseError };

function codesOf(error: unknown): { code: string; errno: number } {
  const outer = (error ?? {}) as DatabaseError; // as: anything can be thrown; both properties are checked
  const inner = outer.driverError ?? outer;
  return { code: typeof inner.code === "string" ? inner.code : "", errno: typeof inner.errno === "number" ? inner.errno : 0 };
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

const outageCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "POOL_CLOSED",
  "SQLITE_CANTOPEN",
  "SQLITE_IOERR",
  "SQLITE_FULL",
  "SQLITE_READONLY",
]);

/** True when the database did not answer, so that nothing can be said of the question. 1047 is a cluster node out of its cluster. */
export function isOutage(error: unknown): boolean {
  const { code, errno } = codesOf(error);
  return outageCodes.has(code) || code.startsWith("SQLITE_IOERR") || [1040, 1047, 1053, 1129, 1203, 2006, 2013].includes(errno);
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
