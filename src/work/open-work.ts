import { getMetadataArgsStorage } from "typeorm";
import { bound, type SqlValue } from "../database/dialect.ts";
import type { Ground, Transaction } from "../database/ground.ts";
import type { Actor } from "../model/actor.ts";
import { referenceTo } from "../model/actor.ts";
import { AuditEvent, AuditSubject, Letter } from "../model/entities.ts";
import { newId, publicId } from "../model/id.ts";
import { type Problem, Refusal } from "../model/refusal.ts";
import { denial } from "../policy/policy.ts";
import type { Target } from "../policy/target.ts";
import { marks, ofSite } from "../queries/reader.ts";
import type { Permit, TrailSubject, Work } from "./work.ts";

/** Seals and opens secrets kept in the database. */
export interface Safe {
  seal(context: string, secret: string): string;
  open(context: string, sealed: string): string;
}

/** Parameters in one statement: below the least limit of the databases (SQLite's 32,766), and lists of them stay short. */
const mostParameters = 8000;

/** What a door is told once. */
export interface Deployment {
  safe: Safe;
  publicUrl: string;
}

/** The columns of an entity, in declared order; flags apart, since databases give them as numbers. */
interface Shape {
  table: string;
  columns: string[];
  flags: string[];
  /** What MySQL and MariaDB give as bytes though it is text: keys are compared as bytes. */
  texts: string[];
}

const shapes = new Map<object, Shape>();

function shapeOf(entity: new () => object): Shape {
  const known = shapes.get(entity);
  if (known) return known;
  const storage = getMetadataArgsStorage();
  const columns = storage.columns.filter((column) => column.target === entity);
  const named = (test: (type: unknown) => boolean) =>
    columns.filter((column) => test(column.options.type)).map((column) => column.propertyName);
  const shape: Shape = {
    table: storage.tables.find((table) => table.target === entity)?.name ?? entity.name,
    columns: named(() => true),
    flags: named((type) => type === "tinyint"),
    texts: named((type) => type !== "blob" && type !== "mediumblob"),
  };
  shapes.set(entity, shape);
  return shape;
}

function asEntity<T extends object>(shape: Shape, row: Record<string, unknown>): T {
  for (const flag of shape.flags) row[flag] = row[flag] === 1;
  for (const text of shape.texts) {
    const value = row[text];
    if (Buffer.isBuffer(value)) row[text] = value.toString("utf8");
  }
  return row as T; // as: the row has exactly the entity's columns
}

/** A work in hand, and what the door asks of it before it commits. */
export interface OpenWork {
  work: Work;
  /** Throws when no permit was taken or one was left unused: no change without a right, no right without a trail. */
  assertAccountedFor(): void;
}

/** Opens one work on an open transaction. */
export function openWork(
  ground: Ground,
  transaction: Transaction,
  place: { siteId: string; actor: Actor },
  { rehearsal, safe, publicUrl }: Deployment & { rehearsal: boolean },
): OpenWork {
  const { siteId, actor } = place;
  const now = new Date().toISOString();
  const open = new Set<Permit>();
  let taken = 0;

  const rows = async <T extends object>(sql: string, params: readonly SqlValue[] = []) =>
    (await transaction.rows(sql, params)) as T[]; // as: the caller names the columns it selects

  const insert: Work["insert"] = async (entity, values) => {
    const { table, columns } = shapeOf(entity);
    const perStatement = Math.max(1, Math.min(500, Math.floor(mostParameters / columns.length)));
    for (let from = 0; from < values.length; from += perStatement) {
      const part = values.slice(from, from + perStatement) as readonly Record<string, SqlValue | undefined>[]; // as: entities hold nothing but column values
      const params = bound(part.flatMap((row) => columns.map((column) => row[column] ?? null)));
      const tuples = part.map(() => `(${marks(columns)})`).join(", ");
      await transaction.write(
        `INSERT INTO \`${table}\` (${columns.map((column) => `\`${column}\``).join(", ")}) VALUES ${tuples}`,
        params,
      );
    }
  };

  const use = (permit: Permit) => {
    if (!open.delete(permit)) throw new Error(`The permit for ${permit.action} was used already, or is not of this work`);
  };

  const work: Work = {
    dialect: ground.dialect,
    siteId,
    actor,
    now,
    rehearsal,
    publicUrl,
    report: { seats: [], accessLost: [], warnings: [], blockerIds: [] },
    rows,
    write: (sql, params = []) => transaction.write(sql, params),
    insert,

    async byIds<T extends object>(entity: new () => T, ids: readonly string[], column = "id") {
      const shape = shapeOf(entity);
      if (!shape.columns.includes(column)) throw new Error(`${shape.table} has no column ${column}`);
      const filter = column === "id" ? ofSite() : "siteId = ?";
      const guard = shape.columns.includes("siteId") ? ` AND ${filter}` : "";
      const found: T[] = [];
      for (let from = 0; from < ids.length; from += 500) {
        const part = ids.slice(from, from + 500);
        const params = guard ? [...part, siteId] : part;
        const batch = await transaction.rows(
          `SELECT * FROM \`${shape.table}\` WHERE \`${column}\` IN (${marks(part)})${guard}`,
          params,
        );
        for (const row of batch) found.push(asEntity<T>(shape, row));
      }
      return found;
    },

    permit(action, targets: Target | readonly Target[], path = () => []) {
      const list = "noun" in targets ? [targets] : targets;
      const problems: Problem[] = [];
      for (const [index, target] of list.entries()) {
        const no = denial(actor, action, target);
        if (no) problems.push({ code: no.code, message: no.reason, path: path(index) });
      }
      if (problems.length > 0) throw new Refusal(problems);
      const permit: Permit = { action };
      open.add(permit);
      taken++;
      return permit;
    },

    async record(permit, subjects, { count = subjects.length, findable = subjects.map((subject) => subject.id) } = {}) {
      use(permit);
      const id = newId();
      const by = referenceTo(actor);
      await insert(AuditEvent, [
        {
          id,
          siteId,
          action: permit.action,
          actorKind: by.kind,
          actorId: by.id,
          actorLabel: by.label,
          subjectCount: count,
          ipAddress: actor.ipAddress,
          createdAt: now,
          body: JSON.stringify(subjects.map(trailEntry)),
        },
      ]);
      await insert(
        AuditSubject,
        [...new Set(findable)].map((subjectId) => ({ siteId, subjectId, eventId: id })),
      );
    },

    unchanged(permit, value) {
      use(permit);
      return value;
    },

    async post(letters) {
      const queued = letters.map(({ recipient, invitationId = null, ...words }) => {
        const id = newId();
        const sealed = safe.seal(`letter:${id}`, JSON.stringify(words));
        return {
          id,
          siteId,
          invitationId,
          recipient,
          sealed,
          state: "QUEUED" as const,
          tries: 0,
          nextTryAt: now,
          createdAt: now,
        };
      });
      await insert(Letter, queued);
      const invitations = letters.flatMap((letter) => letter.invitationId ?? []);
      if (invitations.length > 0)
        await transaction.write(
          `UPDATE Invitation SET delivery = 'QUEUED', deliveryFailure = NULL WHERE id IN (${marks(invitations)})`,
          invitations,
        );
    },

    seal: (context, secret) => safe.seal(context, secret),
    unseal: (context, sealed) => safe.open(context, sealed),
  };

  return {
    work,
    assertAccountedFor() {
      if (taken === 0) throw new Error("A work changed something without asking whether it may");
      const [left] = open;
      if (left) throw new Error(`A permit for ${left.action} was taken and neither recorded nor declared unchanged`);
    },
  };
}

function trailEntry({ type, id, label, changes }: TrailSubject): object {
  const fields = Object.entries(changes ?? {}).map(([field, [from, to]]) => ({ field, from: asText(from), to: asText(to) }));
  return { id: publicId(type, id), label, changes: fields };
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
