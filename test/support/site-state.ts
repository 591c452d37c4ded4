import { unpackChanges } from "../../src/model/sync-change.ts";
import type { House } from "./house.ts";

/** What is on a site, by topic, in words that two sites with the same history share: without ids and moments. */
export type SiteState = Record<string, string[]>;

interface Identified {
  id: string;
  name: string;
}

/** A compact id by itself, or after the prefix of a public one. */
const compactId = /(?<![0-9a-z])[0-9a-z]{20}(?![0-9a-z])/g;

/** A moment, such as that of somebody's leaving. */
const moment = /\d{4}-\d\d-\d\dT[\d:.]{8,12}Z/g;

/** Everything that a sync can change, with the trail, the letters and the runs. Of each line there are as many as there are rows. */
export async function readSiteState({ rows }: Pick<House, "rows">): Promise<SiteState> {
  const named = await rows<Identified>(
    `SELECT id, COALESCE(externalId, email) AS name FROM User UNION ALL SELECT id, COALESCE(externalId, name) FROM \`Group\`
     UNION ALL SELECT id, name FROM Domain UNION ALL SELECT id, name FROM Application UNION ALL SELECT id, name FROM Directory
     UNION ALL SELECT id, name FROM ApiToken UNION ALL SELECT id, 'site' FROM Site`,
  );
  const runs = await rows<{ id: string }>("SELECT id FROM SyncRun ORDER BY id");
  const trail = await trailOf(rows);
  // Only the trail still knows what a deleted group was called.
  const deleted = trail.filter(({ action }) => action === "groupDelete").map(({ subject }) => subject);
  const words = new Map([
    ...deleted.map(({ id, label }) => [id.slice(4), label] as const),
    ...named.map(({ id, name }) => [id, String(name)] as const),
    ...runs.map(({ id }, at) => [id, `run ${at + 1}`] as const),
  ]);
  const line = (row: object) =>
    JSON.stringify(row, textually)
      .replace(compactId, (id) => words.get(id) ?? id)
      .replace(moment, "a moment");
  const lines = async (sql: string) => (await rows(sql)).map(line).sort();
  return {
    users: await lines(
      `SELECT u.externalId, u.email, u.emailKey, u.username, u.fullName, u.title, u.role, u.status, u.directoryId, u.directorySuspended,
       u.deactivatedByKind, u.fingerprint, u.version, a.email AS accountEmail, a.emailKey AS accountKey, a.fullName AS accountName,
       (SELECT COUNT(*) FROM SearchTerm s WHERE s.userId = u.id) AS terms FROM User u LEFT JOIN Account a ON a.id = u.accountId`,
    ),
    accounts: await lines("SELECT COUNT(*) AS n FROM Account"),
    groups: await lines("SELECT name, nameKey, description, email, externalId, fingerprint, memberCount, version FROM `Group`"),
    memberships: await lines("SELECT groupId, userId, byHand, bySync, direct FROM Membership"),
    nestings: await lines("SELECT groupId, childId FROM Nesting"),
    domains: await lines("SELECT name, status, verifiedKey, directoryId FROM Domain"),
    seats: await lines("SELECT name, seatLimit, seatsUsed FROM Application"),
    site: await lines("SELECT invitedCount, activeCount, deactivatedCount, adminCount FROM Site"),
    letters: await lines("SELECT recipient, state FROM Letter"),
    trail: trail.map(line).sort(),
    findable: await lines(
      "SELECT s.subjectId, e.action, COUNT(*) AS n FROM AuditSubject s JOIN AuditEvent e ON e.id = s.eventId GROUP BY s.subjectId, e.action",
    ),
    directory: await lines("SELECT name, status, statusReason, failedRuns, trusted, paused, lastRunId FROM Directory"),
    runs: (await runsOf(rows)).map(line).sort(),
    changes: (await changesOf(rows)).map(line).sort(),
  };
}

/** What only the one of two sites has (`+`), and what only the other has (`-`), with the topic. Empty when they are alike. */
export function differencesOf(one: SiteState, other: SiteState): string[] {
  const linesOf = (state: SiteState) =>
    Object.entries(state).flatMap(([topic, lines]) => lines.map((line) => `${topic}: ${line}`));
  return [
    ...without(linesOf(one), linesOf(other)).map((line) => `+ ${line}`),
    ...without(linesOf(other), linesOf(one)).map((line) => `- ${line}`),
  ];
}

/** Each line is taken out as often as it is given. */
function without(lines: readonly string[], taken: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of taken) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const times = left.get(line) ?? 0;
    if (times > 0) left.set(line, times - 1);
    return times === 0;
  });
}

/** MariaDB gives keys as bytes and sums as text. */
function textually(_key: string, value: unknown): unknown {
  const bytes = value as { type?: string; data?: number[] } | null; // as: what a Buffer has become by now
  if (bytes?.type === "Buffer" && bytes.data) return Buffer.from(bytes.data).toString("utf8");
  return value;
}

interface TrailLine {
  action: string;
  actorKind: string;
  actorLabel: string;
  subject: { id: string; label: string; changes: object[] };
}

/** Every change of the trail by itself, as its event's. */
async function trailOf(rows: House["rows"]): Promise<TrailLine[]> {
  const events = await rows<{ action: string; actorKind: string; actorLabel: string; body: string }>(
    "SELECT action, actorKind, actorLabel, body FROM AuditEvent",
  );
  return events.flatMap(({ body, ...event }) =>
    (JSON.parse(body) as TrailLine["subject"][]).map((subject) => ({ ...event, subject })),
  ); // as: what the trail holds
}

async function runsOf(rows: House["rows"]): Promise<object[]> {
  const runs = await rows<{ summary: string }>(
    "SELECT id, status, failure, summary, stepCount, appliedSeq, cancelled, startedByKind, startedByLabel FROM SyncRun",
  );
  return runs.map(({ summary, ...run }) => ({ ...run, summary: JSON.parse(summary) as object })); // as: a run's own summary
}

/** What each step says of each of its changes, or else what went another way than its step. */
async function changesOf(rows: House["rows"]): Promise<object[]> {
  const steps = await rows<{ runId: string; seq: number; status: string; body: Buffer }>(
    "SELECT runId, seq, status, body FROM SyncStep",
  );
  const exceptions = await rows<{ runId: string; seq: number; position: number; status: string; failure: string }>(
    "SELECT runId, seq, position, status, failure FROM SyncException",
  );
  const exceptionAt = new Map(exceptions.map(({ runId, seq, position, ...how }) => [`${runId}:${seq}:${position}`, how]));
  return steps.flatMap(({ runId, seq, status, body }) =>
    unpackChanges(body).map((change, at) => ({ runId, status, change, ...exceptionAt.get(`${runId}:${seq}:${at}`) })),
  );
}
