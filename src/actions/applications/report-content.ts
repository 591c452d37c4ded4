import { isCode } from "../../model/code.ts";
import { Application, ContentCount, type ContentKind, contentKinds, type User } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { TrailSubject, Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import { updateEach } from "../users/update-each.ts";
import { type ContentReport, type ReadItem, readItems } from "./read-content-report.ts";

/** What changes of one user. */
interface Change {
  user: User;
  counts: Map<ContentKind, readonly [from: number, to: number]>;
  lastActiveAt: string | null;
}

/**
 * An application says how much content users have in it now, and when they were last active (rule 5.3). All or nothing, every fault
 * told at once. While it is written, nobody is deleted on the strength of what was known before. Answers how many items were taken.
 */
export async function reportContent(work: Work, report: ContentReport): Promise<number> {
  await holdSite(work);
  const application = await findApplication(work, report.applicationKey);
  const permit = work.permit("contentReport", { noun: "application", id: application.id }, () => ["input", "applicationKey"]);
  const items = await readItems(work, report.items);
  const changes = await changesOf(work, application, items);
  if (changes.length === 0) return work.unchanged(permit, items.length);

  await storeCounts(work, application, changes);
  await storeVisits(work, changes);
  await work.record(permit, [{ type: "Application", id: application.id, label: application.key }, ...changes.map(trailOf)]);
  return items.length;
}

async function findApplication(work: Work, key: string): Promise<Application> {
  const [application] = isCode(key) ? await work.byIds(Application, [key], "key") : [];
  if (!application) throw new Refusal("NOT_FOUND", "There is no such application on this site.", ["input", "applicationKey"]);
  return application;
}

/** What the items say that is not known yet, user by user. */
async function changesOf(work: Work, application: Application, items: readonly ReadItem[]): Promise<Change[]> {
  const users = new Map(items.map(({ user }) => [user.id, user]));
  const known = await knownCounts(work, application, [...users.keys()]);
  const changes = new Map<string, Change>();
  for (const { user, kind, count, lastActiveAt } of items) {
    const change = changes.get(user.id) ?? { user, counts: new Map(), lastActiveAt: null };
    changes.set(user.id, change);
    const before = known.get(`${user.id} ${kind}`) ?? 0;
    if (kind !== null && before !== count) change.counts.set(kind, [before, count]);
    // A visit is never earlier than one that is known.
    if (lastActiveAt !== null && lastActiveAt > (change.lastActiveAt ?? user.lastActiveAt)) change.lastActiveAt = lastActiveAt;
  }
  return [...changes.values()].filter(({ counts, lastActiveAt }) => counts.size > 0 || lastActiveAt !== null);
}

/** By `user kind`. */
async function knownCounts(work: Work, application: Application, userIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await work.rows<ContentCount>(
    `SELECT userId, kind, \`count\` FROM ContentCount WHERE applicationId = ? AND userId IN (${marks(userIds)})`,
    [application.id, ...userIds],
  );
  return new Map(rows.map(({ userId, kind, count }) => [`${userId} ${kind}`, count]));
}

/** Kind by kind, since deleting by pairs was measured to cost nine times as much. */
async function storeCounts(work: Work, { id: applicationId }: Application, changes: readonly Change[]): Promise<void> {
  for (const kind of contentKinds) {
    const rows = changes.flatMap(({ user, counts }) => {
      const count = counts.get(kind)?.[1];
      return count === undefined ? [] : { userId: user.id, applicationId, kind, count };
    });
    if (rows.length === 0) continue;
    await work.write(`DELETE FROM ContentCount WHERE applicationId = ? AND kind = ? AND userId IN (${marks(rows)})`, [
      applicationId,
      kind,
      ...rows.map(({ userId }) => userId),
    ]);
    await work.insert(
      ContentCount,
      rows.filter(({ count }) => count > 0),
    );
  }
}

/** A visit is no change of the user that anybody could overwrite: it counts no version. */
async function storeVisits(work: Work, changes: readonly Change[]): Promise<void> {
  const visits = new Map(changes.flatMap(({ user, lastActiveAt }) => (lastActiveAt ? [[user.id, lastActiveAt] as const] : [])));
  const ids = [...visits.keys()];
  for (let from = 0; from < ids.length; from += 500)
    await updateEach(work, "User", ids.slice(from, from + 500), { lastActiveAt: (id) => visits.get(id) ?? "" });
}

function trailOf({ user, counts, lastActiveAt }: Change): TrailSubject {
  const changes: TrailSubject["changes"] = Object.fromEntries(counts);
  if (lastActiveAt) changes.lastActiveAt = [user.lastActiveAt || null, lastActiveAt];
  return { type: "User", id: user.id, label: user.email, changes };
}
