/** Addresses here name nobody and never will (RFC 6761, section 6.4). A user whose address was taken is at `former-<id>` there. */
export const nowhere = "@retired.invalid";

/** True of an address that was taken from a user (rule 1.1b). */
export function isRetired(email: string): boolean {
  return email.endsWith(nowhere);
}
