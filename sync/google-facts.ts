import type { GoogleDomain, GoogleGroup, GoogleMember, GoogleUser } from "./google-contract.ts";
import type { DirectMember, DirectoryGroup, DirectoryUser } from "./snapshot.ts";

/** Google gives every user of the first domain an address here that no mail is ever sent to. */
const TEST_DOMAIN = ".test-google-a.com";

/** A user without a name is called by their address. */
export function userFrom(user: GoogleUser): DirectoryUser {
  const email = user.primaryEmail ?? "";
  return {
    id: user.id ?? "",
    email,
    fullName: user.name?.fullName?.trim() || email,
    title: titleFrom(user.organizations),
    aliases: [...(user.aliases ?? []), ...(user.nonEditableAliases ?? [])].filter((alias) => !alias.endsWith(TEST_DOMAIN)),
    orgUnit: user.orgUnitPath ?? "/",
    suspended: user.suspended ?? false,
    archived: user.archived ?? false,
    guest: user.isGuestUser ?? false,
  };
}

/** The title in the primary organization, or in the first that has one. */
function titleFrom(organizations: unknown): string | null {
  if (!Array.isArray(organizations)) return null;
  const titled = organizations.filter((one) => typeof one?.title === "string" && one.title.trim() !== "");
  const chosen = titled.find((one) => one.primary === true) ?? titled[0];
  return chosen === undefined ? null : chosen.title.trim();
}

export function groupFrom(group: GoogleGroup): DirectoryGroup {
  const count = group.directMembersCount;
  const email = group.email ?? "";
  return {
    id: group.id ?? "",
    email,
    name: group.name?.trim() || email,
    description: group.description?.trim() || null,
    directMembersCount: count && /^\d+$/.test(count) ? Number(count) : null,
  };
}

/** The whole-customer member has the customer's id and no address. Another customer's would not be everyone here. */
export function memberFrom(member: GoogleMember, customerId: string | null): DirectMember {
  const id = member.id || null;
  const email = member.email || null;
  if (member.type === "CUSTOMER" && (id === null || customerId === null || id === customerId)) {
    return { id, email: null, type: "EVERYONE" };
  }
  if (member.type === "USER" || member.type === "GROUP") return { id, email: id === null ? email : null, type: member.type };
  return { id, email, type: "OTHER" };
}

/** Verified domains and verified aliases of verified domains, in lower case. */
export function verifiedDomainsFrom(domains: GoogleDomain[]): string[] {
  const verified = domains.filter((domain) => domain.verified);
  const aliases = verified.flatMap((domain) => domain.domainAliases ?? []).filter((alias) => alias.verified);
  const names = [...verified.map((domain) => domain.domainName), ...aliases.map((alias) => alias.domainAliasName)];
  return [...new Set(names.filter((name) => name != null).map((name) => name.toLowerCase()))];
}
