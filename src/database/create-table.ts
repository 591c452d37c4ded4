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

/** Creates a table and its indexes on either database, stating engine and charset. */
export async function createTable(runner: QueryRunner, name: string, spec: TableSpec): Promise<void> {
  const sqlite = runner.connection.options.type === "better-sqlite3";
  const quoted = (names: string[]) => names.map((column) => `\`${column}\``).join(", ");
  const columns = Object.entries(spec.columns).map(([column, typed]) => {
    const type = types[typed.replace("?", "") as ColumnType][sqlite ? 0 : 1]; // as: the question mark is all that can be added
    return `\`${column}\` ${type} ${typed.endsWith("?") ? "NULL" : "NOT NULL"}`;
  });
  const options = sqlite
    ? spec.withoutRowid
      ? "WITHOUT ROWID"
      : ""
    : "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";
  await runner.query(`CREATE TABLE \`${name}\` (${[...columns, `PRIMARY KEY (${quoted(spec.key)})`].join(", ")}) ${options}`);
  for (const [kind, indexes] of [["UNIQUE INDEX", spec.unique ?? {}] as const, ["INDEX", spec.index ?? {}] as const])
    for (const [index, on] of Object.entries(indexes))
      await runner.query(`CREATE ${kind} \`${index}\` ON \`${name}\` (${quoted(on)})`);
}
