import type { ActorReference } from "../model/actor.ts";
import type { UserRole } from "../model/scope.ts";
import type { Reader } from "./reader.ts";

/** Who invited somebody, as an invitation keeps it. */
export interface Inviter {
  invitedByKind: ActorReference["kind"];
  invitedById: string | null;
}

/**
 * Whether an invitation to be of this role is still good: one to be an ADMIN or MANAGER dies when its inviter loses the right to make
 * one (rule 2.11). A token that ran out by itself was not taken away; a revoked one was.
 */
export async function isVouchedFor(reader: Reader, role: UserRole, { invitedByKind, invitedById }: Inviter): Promise<boolean> {
  if (role === "MEMBER") return true;
  if (invitedByKind === "user") return isAdmin(reader, invitedById);
  if (invitedByKind !== "token") return true;
  const [token] = await reader.rows<{ createdById: string | null; revokedAt: string | null }>(
    "SELECT createdById, revokedAt FROM ApiToken WHERE id = ? AND siteId = ?",
    [invitedById, reader.siteId],
  );
  if (!token || token.revokedAt !== null) return false;
  return token.createdById === null || isAdmin(reader, token.createdById);
}

async function isAdmin(reader: Reader, userId: string | null): Promise<boolean> {
  const admins = await reader.rows("SELECT id FROM User WHERE id = ? AND siteId = ? AND status = 'ACTIVE' AND role = 'ADMIN'", [
    userId,
    reader.siteId,
  ]);
  return admins.length > 0;
}
