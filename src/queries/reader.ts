import type { Actor } from "../model/actor.ts";
import type { Scope } from "../model/scope.ts";

export type Row = Record<string, unknown>;

/** A value that a statement may carry. */
export type SqlValue = string | number | boolean | null | Buffer;

/** A read-only handle, bound to one site and to whoever asks, so that no question can forget either. */
export interface Reader {
  readonly dialect: "sqlite" | "mysql";
  readonly siteId: string;
  readonly actor: Actor;
  /** This moment: RFC 3339 in UTC with milliseconds. */
  readonly now: string;
  /** Runs a SELECT with `?` parameters. */
  rows<T extends object = Row>(sql: string, params?: readonly SqlValue[]): Promise<T[]>;
}

/** May the reader's actor see what this scope guards? */
export function maySee(reader: Reader, scope: Scope): boolean {
  return reader.actor.kind === "operator" || reader.actor.kind === "directory" || reader.actor.scopes.has(scope);
}

/**
 * SQL: of the site that is bound here. For use beside ids: the plus keeps the column out of any index, where SQLite would take four
 * ids or more for a reason to walk through the whole site.
 */
export function ofSite(table?: string): string {
  return `+${table ? `${table}.` : ""}siteId = ?`;
}

/** As many `?` as there are values, for `IN (...)`. Callers pass at most a few hundred. */
export function marks({ length }: { length: number }): string {
  return length === 0 ? "" : `?${", ?".repeat(length - 1)}`;
}
