import type { MigrationInterface, QueryRunner } from "typeorm";
import { createTable, type TableSpec } from "../create-table.ts";

const tables: Record<string, TableSpec> = {
  Site: {
    columns: { name: "code", holder: "code", fence: "int", expiresAt: "time" },
    key: ["name"],
    unique: {
      Site_key: ["key"],
      Account_email: ["realm", "emailKey"],
      User_email: ["siteId", "emailKey"],
      User_username: ["siteId", "usernameKey"],
      User_external: ["siteId", "externalKey"],
      Group_name: ["siteId", "nameKey"],
      Group_external: ["siteId", "externalKey"],
      Invitation_token: ["tokenHash"],
      Invitation_pending: ["pendingKey"],
      Application_key: ["siteId", "key"],
      Grant_pair: ["applicationId", "groupId"],
      Session_token: ["tokenHash"],
      ApiToken_token: ["tokenHash"],
      Domain_name: ["siteId", "name"],
      Domain_owner: ["verifiedKey"],
    },
    index: {
      User_account: ["accountId", "siteId"],
      User_name: ["siteId", "nameKey", "id"],
      User_created: ["siteId", "createdAt", "id"],
      User_seen: ["siteId", "lastActiveAt", "id"],
      User_status: ["siteId", "status", "nameKey", "id"],
      User_role: ["siteId", "role", "nameKey", "id"],
      User_external_id: ["siteId", "externalId"],
      User_directory: ["directoryId", "externalId"],
      SearchTerm_user: ["userId"],
      Group_external_id: ["siteId", "externalId"],
      Group_directory: ["directoryId", "externalId"],
      Membership_user: ["userId", "groupId"],
      Nesting_child: ["childId"],
      Invitation_user: ["userId"],
      Invitation_created: ["siteId", "createdAt", "id"],
      Invitation_email: ["siteId", "emailKey"],
      Grant_group: ["groupId"],
      Grant_site: ["siteId"],
      Session_account: ["accountId"],
      Session_expiry: ["expiresAt"],
      ApiToken_site: ["siteId", "id"],
      AuditEvent_site: ["siteId", "id"],
      AuditEvent_action: ["siteId", "action", "id"],
      AuditEvent_actor: ["siteId", "actorId", "id"],
      Letter_queue: ["state", "nextTryAt"],
      Letter_invitation: ["invitationId"],
      Directory_site: ["siteId", "id"],
      Directory_due: ["nextRunAt"],
      SyncRun_directory: ["directoryId", "id"],
      SyncRun_site: ["siteId", "id"],
    },
  },
};

/** The first tables. One migration serves SQLite, MySQL and MariaDB. */
export class Foundation1764000000000 implements MigrationInterface {
  name = "Foundation1764000000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, spec] of Object.entries(tables)) await createTable(runner, name, spec);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(tables).reverse()) await runner.query(`DROP TABLE \`${name}\``);
  }
}
