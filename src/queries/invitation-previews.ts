import type { InvitationState } from "../model/entities.ts";
import type { UserRole } from "../model/scope.ts";
import { hashToken, isToken } from "../secrets/token.ts";
import { type Inviter, isVouchedFor } from "./inviters.ts";
import type { Reader, Row } from "./reader.ts";

interface Found extends Inviter {
  email: string;
  state: InvitationState;
  expiresAt: string;
  siteKey: string;
  siteName: string;
  /** Null when the user is gone. */
  role: UserRole | null;
  inviterName: string | null;
  inviterStatus: string | null;
  hasAccount: number;
}

/**
 * What an invitation's link leads to, or what became of it and whom to ask (rule 2.12). Null for a link that is none of this site's,
 * or was replaced by a newer one. Reads alone: mail scanners open links.
 */
export async function previewInvitation(reader: Reader, token: string): Promise<Row | null> {
  if (!isToken("gi_", token)) return null;
  const [found] = await reader.rows<Found>(
    `SELECT i.email, i.state, i.expiresAt, i.invitedByKind, i.invitedById, s.\`key\` AS siteKey, s.name AS siteName, u.role,
       p.fullName AS inviterName, p.status AS inviterStatus,
       EXISTS (SELECT 1 FROM Account a WHERE a.emailKey = i.emailKey AND a.realm = CASE s.accounts WHEN 'LOCAL' THEN s.id ELSE '' END) AS hasAccount
     FROM Invitation i JOIN Site s ON s.id = i.siteId LEFT JOIN User u ON u.id = i.userId
     LEFT JOIN User p ON i.invitedByKind = 'user' AND p.id = i.invitedById AND p.siteId = i.siteId
     WHERE i.tokenHash = ? AND i.siteId = ?`,
    [hashToken(token), reader.siteId],
  );
  if (!found) return null;
  const { email, siteKey, siteName, inviterName, expiresAt } = found;
  const status = await statusOf(reader, found);
  const hasAccount = Boolean(found.hasAccount);
  return { siteKey, siteName, email, inviterName, expiresAt, status, hasAccount, explanation: explanationOf(found, status) };
}

/** As accepting would find it: what its inviter may no longer offer is revoked. */
async function statusOf(reader: Reader, found: Found): Promise<InvitationState | "EXPIRED"> {
  if (found.state !== "PENDING") return found.state;
  if (found.role === null) return "REVOKED";
  if (found.expiresAt <= reader.now) return "EXPIRED";
  return (await isVouchedFor(reader, found.role, found)) ? "PENDING" : "REVOKED";
}

function explanationOf({ siteName, expiresAt, inviterName, inviterStatus, state, role }: Found, status: string): string | null {
  const administrator = `an administrator of ${siteName}`;
  const asked = inviterName !== null && inviterStatus === "ACTIVE" ? inviterName : administrator;
  if (status === "PENDING") return null;
  if (status === "ACCEPTED")
    return `This invitation was used already: sign in to ${siteName}. If that was not you, tell ${asked}.`;
  if (status === "EXPIRED") return `This invitation ran out on ${expiresAt.slice(0, 10)}. Ask ${asked} to send it again.`;
  if (state === "PENDING" && role !== null)
    return `Whoever invited you may no longer make administrators. Ask ${administrator} to send the invitation again.`;
  return `This invitation was taken back. Ask ${asked} whether you should have a new one.`;
}
