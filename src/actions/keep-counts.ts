import { Refusal } from "../model/refusal.ts";
import type { UserRole } from "../model/scope.ts";
import { leavesNoAdmin } from "../policy/user-rules.ts";
import { marks, ofSite } from "../queries/reader.ts";
import type { AccessLoss, Work } from "../work/work.ts";

/** What a change may move: the seats and head counts of these users, or everything that these applications count. */
export interface Concerned {
  userIds?: readonly string[];
  /** Recounted whole: for grants and deleted groups, which concern every member. */
  applicationIds?: readonly string[];
}

/**
 * Makes a change and keeps true what must stay true across rows, however many do so at once and on however many instances
 * (rules 1.6 and 7.3): no application has more seats taken than it has, no site is left without an active admin, and the counts
 * kept in the rows of Site and Application are exact. Fills the work's report with seats moved and access lost.
 *
 * It counts before and after while it holds the site's row. An action that decides by what it read calls `holdSite` before
 * reading; one that does not may leave that to this.
 */
export async function keepCounts<T>(work: Work, concerned: Concerned, change: () => Promise<T>): Promise<T> {
  await holdSite(work);
  const userIds = concerned.userIds ?? [];
  const applicationIds = concerned.applicationIds ?? [];
  const before = await count(work, userIds, applicationIds);
  const value = await change();
  const after = await count(work, userIds, applicationIds);
  // What the change means is told even where it is refused (section 12), so that what can refuse comes last.
  reportLosses(work, before.openers, after.openers);
  await settleSeats(work, before.seats, after.seats);
  await settleHeads(work, before.heads, after.heads);
  return value;
}

const holding = new WeakSet<Work>();

/**
 * The first statement of every work that can move a count: before any read, so that what is read then is the latest. Once a
 * work holds its site, asking again costs nothing.
 */
export async function holdSite(work: Work): Promise<void> {
  if (holding.has(work)) return;
  holding.add(work);
  await work.write("UPDATE Site SET accessVersion = (accessVersion + 1) % 2000000000 WHERE id = ?", [work.siteId]);
}

/** Heads by `status role`, holders of seats by application, and who can open what. */
interface Counted {
  heads: Map<string, number>;
  seats: Map<string, number>;
  openers: Map<string, Set<string>>;
}

async function count(work: Work, userIds: readonly string[], applicationIds: readonly string[]): Promise<Counted> {
  const counted: Counted = { heads: new Map(), seats: new Map(), openers: new Map() };
  for (let from = 0; from < userIds.length; from += 500) {
    const part = userIds.slice(from, from + 500);
    const heads = await work.rows<{ status: string; role: UserRole; n: number }>(
      `SELECT status, role, COUNT(*) AS n FROM User WHERE ${ofSite()} AND id IN (${marks(part)}) GROUP BY status, role`,
      [work.siteId, ...part],
    );
    for (const { status, role, n } of heads) raise(counted.heads, `${status} ${role}`, n);
    addOpeners(
      counted,
      await work.rows<Opener>(
        `SELECT DISTINCT m.userId, g.applicationId, u.status FROM Membership m JOIN \`Grant\` g ON g.groupId = m.groupId
         JOIN User u ON u.id = m.userId WHERE ${ofSite("u")} AND m.userId IN (${marks(part)})`,
        [work.siteId, ...part],
      ),
    );
  }
  if (applicationIds.length > 0)
    addOpeners(
      counted,
      await work.rows<Opener>(
        `SELECT DISTINCT m.userId, g.applicationId, u.status FROM \`Grant\` g JOIN Membership m ON m.groupId = g.groupId
         JOIN User u ON u.id = m.userId WHERE g.siteId = ? AND g.applicationId IN (${marks(applicationIds)})`,
        [work.siteId, ...applicationIds],
      ),
    );
  return counted;
}

interface Opener {
  userId: string;
  applicationId: string;
  status: string;
}

function addOpeners(counted: Counted, openers: readonly Opener[]): void {
  for (const { userId, applicationId, status } of openers) {
    if (status === "DEACTIVATED") continue;
    const known = counted.openers.get(applicationId) ?? new Set();
    if (known.has(userId)) continue;
    counted.openers.set(applicationId, known.add(userId));
    raise(counted.seats, applicationId, 1);
  }
}

function raise(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

async function settleHeads(work: Work, before: Map<string, number>, after: Map<string, number>): Promise<void> {
  const moved = (matches: (key: string) => boolean) =>
    [...after].reduce((sum, [key, n]) => (matches(key) ? sum + n : sum), 0) -
    [...before].reduce((sum, [key, n]) => (matches(key) ? sum + n : sum), 0);
  const invited = moved((key) => key.startsWith("INVITED"));
  const active = moved((key) => key.startsWith("ACTIVE"));
  const deactivated = moved((key) => key.startsWith("DEACTIVATED"));
  const admins = moved((key) => key === "ACTIVE ADMIN");
  if (invited === 0 && active === 0 && deactivated === 0 && admins === 0) return;
  const changed = await work.write(
    `UPDATE Site SET invitedCount = invitedCount + ?, activeCount = activeCount + ?, deactivatedCount = deactivatedCount + ?,
     adminCount = adminCount + ? WHERE id = ? AND (? >= 0 OR adminCount + ? >= 1)`,
    [invited, active, deactivated, admins, work.siteId, admins, admins],
  );
  if (changed === 0) throw new Refusal(leavesNoAdmin.code, leavesNoAdmin.reason);
}

function reportLosses(work: Work, before: Counted["openers"], after: Counted["openers"]): void {
  for (const [applicationId, openers] of before) {
    const still = after.get(applicationId);
    const losers = [...openers].filter((userId) => !still?.has(userId));
    if (losers.length === 0) continue;
    const loss: AccessLoss = { applicationId, userCount: losers.length, userIds: losers.slice(0, 100) };
    work.report.accessLost.push(loss);
  }
}

async function settleSeats(work: Work, before: Map<string, number>, after: Map<string, number>): Promise<void> {
  const full: string[] = [];
  // In order of id, so that two works never wait for each other's application.
  for (const applicationId of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const change = (after.get(applicationId) ?? 0) - (before.get(applicationId) ?? 0);
    if (change === 0) continue;
    const fits = await work.write(
      "UPDATE Application SET seatsUsed = seatsUsed + ? WHERE id = ? AND (? <= 0 OR seatLimit IS NULL OR seatsUsed + ? <= seatLimit)",
      [change, applicationId, change, change],
    );
    const [application] = await work.rows<{ name: string; seatsUsed: number; seatLimit: number | null }>(
      "SELECT name, seatsUsed, seatLimit FROM Application WHERE id = ?",
      [applicationId],
    );
    if (!application) continue;
    work.report.seats.push({ applicationId, change, usedAfter: application.seatsUsed + (fits ? 0 : change) });
    if (!fits)
      full.push(
        `${application.name} has ${application.seatLimit} seats, ${application.seatsUsed} of them taken, and this needs ${change} more`,
      );
  }
  if (full.length > 0) throw new Refusal("NO_SEATS", `There are not enough seats: ${full.join("; ")}. Nothing was changed.`);
}
