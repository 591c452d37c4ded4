import { Column, type ColumnOptions } from "typeorm";

/** The databases we run on. MySQL and MariaDB share one dialect; only TypeORM tells them apart. */
export type Dialect = "sqlite" | "mysql";

const ascii = { charset: "ascii", collation: "ascii_bin" };
const unicode = { charset: "utf8mb4", collation: "utf8mb4_bin" };

/** What a column holds, and the type that each database keeps it in. */
export const columnTypes = {
  /** A compact id. */
  id: { sqlite: { type: "text" }, mysql: { type: "char", length: "20", ...ascii } },
  /** A word from a list of ours, a hash, a hint: printable ASCII. */
  code: { sqlite: { type: "text" }, mysql: { type: "varchar", length: "64", ...ascii } },
  /** A name in ASCII that may be long, such as a domain. Its grammar knows no blank, so that padding equates nothing. */
  word: { sqlite: { type: "text" }, mysql: { type: "varchar", length: "254", ...ascii } },
  /** A moment: RFC 3339 in UTC with milliseconds, 24 characters, so that text order is time order. */
  time: { sqlite: { type: "text" }, mysql: { type: "char", length: "24", ...ascii } },
  /** What is compared: bytes, since collations equate different addresses (`cüre` and `cure`, trailing spaces). */
  key: { sqlite: { type: "text" }, mysql: { type: "varbinary", length: "254" } },
  /** What is shown to people and never compared. */
  text: { sqlite: { type: "text" }, mysql: { type: "varchar", length: "1000", ...unicode } },
  /** Settings, letters, trails. */
  long: { sqlite: { type: "text" }, mysql: { type: "mediumtext", ...unicode } },
  /** Compressed. */
  bytes: { sqlite: { type: "blob" }, mysql: { type: "mediumblob" } },
  int: { sqlite: { type: "integer" }, mysql: { type: "int" } },
  flag: { sqlite: { type: "tinyint" }, mysql: { type: "tinyint" } },
} as const satisfies Record<string, Record<Dialect, ColumnOptions>>;

export type ColumnKind = keyof typeof columnTypes;

const declared: { kind: ColumnKind; options: ColumnOptions }[] = [];

function declare(kind: ColumnKind, extra: ColumnOptions): PropertyDecorator {
  const options: ColumnOptions = { ...columnTypes[kind].sqlite, ...extra };
  declared.push({ kind, options });
  return Column(options);
}

/** A column that always has a value. */
export const Holds = (kind: ColumnKind): PropertyDecorator => declare(kind, {});
/** A column that may be NULL: known to be none. */
export const MayHold = (kind: ColumnKind): PropertyDecorator => declare(kind, { nullable: true });
/** A column of the primary key. */
export const Key = (kind: ColumnKind): PropertyDecorator => declare(kind, { primary: true });

/** Gives every declared column the type of one database. TypeORM reads these options when a DataSource is initialised. */
export function useColumnTypes(dialect: Dialect): void {
  for (const { kind, options } of declared) {
    for (const name of ["type", "length", "charset", "collation"] as const) delete options[name];
    Object.assign(options, columnTypes[kind][dialect]);
  }
}
