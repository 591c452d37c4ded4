import type { QueryRunner } from "typeorm";

const ascii = "CHARACTER SET ascii COLLATE ascii_bin";
const unicode = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

/** What migrations call a column's type: for SQLite, then for MySQL and MariaDB. Frozen: a migration says for ever what it said. */
const types = {
  id: ["text", `char(20) ${ascii}`],
  code: ["text", `varchar(64) ${ascii}`],
  word: ["text", `varchar(254) ${ascii}`],
  time: ["text", `char(24) ${ascii}`],
  key: ["text", "varbinary(254)"],
  text: ["text", `varchar(1000) ${unicode}`],
  long: ["text", `mediumtext ${unicode}`],
  bytes: ["blob", "mediumblob"],
  int: ["integer", "int"],
  flag: ["tinyint", "tinyint"],
} as const;

type ColumnType = keyof typeof types;

/** A table: columns as `name: type`, with a `?` behind the type of one that may be NULL. */
export interface TableSpec {
  columns: Record<string, ColumnType | `${ColumnType}?`>;
  key: string[];
  unique?: Record<string, string[]>;
  index?: Record<string, string[]>;
  /** SQLite only: the rows are the key's tree itself. */
  withoutRowid?: boolean;
}

/**
 * Creates a table and its indexes on either database, stating engine and charset. MySQL and MariaDB commit at every such statement,
 * so there a table is made whole by one, and a migration that was broken off passes over what it made before.
 */
export async function createTable(runner: QueryRunner, name: string, spec: TableSpec): Promise<void> {
  const sqlite = runner.connection.options.type === "better-sqlite3";
  const quoted = (names: string[]) => names.map((column) => `\`${column}\``).join(", ");
  const columns = Object.entries(spec.columns).map(([column, typed]) => {
    const type = types[typed.replace("?", "") as ColumnType][sqlite ? 0 : 1]; // as: the question mark is all that can be added
    return `\`${column}\` ${type} ${typed.endsWith("?") ? "NULL" : "NOT NULL"}`;
  });
  const indexes = [["UNIQUE INDEX", spec.unique ?? {}] as const, ["INDEX", spec.index ?? {}] as const].flatMap(([kind, byName]) =>
    Object.entries(byName).map(([index, on]) => ({ index: `${kind} \`${index}\``, on: `(${quoted(on)})` })),
  );
  const parts = [...columns, `PRIMARY KEY (${quoted(spec.key)})`];
  if (!sqlite) {
    const whole = [...parts, ...indexes.map(({ index, on }) => `${index} ${on}`)].join(", ");
    const options = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";
    await runner.query(`CREATE TABLE IF NOT EXISTS \`${name}\` (${whole}) ${options}`);
    return;
  }
  await runner.query(`CREATE TABLE \`${name}\` (${parts.join(", ")}) ${spec.withoutRowid ? "WITHOUT ROWID" : ""}`);
  for (const { index, on } of indexes) await runner.query(`CREATE ${index} ON \`${name}\` ${on}`);
}
