import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { UserStatus } from "../model/entities.ts";
import type { UserRole } from "../model/scope.ts";
import { shareTexts } from "../model/shared-texts.ts";
import { type HeldMembers, holdMembers } from "./held-members.ts";
import { marks, type Reader } from "./reader.ts";

/** A user as the sync compares one. */
export interface HeldUser {
  id: string;
  directoryId: string | null;
  externalId: string | null;
  email: string;
  fullName: string;
  title: string | null;
  role: UserRole;
  status: UserStatus;
  /** What the directory last said of the person. */
  suspended: boolean;
  fingerprint: string | null;
  /** Deactivated by this directory, and not by a person here (S11). */
  deactivatedByDirectory: boolean;
  /** Since when the directory brings the person no more; null while it does. */
  leftAt: string | null;
  /** An application reported content of who has left: such a user is never deleted (rule 5.3). */
  hasContent: boolean;
}

/** A group as the sync compares one. */
export interface HeldGroup {
  id: string;
  directoryId: string | null;
  externalId: string | null;
  name: string;
  nameKey: string;
  description: string | null;
  email: string | null;
  fingerprint: string | null;
  /** Since when the directory has it and does not bring it (S20). */
  outOfScopeSince: string | null;
  /** Everybody in it, by hand or by the directory. */
  memberCount: number;
}

/** What a site holds, as far as one directory is concerned. */
export interface Held {
  /** The directory's own, by its ids. */
  users: Map<string, HeldUser>;
  groups: Map<string, HeldGroup>;
  /** Every user of the site by address, whoever owns them. */
  usersByEmail: Map<string, HeldUser>;
  /** Every group of the site by the key of its name. */
  groupsByName: Map<string, HeldGroup>;
  /** Memberships that the directory brought. */
  members: HeldMembers;
  /** The groups directly inside each group. */
  nestings: Map<string, Set<string>>;
  usersById: Map<string, HeldUser>;
  /** What a person decided to leave alone: `User` or `Group`, a colon and the id at the directory. */
  leftAlone: Set<string>;
}

/** Rows in one answer: large enough to be few, small enough to let others in between. */
const pageSize = 5000;

type Raw<T> = { [Column in keyof T]: T[Column] extends boolean ? number : T[Column] | Buffer };

/** A site that holds nothing of a directory. */
export function emptyHeld(): Held {
  return {
    users: new Map(),
    groups: new Map(),
    usersByEmail: new Map(),
    groupsByName: new Map(),
    members: holdMembers(),
    nestings: new Map(),
    usersById: new Map(),
    leftAlone: new Set(),
  };
}

/** Reads everything that a run compares, in plain pages. */
export async function readHeld(reader: Reader, directoryId: string): Promise<Held> {
  const held = emptyHeld();
  await readUsers(reader, directoryId, held);
  const sizes = await readGroups(reader, directoryId, held);
  await readMembers(reader, sizes, held);
  await readNestings(reader, directoryId, held);
  await readLeftAlone(reader, directoryId, held);
  return held;
}

export type RawHeldUser = Raw<HeldUser>;

/** Of the table `User`. */
export const heldUserColumns = `id, directoryId, externalId, email, fullName, title, role, status, directorySuspended AS suspended, fingerprint,
  CASE WHEN deactivatedByKind = 'directory' AND deactivatedById = directoryId THEN 1 ELSE 0 END AS deactivatedByDirectory,
  leftDirectoryAt AS leftAt,
  CASE WHEN leftDirectoryAt IS NULL THEN 0 ELSE EXISTS (SELECT 1 FROM ContentCount c WHERE c.userId = User.id) END AS hasContent`;

/** `share` may answer one copy of what many users have alike. */
export function heldUserIn(row: RawHeldUser, share = <T>(value: T) => value): HeldUser {
  return Object.assign(row, {
    directoryId: share(row.directoryId),
    externalId: textOf(row.externalId),
    title: share(row.title),
    role: share(row.role),
    status: share(row.status),
    suspended: row.suspended === 1,
    deactivatedByDirectory: row.deactivatedByDirectory === 1,
    hasContent: row.hasContent === 1,
  }) as unknown as HeldUser; // as: the only columns that are bytes or flags are converted above
}

/** Puts a user among what is held. */
export function holdUser(held: Held, directoryId: string, user: HeldUser): void {
  held.usersById.set(user.id, user);
  held.usersByEmail.set(user.email, user);
  if (user.directoryId === directoryId && user.externalId !== null) held.users.set(user.externalId, user);
}

async function readUsers(reader: Reader, directoryId: string, held: Held): Promise<void> {
  const share = shareTexts();
  for (let after = "", full = true; full; ) {
    const rows = await reader.rows<RawHeldUser>(
      `SELECT ${heldUserColumns} FROM User WHERE siteId = ? AND emailKey > ? ORDER BY emailKey LIMIT ${pageSize}`,
      [reader.siteId, after],
    );
    for (const row of rows) {
      const user = heldUserIn(row, share);
      holdUser(held, directoryId, user);
      after = user.email;
    }
    await yieldToOthers();
    full = rows.length === pageSize;
  }
}

export type RawHeldGroup = Raw<HeldGroup> & { id: string };

/** Of the table `Group`. */
export const heldGroupColumns =
  "id, directoryId, externalId, name, nameKey, description, email, fingerprint, outOfScopeSince, memberCount";

export function heldGroupIn(row: RawHeldGroup): HeldGroup {
  return { ...row, externalId: textOf(row.externalId), nameKey: String(row.nameKey) } as HeldGroup; // as: the columns that are bytes are converted
}

/** Answers the directory's groups with their sizes. */
async function readGroups(reader: Reader, directoryId: string, held: Held): Promise<{ id: string; size: number }[]> {
  const sizes: { id: string; size: number }[] = [];
  for (let after = "", full = true; full; ) {
    const rows = await reader.rows<RawHeldGroup>(
      `SELECT ${heldGroupColumns}
       FROM \`Group\` WHERE siteId = ? AND id > ? ORDER BY id LIMIT ${pageSize}`,
      [reader.siteId, after],
    );
    for (const row of rows) {
      const group = heldGroupIn(row);
      held.groupsByName.set(group.nameKey, group);
      after = group.id;
      if (group.directoryId !== directoryId || group.externalId === null) continue;
      held.groups.set(group.externalId, group);
      sizes.push({ id: group.id, size: group.memberCount });
    }
    full = rows.length === pageSize;
  }
  return sizes;
}

/** Reads the memberships of many groups at a time. A group of its own size fills a question alone. */
async function readMembers(reader: Reader, groups: readonly { id: string; size: number }[], held: Held): Promise<void> {
  let batch: string[] = [];
  let expected = 0;
  for (const [index, { id, size }] of groups.entries()) {
    batch.push(id);
    expected += size;
    if (expected < 2 * pageSize && batch.length < 500 && index < groups.length - 1) continue;
    await readMembersOf(reader, batch, held);
    // SQLite answers within the same turn of the event loop.
    await yieldToOthers();
    batch = [];
    expected = 0;
  }
}

/** One row for each group, with the ids in one text: a million rows took six times as long. */
interface MembersRow {
  groupId: string;
  directCount: number | string;
  indirectCount: number | string;
  directIds: string | null;
  indirectIds: string | null;
}

async function readMembersOf(reader: Reader, groupIds: readonly string[], held: Held): Promise<void> {
  const rows = await reader.rows<MembersRow>(
    `SELECT groupId, COUNT(CASE WHEN direct = 1 THEN 1 END) AS directCount, COUNT(CASE WHEN direct = 0 THEN 1 END) AS indirectCount,
       GROUP_CONCAT(CASE WHEN direct = 1 THEN userId END) AS directIds, GROUP_CONCAT(CASE WHEN direct = 0 THEN userId END) AS indirectIds
     FROM Membership WHERE bySync = 1 AND groupId IN (${marks(groupIds)}) GROUP BY groupId`,
    groupIds,
  );
  const cutShort: string[] = [];
  for (const { groupId, directCount, indirectCount, directIds, indirectIds } of rows) {
    const [direct, indirect] = [idsIn(directIds), idsIn(indirectIds)];
    if (direct.length !== Number(directCount) || indirect.length !== Number(indirectCount)) {
      cutShort.push(groupId);
      continue;
    }
    for (const id of direct) held.members.add(groupId, ownCopy(held, id), true);
    for (const id of indirect) held.members.add(groupId, ownCopy(held, id), false);
  }
  for (const groupId of cutShort) {
    const members = await reader.rows<{ userId: string; direct: number }>(
      "SELECT userId, direct FROM Membership WHERE bySync = 1 AND groupId = ?",
      [groupId],
    );
    for (const { userId, direct } of members) held.members.add(groupId, ownCopy(held, userId), direct === 1);
  }
}

/** The ids of a `GROUP_CONCAT`, which MySQL and MariaDB cut off at a length of their setting (`group_concat_max_len`). */
function idsIn(text: string | null): string[] {
  if (text === null) return [];
  const ids = text.split(",");
  return ids.at(-1)?.length === ids[0]?.length ? ids : [];
}

/** The user's own copy of the id: a million memberships name a hundred thousand people. */
function ownCopy(held: Held, userId: string): string {
  return held.usersById.get(userId)?.id ?? userId;
}

async function readNestings(reader: Reader, directoryId: string, held: Held): Promise<void> {
  const rows = await reader.rows<{ groupId: string; childId: string }>(
    "SELECT n.groupId, n.childId FROM Nesting n JOIN `Group` g ON g.id = n.groupId WHERE g.siteId = ? AND g.directoryId = ?",
    [reader.siteId, directoryId],
  );
  for (const { groupId, childId } of rows) held.nestings.set(groupId, (held.nestings.get(groupId) ?? new Set()).add(childId));
}

async function readLeftAlone(reader: Reader, directoryId: string, held: Held): Promise<void> {
  const rows = await reader.rows<{ subjectType: string; externalId: string | Buffer }>(
    "SELECT subjectType, externalId FROM LeftAlone WHERE directoryId = ?",
    [directoryId],
  );
  for (const { subjectType, externalId } of rows) held.leftAlone.add(`${subjectType}:${externalId}`);
}

/** Keys come as bytes from MySQL and MariaDB. */
function textOf(value: string | Buffer | null): string | null {
  return value === null ? null : String(value);
}
