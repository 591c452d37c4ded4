import { spellEmail } from "../model/email.ts";
import { type Columns, columnsFor, publicIdSql } from "./columns.ts";
import { declareEdges } from "./expand.ts";
import { declareLoader, toActor, toOne } from "./loaders.ts";
import { connectionOf, countRows, keyset, nodeSelection, readPage } from "./page.ts";
import { prefixRange } from "./prefix-range.ts";
import { marks, maySee, ofSite, type Reader, type Row, type SqlValue } from "./reader.ts";
import type { Selection } from "./selection.ts";

/** Invitations that a caller looks for. Every condition given must hold. */
export interface InvitationFilter {
  query?: string | null;
  emails?: string[] | null;
  statuses?: string[] | null;
  deliveries?: string[] | null;
}

/** EXPIRED is PENDING past its time. The moment is ours, not the caller's: 24 characters of digits and signs. */
const statusSql = (now: string) => `CASE WHEN i.state = 'PENDING' AND i.expiresAt <= '${now}' THEN 'EXPIRED' ELSE i.state END`;

const columns = (now: string): Columns => ({
  id: publicIdSql("Invitation", "i.id"),
  email: "i.email",
  status: statusSql(now),
  delivery: "i.delivery",
  deliveryFailure: "i.deliveryFailure",
  createdAt: "i.createdAt",
  // Where no letter went, those that were written and voided in time do not count.
  lastSentAt: "CASE WHEN i.delivery = 'NOT_SENT' THEN NULL ELSE i.lastSentAt END",
  sentCount: "CASE WHEN i.delivery = 'NOT_SENT' THEN 0 ELSE i.sentCount END",
  expiresAt: "i.expiresAt",
  userId: "i.userId",
  invitedByKind: "i.invitedByKind",
  invitedById: "i.invitedById",
});

const needs = { user: ["userId"], invitedBy: ["invitedByKind", "invitedById"] };

const newestFirst = "invitations CREATED_AT DESC";

/** A page of the site's invitations, the newest first. */
export async function listInvitations(reader: Reader, args: Record<string, unknown>, selection: Selection): Promise<Row> {
  const { where, params } = conditions(reader, (args.filter ?? {}) as InvitationFilter); // as: the schema checked its shape
  const request = readPage(args, newestFirst);
  const walk = keyset(reader, { siteColumn: "i.siteId", key: "i.createdAt", id: "i.id", descending: true }, request.after);
  const rows = await reader.rows<Row>(
    `SELECT ${columnsFor("Invitation", columns(reader.now), needs, nodeSelection(selection))}, i.createdAt AS cursorKey, i.id AS cursorId FROM Invitation i
     WHERE ${[walk.where, ...where].join(" AND ")} ORDER BY ${walk.orderBy} LIMIT ${request.first + 1}`,
    [...walk.params, ...params],
  );
  const count = () =>
    countRows(reader, `SELECT COUNT(*) AS n FROM Invitation i WHERE ${["i.siteId = ?", ...where].join(" AND ")}`, [
      reader.siteId,
      ...params,
    ]);
  return connectionOf(reader, "Invitation", selection, { rows, order: newestFirst, request, count });
}

function conditions(reader: Reader, filter: InvitationFilter): { where: string[]; params: SqlValue[] } {
  const where: string[] = [];
  const params: SqlValue[] = [];
  const anyOf = (sql: string, values: readonly string[]) => {
    where.push(values.length > 0 ? `${sql} IN (${marks(values)})` : "1 = 0");
    params.push(...values);
  };
  if (filter.query?.trim()) {
    where.push("i.emailKey >= ? AND i.emailKey < ?");
    params.push(...prefixRange(filter.query.trim().toLowerCase()));
  }
  if (filter.emails)
    anyOf(
      "i.emailKey",
      filter.emails.flatMap((email) => Object.values(spellEmail(email)).slice(0, 1)),
    );
  if (filter.statuses) anyOf(statusSql(reader.now), filter.statuses);
  if (filter.deliveries) anyOf("i.delivery", filter.deliveries);
  return { where, params };
}

/** At most one letter a minute to an address of a site (rule 2.6). */
const restMs = 60_000;

/** Those of the addresses to which the site wrote less than a minute ago, by whatever invitation. */
export async function addressesAtRest(reader: Reader, emails: readonly string[]): Promise<Set<string>> {
  if (emails.length === 0) return new Set();
  const recent = await reader.rows<{ email: string }>(
    `SELECT DISTINCT email FROM Invitation WHERE siteId = ? AND lastSentAt > ? AND emailKey IN (${marks(emails)})`,
    [reader.siteId, new Date(Date.parse(reader.now) - restMs).toISOString(), ...emails],
  );
  return new Set(recent.map(({ email }) => email));
}

declareLoader("Invitation", (reader, ids, selection) =>
  maySee(reader, "USERS_READ")
    ? reader.rows<Row>(
        `SELECT ${columnsFor("Invitation", columns(reader.now), needs, selection)} FROM Invitation i WHERE ${ofSite("i")} AND i.id IN (${marks(ids)})`,
        [reader.siteId, ...ids],
      )
    : Promise.resolve([]),
);

declareEdges("Invitation", { user: toOne("User", "userId"), invitedBy: toActor("invitedByKind", "invitedById") });
