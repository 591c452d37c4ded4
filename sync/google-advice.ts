import type { GoogleFailure } from "./google-failure.ts";
import { DirectoryFault, type ProbeResult } from "./snapshot.ts";

/** On whose behalf a request was made: what an administrator needs to know to put it right. */
export interface GoogleDelegation {
  clientId: string;
  adminEmail: string;
  /** The scopes that the request needed. */
  scopes: readonly string[];
}

/** A failure of a request as a fault of the whole directory, in a sentence that says what to do. */
export function faultFor(failure: GoogleFailure, delegation: GoogleDelegation): DirectoryFault {
  if (failure.act === "WAIT") {
    return new DirectoryFault("UNAVAILABLE", `Google does not answer as it should: ${failure.message} Try again later.`);
  }
  if (failure.act === "GIVE_UP") {
    return new DirectoryFault(
      "UNAVAILABLE",
      "Today's quota of the Google Cloud project is used up. It is renewed at midnight, Pacific time.",
    );
  }
  const message = `Google refused: "${failure.message}" ${adviceFor(failure, delegation)}`;
  return new DirectoryFault("CREDENTIALS_REJECTED", message, { cause: failure });
}

/**
 * A fault that a token for all scopes was refused for does not say which of them are missing: each is asked for by itself, and the fault
 * that is thrown names those.
 */
export async function nameMissingScopes(fault: unknown, probe: () => Promise<ProbeResult[]>): Promise<never> {
  const { reasons = [] } = fault instanceof DirectoryFault ? ((fault.cause ?? {}) as Partial<GoogleFailure>) : {}; // as: the failure it was made of
  if (!reasons.some((reason) => reason === "unauthorized_client" || reason === "access_denied")) throw fault;
  // Where that cannot be told either, the first fault stands.
  const advice = new Set((await probe().catch(() => [])).flatMap((result) => result.advice ?? []));
  throw advice.size > 0 ? new DirectoryFault("CREDENTIALS_REJECTED", [...advice].join(" ")) : fault;
}

/**
 * What to do about a refusal. Sources: Google's "Using OAuth 2.0 for Server to Server Applications" (error codes of the JWT
 * grant) and the Directory API's error reference.
 */
function adviceFor(failure: GoogleFailure, { clientId, adminEmail, scopes }: GoogleDelegation): string {
  const delegate =
    `In the Google Admin console, under Security > Access and data control > API controls > Domain-wide delegation, ` +
    `authorize client id ${clientId} for ${scopes.join(", ")}. This can take up to 24 hours to take effect.`;
  const isSaid = (...reasons: string[]) => reasons.some((reason) => failure.reasons.includes(reason));

  if (isSaid("accessNotConfigured", "SERVICE_DISABLED")) {
    return "Enable the Admin SDK API in the Google Cloud project of the service account.";
  }
  if (isSaid("domainCannotUseApis")) return "Turn on API access in the Google Admin console, under Security.";
  if (isSaid("invalid_grant")) return adviceForGrant(failure.message, adminEmail);
  if (isSaid("disabled_client", "deleted_client", "invalid_client")) {
    return "Enable the service account in the Google Cloud console, or use the key of another.";
  }
  if (isSaid("admin_policy_enforced", "org_internal"))
    return `Allow client id ${clientId} in the organization's policies for apps.`;
  if (failure.act === "CONFIGURE") return delegate;
  if (failure.act === "RENEW_TOKEN") return "Even a new access token was not accepted. Create a new key for the service account.";
  if (failure.act === "FORBIDDEN") {
    return `${adminEmail} must be an administrator of the organization with the right to read users, groups and domains.`;
  }
  return `Check the customer id, and that ${adminEmail} belongs to that organization.`;
}

function adviceForGrant(message: string, adminEmail: string): string {
  if (/email|user id/i.test(message)) return `There is no user ${adminEmail} to act for. Give the address of an administrator.`;
  if (/signature/i.test(message)) return "The key was deleted or has expired. Create a new one for the service account.";
  if (/short-lived|timeframe|iat|exp/i.test(message)) return "The clock of the machine that runs Gatehouse is wrong. Correct it.";
  return "Check that the service account exists and that its key is the newest.";
}
