import { randomBytes } from "node:crypto";
import { createSite } from "../../src/actions/sites/create-site.ts";
import type { Actor } from "../../src/model/actor.ts";
import type { User } from "../../src/model/entities.ts";
import { newId } from "../../src/model/id.ts";
import { allScopes, scopesOf, type UserRole } from "../../src/model/scope.ts";
import { open, seal } from "../../src/secrets/seal.ts";
import { type Door, openDoor } from "../../src/work/door.ts";
import { freshDatabase, type TestDatabase } from "./database.ts";

/** A site on a fresh database, with its door and an admin who has joined. */
export interface House {
  database: TestDatabase;
  door: Door;
  siteId: string;
  /** The first admin, ACTIVE. */
  admin: Actor & { kind: "user" };
  /** Whoever runs the command on the host. */
  operator: Actor;
  /** Reads anything, straight from the database. */
  rows<T = Record<string, unknown>>(sql: string, params?: (string | number | null)[]): Promise<T[]>;
  /** Puts an ACTIVE user of this role onto the site, and says who that is. */
  join(email: string, role?: UserRole): Promise<Actor & { kind: "user" }>;
  close(): Promise<void>;
}

export const operator: Actor = { kind: "operator", label: "operator", scopes: new Set(allScopes), ipAddress: null };

/** What `testSafe` seals with: a process that a test starts has to be given the same, as SECRET_KEY. */
export const testKey = randomBytes(32);
export const testSafe = {
  seal: (context: string, secret: string) => seal(testKey, context, secret),
  open: (context: string, sealed: string) => open(testKey, context, sealed),
};

export interface HouseOptions {
  siteKey?: string;
  adminEmail?: string;
  /** Where the site is made; a database of its own if left out. Sites of one database need admins and domains of their own. */
  database?: TestDatabase;
}

/** Builds a house. `close` it after the tests. */
export async function buildHouse(options: HouseOptions = {}): Promise<House> {
  const { siteKey = "acme", adminEmail = "admin@acme.example", database = await freshDatabase() } = options;
  const door = openDoor(database.ground, { safe: testSafe, publicUrl: "http://127.0.0.1:4000" });
  const siteId = newId();
  await door.act({ siteId, actor: operator }, (work) => createSite(work, { key: siteKey, name: "Acme", adminEmail }));
  const rows: House["rows"] = async (sql, params = []) => (await database.ground.read(sql, params)) as never; // as: tests name what they select
  const becomeActive = async (email: string, role: UserRole) => {
    const [user] = await rows<User>("SELECT * FROM User WHERE siteId = ? AND emailKey = ?", [siteId, email]);
    if (!user) throw new Error(`No user ${email}`);
    const accountId = newId();
    const transaction = await database.ground.begin();
    await transaction.write(
      "INSERT INTO Account (id, realm, email, emailKey, emailVerified, fullName, createdAt) VALUES (?, '', ?, ?, 1, ?, ?)",
      [accountId, email, email, user.fullName, new Date().toISOString()],
    );
    await transaction.write("UPDATE User SET status = 'ACTIVE', accountId = ?, role = ?, joinedAt = createdAt WHERE id = ?", [
      accountId,
      role,
      user.id,
    ]);
    await transaction.write(
      `UPDATE Site SET invitedCount = invitedCount - 1, activeCount = activeCount + 1, adminCount = adminCount + ? WHERE id = ?`,
      [role === "ADMIN" ? 1 : 0, siteId],
    );
    await transaction.commit();
    return {
      kind: "user" as const,
      userId: user.id,
      accountId,
      role,
      label: email,
      scopes: scopesOf(role),
      ipAddress: "192.0.2.1",
    };
  };
  const admin = await becomeActive(adminEmail, "ADMIN");
  return {
    database,
    door,
    siteId,
    admin,
    operator,
    rows,
    async join(email, role = "MEMBER") {
      const { inviteUsers } = await import("../../src/actions/users/invite-users.ts");
      await door.act({ siteId, actor: operator }, (work) =>
        inviteUsers(work, { invitees: [{ email }], role, applicationIds: [], groupIds: [], sendEmail: false }),
      );
      return becomeActive(email, role);
    },
    close: () => database.drop(),
  };
}
