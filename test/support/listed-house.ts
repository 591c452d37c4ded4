import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import { removeMembers } from "../../src/actions/groups/remove-members.ts";
import { revokeInvitations } from "../../src/actions/invitations/revoke-invitations.ts";
import { deactivateUsers } from "../../src/actions/users/deactivate-users.ts";
import { inviteUsers } from "../../src/actions/users/invite-users.ts";
import type { Group, Invitation, User } from "../../src/model/entities.ts";
import { compactId, publicId } from "../../src/model/id.ts";
import { buildPeopleHouse, type PeopleHouse } from "./people-house.ts";
import { serviceAccountKey } from "./synced-house.ts";

/** A house with people who differ in everything that a list can filter or order by, and some who do not. Ids are public. */
export interface ListedHouse extends PeopleHouse {
  directoryId: string;
  groups: { choir: string; band: string; empty: string; synced: string };
  applications: { wiki: string; crm: string };
}

/** Two of a name, names that differ in case, accents, length and script, and one that is nothing but a sign. */
const names = [
  "Ada Lovelace",
  "ada lovelace",
  "Ádám Nagy",
  "Zoë Adams",
  "李 雷",
  "😀 Smile",
  "Straße",
  "STRASSE",
  "O'Hara-Jones",
  "x",
];

export async function buildListedHouse(): Promise<ListedHouse> {
  const house = await buildPeopleHouse();
  const { id: wiki } = await house.application("wiki");
  const { id: crm, groupId: crmUsers } = await house.application("crm");
  const groups = {
    choir: await house.group("Choir"),
    band: await house.group("band"),
    empty: await house.group("Nobody yet"),
    synced: await house.syncedGroup("Bandits"),
  };
  const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: "admin@acme.example" } };
  const directory = await house.act((work) => connectDirectory(work, { name: "Workspace", credentials }));
  const invitees = names.map((fullName, n) => ({
    email: `${"zyxwvutsrq"[n]}.list${n}@${n % 2 ? "acme" : "other"}.example`,
    fullName,
  }));
  // All at the same moment: their times are the same, and ids break the ties.
  await house.act((work) =>
    inviteUsers(work, {
      invitees: invitees.slice(0, 6),
      role: "MEMBER",
      applicationIds: [wiki],
      groupIds: [groups.choir],
      sendEmail: true,
    }),
  );
  await house.act((work) =>
    inviteUsers(work, {
      invitees: invitees.slice(6),
      role: "MANAGER",
      applicationIds: [wiki, crm],
      groupIds: [groups.band, groups.choir],
      sendEmail: false,
    }),
  );
  await house.joinByLink("joined@acme.example");
  await house.joinByLink("admin.two@acme.example", "ADMIN");
  const idOf = async (n: number) => publicId("User", (await house.userAt(invitees[n]?.email ?? "")).id);
  await house.act(async (work) => removeMembers(work, { groupId: crmUsers, userIds: [await idOf(9)] }));
  await house.act(async (work) => deactivateUsers(work, { ids: [await idOf(2), await idOf(7)] }));
  const [revoked] = await house.invitationsOf(await idOf(4));
  await house.act((work) => revokeInvitations(work, { ids: [publicId("Invitation", revoked?.id ?? "")] }));
  const [expired] = await house.invitationsOf(await idOf(5));
  await house.expire(publicId("Invitation", expired?.id ?? ""));
  await house.write("UPDATE Invitation SET delivery = 'FAILED' WHERE emailKey LIKE 'y%'");
  await house.write("UPDATE `Group` SET directoryId = ? WHERE id = ?", [directory, compactId("Group", groups.synced)]);
  for (const [n, seen] of ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", "2026-03-01T12:00:00.000Z"].entries())
    await house.write("UPDATE User SET lastActiveAt = ?, directoryId = ?, externalId = ?, externalKey = ? WHERE id = ?", [
      seen,
      directory,
      `external ${n}`,
      `${directory}:external ${n}`,
      compactId("User", await idOf(n)),
    ]);
  return { ...house, directoryId: publicId("Directory", directory), groups, applications: { wiki, crm } };
}

/** Everything that lists are made from, straight from the tables; of the house's site alone. */
export async function readTables({ rows, siteId }: ListedHouse) {
  const of = <T>(table: string) => rows<T>(`SELECT * FROM ${table} WHERE siteId = ? ORDER BY id`, [siteId]);
  const grants = await of<{ groupId: string; applicationId: string }>("`Grant`");
  const memberships = await rows<{ groupId: string; userId: string }>("SELECT groupId, userId FROM Membership");
  const isIn = (userId: string, groupId: string) => memberships.some((one) => one.userId === userId && one.groupId === groupId);
  return {
    users: await of<User>("User"),
    groups: await of<Group>("`Group`"),
    invitations: await of<Invitation>("Invitation"),
    events: await of<{ id: string; action: string; actorId: string | null; createdAt: string }>("AuditEvent"),
    isIn,
    opens: (groupId: string, applicationId: string) =>
      grants.some((grant) => grant.groupId === groupId && grant.applicationId === applicationId),
    canOpen: (userId: string, applicationId: string) =>
      grants.some((grant) => grant.applicationId === applicationId && isIn(userId, grant.groupId)),
  };
}

/** Rows in the order of a text column, as bytes, and of their ids. */
export function inOrder<T extends { id: string }>(
  rows: readonly T[],
  keyOf: (row: T) => string | Buffer,
  descending = false,
): T[] {
  const bytes = (row: T) => Buffer.from(keyOf(row) as string); // as: Buffer.from takes either
  const sorted = rows.toSorted((one, other) => Buffer.compare(bytes(one), bytes(other)) || (one.id < other.id ? -1 : 1));
  return descending ? sorted.reverse() : sorted;
}
