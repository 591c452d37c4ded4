import type { User } from "../model/entities.ts";
import type { UserTarget } from "../policy/target.ts";
import type { UserFact } from "../policy/user-verdict.ts";
import { contentOf } from "./content.ts";
import { groupBy } from "./group-by.ts";
import { addressesAtRest } from "./invitations.ts";
import { managesAddress } from "./manages-address.ts";
import { marks, ofSite, type Reader } from "./reader.ts";

type TargetRow = Pick<User, "id" | "role" | "status" | "directoryId" | "leftDirectoryAt"> & {
  suspended: number;
  accountEmail: string;
  replacedBy: string | null;
};

/** What of a user only some rules ask for, read for all of these at once. */
type FactReader = (reader: Reader, users: readonly TargetRow[]) => Promise<(user: TargetRow) => Partial<UserTarget>>;

const factReaders: Record<UserFact, FactReader> = {
  async managed(reader) {
    const isManaged = await managesAddress(reader);
    return ({ accountEmail }) => ({ managed: isManaged(accountEmail) });
  },

  async lastAdmin(reader) {
    const [site] = await reader.rows<{ adminCount: number }>("SELECT adminCount FROM Site WHERE id = ?", [reader.siteId]);
    const isAlone = (site?.adminCount ?? 0) <= 1;
    return ({ role, status }) => ({ lastAdmin: isAlone && role === "ADMIN" && status === "ACTIVE" });
  },

  async content(reader, users) {
    const found = groupBy(await contentOf(reader, idsOf(users)), ({ userId }) => userId);
    return ({ id }) => ({ content: found.get(id) ?? [] });
  },

  async replacedBy() {
    return ({ replacedBy }) => ({ replacedBy });
  },

  async invitation(reader, users) {
    const invitations = await reader.rows<{ userId: string; state: "PENDING" | "ACCEPTED" | "REVOKED"; email: string }>(
      `SELECT userId, state, email FROM Invitation WHERE ${ofSite()} AND userId IN (${marks(users)}) ORDER BY id`,
      [reader.siteId, ...idsOf(users)],
    );
    const atRest = await addressesAtRest(
      reader,
      invitations.map(({ email }) => email),
    );
    // The latest comes last, and stays.
    const latest = new Map(
      invitations.map(({ userId, state, email }) => [userId, { state, email, resting: atRest.has(email) }] as const),
    );
    return ({ id }) => ({ invitation: latest.get(id) ?? null });
  },

  async hasGroups(reader, users) {
    const found = await reader.rows<{ userId: string }>(
      `SELECT DISTINCT m.userId FROM Membership m JOIN \`Group\` g ON g.id = m.groupId
       WHERE ${ofSite("g")} AND g.directoryId IS NULL AND m.userId IN (${marks(users)})`,
      [reader.siteId, ...idsOf(users)],
    );
    const inGroups = new Set(found.map(({ userId }) => userId));
    return ({ id }) => ({ hasGroups: inGroups.has(id) });
  },

  async fullApplications(reader, users) {
    const found = await reader.rows<{ userId: string; name: string }>(
      `SELECT DISTINCT m.userId, a.name FROM Membership m JOIN \`Grant\` g ON g.groupId = m.groupId
       JOIN Application a ON a.id = g.applicationId JOIN User u ON u.id = m.userId
       WHERE g.siteId = ? AND m.userId IN (${marks(users)}) AND u.status = 'DEACTIVATED' AND a.seatsUsed >= a.seatLimit`,
      [reader.siteId, ...idsOf(users)],
    );
    const full = groupBy(found, ({ userId }) => userId);
    return ({ id }) => ({ fullApplications: full.get(id)?.map(({ name }) => name) ?? [] });
  },
};

/** Users as the rules see them, by compact id, with the facts that rules of the action ask for: a statement, and one or two a fact. */
export async function userTargets(
  reader: Reader,
  ids: readonly string[],
  facts: readonly UserFact[],
): Promise<Map<string, UserTarget>> {
  if (ids.length === 0) return new Map();
  const users = await reader.rows<TargetRow>(
    `SELECT u.id, u.role, u.status, u.directoryId, u.leftDirectoryAt, u.directorySuspended AS suspended,
       COALESCE((SELECT a.email FROM Account a WHERE a.id = u.accountId), u.email) AS accountEmail,
       (SELECT r.email FROM User r WHERE r.id = u.replacedById) AS replacedBy
     FROM User u WHERE ${ofSite("u")} AND u.id IN (${marks(ids)})`,
    [reader.siteId, ...ids],
  );
  const targets = new Map(users.map((user) => [user.id, targetOf(user)]));
  for (const fact of facts) {
    const factOf = await factReaders[fact](reader, users);
    for (const user of users) Object.assign(targets.get(user.id) ?? {}, factOf(user));
  }
  return targets;
}

function targetOf({ id, role, directoryId, leftDirectoryAt, suspended }: TargetRow): UserTarget {
  return { noun: "user", id, role, directoryId, directorySuspended: suspended === 1, leftDirectory: leftDirectoryAt !== null };
}

function idsOf(users: readonly TargetRow[]): string[] {
  return users.map(({ id }) => id);
}
