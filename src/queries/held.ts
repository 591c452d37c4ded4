import type { UserStatus } from "../model/entities.ts";
import type { UserRole } from "../model/scope.ts";
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
  /** Memberships that the directory brought: by group, then user, whether direct. All ids are compact. */
  members: Map<string, Map<string, boolean>>;
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
    members: new Map(),
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

export function heldUserIn(row: RawHeldUser): HeldUser {
  return {
    ...row,
    externalId: textOf(row.externalId),
    suspended: row.suspended === 1,
    deactivatedByDirectory: row.deactivatedByDirectory === 1,
    hasContent: row.hasContent === 1,
  } as HeldUser; // as: the only columns that are bytes or flags are converted above
}

/** Puts a user among what is held. */
export function holdUser(held: Held, directoryId: string, user: HeldUser): void {
  held.usersById.set(user.id, user);
  held.usersByEmail.set(user.email, user);
  if (user.directoryId === directoryId && user.externalId !== null) held.users.set(user.externalId, user);
}

async function readUsers(reader: Reader, directoryId: string, held: Held): Promise<void> {
  for (let after = "", full = true; full; ) {
    const rows = await reader.rows<RawHeldUser>(
      `SELECT ${heldUserColumns} FROM User WHERE siteId = ? AND emailKey > ? ORDER BY emailKey LIMIT ${pageSize}`,
      [reader.siteId, after],
    );
    for (const row of rows) {
      const user = heldUserIn(row);
      holdUser(held, directoryId, user);
      after = user.email;
    }
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
    if (expected < pageSize && batch.length < 500 && index < groups.length - 1) continue;
    const rows = await reader.rows<{ groupId: string; userId: string; direct: number }>(
      `SELECT groupId, userId, direct FROM Membership WHERE bySync = 1 AND groupId IN (${marks(batch)})`,
      batch,
    );
    for (const { groupId, userId, direct } of rows) {
      const members = held.members.get(groupId) ?? new Map<string, boolean>();
      // The user's own copy of the id: a million memberships name a hundred thousand people.
      held.members.set(groupId, members.set(held.usersById.get(userId)?.id ?? userId, direct === 1));
    }
    batch = [];
    expected = 0;
  }
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
