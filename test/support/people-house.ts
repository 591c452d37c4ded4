import { createApplication } from "../../src/actions/applications/create-application.ts";
import { createGroups } from "../../src/actions/groups/create-groups.ts";
import { type Acceptance, acceptInvitation } from "../../src/actions/invitations/accept-invitation.ts";
import { createSite } from "../../src/actions/sites/create-site.ts";
import { type Invite, inviteUsers } from "../../src/actions/users/invite-users.ts";
import type { Actor } from "../../src/model/actor.ts";
import { type Account, entities, type Invitation, type User } from "../../src/model/entities.ts";
import { newId, publicId } from "../../src/model/id.ts";
import { scopesOf, type UserRole } from "../../src/model/scope.ts";
import { findCaller } from "../../src/queries/callers.ts";
import { hashPassword } from "../../src/secrets/password.ts";
import type { Work } from "../../src/work/work.ts";
import { type AccessHouse, buildAccessHouse } from "./access-house.ts";
import { operator, testSafe } from "./house.ts";

export const password = "correct horse battery";

export const stranger: Actor = { kind: "stranger", accountId: null, label: "a stranger", scopes: new Set(), ipAddress: null };

/** Someone invited. Ids are public; the token is that of the link. */
export interface Invited {
  userId: string;
  invitationId: string;
  token: string;
}

/** Someone who joined by a link, with a password, and has a session. */
export type Joined = Actor & { kind: "user"; accessToken: string; publicUserId: string };

/** Another site of the deployment, and what is there. Ids are public. */
export interface Elsewhere extends Invited {
  siteId: string;
  groupId: string;
  applicationId: string;
  act<T>(change: (work: Work) => Promise<T>, actor?: Actor): Promise<T>;
}

export interface Posted {
  state: string;
  subject: string;
  text: string;
  html: string;
}

/** A house with short words for people, their invitations and their letters. */
export interface PeopleHouse extends AccessHouse {
  /** Of `password`. */
  passwordHash: string;
  elsewhere: Elsewhere;
  invite(email: string, more?: Partial<Invite>, actor?: Actor): Promise<Invited>;
  /** Invites somebody to whatever site the work is on. */
  inviteOn: typeof inviteOne;
  accept(acceptance: Pick<Acceptance, "token"> & Partial<Acceptance>, actor?: Actor): ReturnType<typeof acceptInvitation>;
  /** Invites, and accepts by the link with a new account. */
  joinByLink(email: string, role?: UserRole): Promise<Joined>;
  /** Invites who joined here to the other site as well, and accepts there. Answers the compact id of the user there. */
  joinElsewhere(who: Joined): Promise<string>;
  userAt(email: string): Promise<User>;
  accountAt(email: string): Promise<Account | undefined>;
  /** Of a user by public id, the oldest first. */
  invitationsOf(userId: string): Promise<Invitation[]>;
  expire(invitationId: string): Promise<void>;
  /** Opens the outbox, the oldest letter first. Words are empty once they are wiped. */
  lettersTo(email: string): Promise<Posted[]>;
  verifyDomain(name: string): Promise<void>;
  callerOf(accessToken: string, siteId?: string): Promise<Actor | null>;
  /** The last audit event's whole row. */
  lastEvent(): Promise<Record<string, unknown>>;
  write(sql: string, params?: (string | number | null)[]): Promise<void>;
  /** Every row of every table as text, but for the counter by which works wait for each other. */
  everything(): Promise<string>;
  activeAdmins(): Promise<{ counted: number; told: number }>;
}

export async function buildPeopleHouse(): Promise<PeopleHouse> {
  const house = await buildAccessHouse();
  const passwordHash = await hashPassword(password);
  const elsewhere = await buildElsewhere(house);
  const one = async <T>(sql: string, param: string) => (await house.rows<T>(sql, [param]))[0];
  const people: PeopleHouse = {
    ...house,
    passwordHash,
    elsewhere,
    invite: (email, more, actor) => house.act((work) => inviteOne(work, email, more), actor),
    inviteOn: inviteOne,
    accept: (acceptance, actor = stranger) =>
      house.act((work) => acceptInvitation(work, { fullName: "Somebody New", passwordHash, ...acceptance }), actor),
    async joinByLink(email, role = "MEMBER") {
      const { token, userId } = await people.invite(email, { role });
      const { session, accountId } = await people.accept({ token, fullName: `Name of ${email.split("@")[0]}` });
      const { accessToken } = session;
      const actor = { kind: "user" as const, userId: userId.slice(4), accountId, role, label: email };
      return { ...actor, scopes: scopesOf(role), ipAddress: "192.0.2.7", accessToken, publicUserId: userId };
    },
    async joinElsewhere({ label, accountId }) {
      const { token } = await elsewhere.act((work) => inviteOne(work, label));
      const guest: Actor = { ...stranger, kind: "stranger", accountId };
      return (await elsewhere.act((work) => acceptInvitation(work, { token, passwordHash: null }), guest)).userId;
    },
    userAt: async (email) =>
      (await house.rows<User>("SELECT * FROM User WHERE siteId = ? AND email = ?", [house.siteId, email]))[0] as User, // as: tests ask for who is there
    accountAt: (email) => one<Account>("SELECT * FROM Account WHERE email = ?", email),
    invitationsOf: (userId) => house.rows<Invitation>("SELECT * FROM Invitation WHERE userId = ? ORDER BY id", [userId.slice(4)]),
    expire: (invitationId) =>
      people.write("UPDATE Invitation SET expiresAt = '2020-01-01T00:00:00.000Z' WHERE id = ?", [invitationId.slice(4)]),
    async lettersTo(email) {
      const letters = await house.rows<{ id: string; state: string; sealed: string }>(
        "SELECT id, state, sealed FROM Letter WHERE recipient = ? ORDER BY id",
        [email],
      );
      return letters.map(({ id, state, sealed }) => ({
        state,
        ...(sealed ? JSON.parse(testSafe.open(`letter:${id}`, sealed)) : { subject: "", text: "", html: "" }),
      }));
    },
    verifyDomain: (name) =>
      people.write(
        "INSERT INTO Domain (id, siteId, name, verifiedKey, status, token, createdAt) VALUES (?, ?, ?, ?, 'VERIFIED', 'token', '2026-01-01T00:00:00.000Z')",
        [newId(), house.siteId, name, name],
      ),
    callerOf: (accessToken, siteId = house.siteId) =>
      house.door.look({ siteId, actor: operator }, (reader) => findCaller(reader, accessToken, null)),
    lastEvent: async () => (await one("SELECT * FROM AuditEvent WHERE siteId = ? ORDER BY id DESC LIMIT 1", house.siteId)) ?? {},
    async write(sql, params = []) {
      const transaction = await house.database.ground.begin();
      await transaction.write(sql, params);
      await transaction.commit();
    },
    everything: () => everythingIn(house),
    activeAdmins: async () =>
      (await one<{ counted: number; told: number }>(
        `SELECT (SELECT COUNT(*) FROM User u WHERE u.siteId = s.id AND u.status = 'ACTIVE' AND u.role = 'ADMIN') AS counted,
           s.adminCount AS told FROM Site s WHERE s.id = ?`,
        house.siteId,
      )) ?? { counted: -1, told: -1 },
  };
  return people;
}

/** The token of a letter's link. */
export function tokenIn(letter: Posted | undefined): string {
  return /\/join#(\S+)/.exec(letter?.text ?? "")?.[1] ?? "";
}

async function inviteOne(work: Work, email: string, more: Partial<Invite> = {}): Promise<Invited> {
  const invite: Invite = { invitees: [{ email }], role: "MEMBER", applicationIds: [], groupIds: [], sendEmail: false, ...more };
  const { userIds, tokens } = await inviteUsers(work, invite);
  const [userId = ""] = userIds;
  const [invitation] = await work.rows<{ id: string }>("SELECT id FROM Invitation WHERE pendingKey = ?", [userId]);
  return {
    userId: publicId("User", userId),
    invitationId: publicId("Invitation", invitation?.id ?? ""),
    token: tokens.get(userId) ?? "",
  };
}

async function buildElsewhere({ door }: AccessHouse): Promise<Elsewhere> {
  const siteId = newId();
  const act: Elsewhere["act"] = (change, actor = operator) => door.act({ siteId, actor }, change);
  await act((work) => createSite(work, { key: "elsewhere", name: "Elsewhere", adminEmail: "admin@elsewhere.example" }));
  const [groupId = ""] = await act((work) => createGroups(work, [{ name: "Foreigners" }]));
  const applicationId = await act((work) => createApplication(work, { key: "abroad", name: "Abroad", grantedToNewUsers: true }));
  const invited = await act((work) => inviteOne(work, "foreign@elsewhere.example"));
  return {
    ...invited,
    siteId,
    groupId: publicId("Group", groupId),
    applicationId: publicId("Application", applicationId),
    act,
  };
}

async function everythingIn({ rows }: AccessHouse): Promise<string> {
  const tables: string[] = [];
  for (const { name } of entities) {
    const found = await rows(`SELECT * FROM \`${name}\``);
    tables.push(
      [name, ...found.map((row) => JSON.stringify(name === "Site" ? { ...row, accessVersion: 0 } : row)).sort()].join("\n"),
    );
  }
  return tables.join("\n\n");
}
