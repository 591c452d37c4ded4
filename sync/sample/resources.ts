import { createHash } from "node:crypto";
import type { Company, SampleDomain, SampleGroup, SampleMember, SampleUser } from "./company.ts";
import type { Fields } from "./field-mask.ts";
import { domainOf, findById } from "./find-in-company.ts";

// The resources as the API gives them. Property names are those of its discovery document (revision 20260914), `schemas`.

/** Nobody here has ever signed in, which Google says like this. */
const never = "1970-01-01T00:00:00.000Z";
const founded = "2019-03-04T09:00:00.000Z";

/** The properties that a mask may name. */
export const userFields = fields(
  "addresses agreedToTerms aliases archivalTime archived changePasswordAtNextLogin creationTime customSchemas customerId deletionTime",
  "emails etag externalIds gender guestAccountInfo id ims includeInGlobalAddressList ipWhitelisted isAdmin isDelegatedAdmin",
  "isEnforcedIn2Sv isEnrolledIn2Sv isGuestUser isMailboxSetup keywords kind languages lastLoginTime locations nonEditableAliases notes",
  "orgUnitPath organizations phones posixAccounts primaryEmail recoveryEmail recoveryPhone relations sshPublicKeys suspended",
  "suspensionReason suspensionTime thumbnailPhotoEtag thumbnailPhotoUrl websites",
);
userFields.name = fields("displayName familyName fullName givenName");
export const groupFields = fields(
  "adminCreated aliases description directMembersCount email etag externalIds id kind name nonEditableAliases",
);
export const memberFields = fields("delivery_settings email etag id kind role status type");
export const domainFields = fields("creationTime domainName etag isPrimary kind verified");
domainFields.domainAliases = fields("creationTime domainAliasName etag kind parentDomainName verified");
export const orgUnitFields = fields(
  "blockInheritance description etag kind name orgUnitId orgUnitPath parentOrgUnitId parentOrgUnitPath",
);

function fields(...names: string[]): Fields {
  return Object.fromEntries(names.flatMap((line) => line.split(" ")).map((name) => [name, null]));
}

/** A user as listed and as got. Of the deleted Google tells little more than that they were. */
export function userResource({ customerId, domains }: Company, user: SampleUser): object {
  const { id, primaryEmail, givenName, familyName, title, aliases, deletionTime } = user;
  const kind = "admin#directory#user";
  if (deletionTime !== null) return { kind, id, primaryEmail, customerId, deletionTime };
  const [localPart] = primaryEmail.split("@");
  const domain = domains.find(({ domainName }) => domainName === domainOf(primaryEmail));
  const others = (domain?.aliases ?? []).map((alias) => `${localPart}@${alias}`);
  // Given to everyone of the first domain by Google.
  if (domain?.isPrimary) others.push(`${localPart}@${domain.domainName}.test-google-a.com`);
  return {
    kind,
    id,
    primaryEmail,
    name: { givenName, familyName, fullName: `${givenName} ${familyName}` },
    isAdmin: user.isAdmin,
    isDelegatedAdmin: false,
    isGuestUser: user.isGuestUser,
    lastLoginTime: never,
    creationTime: founded,
    agreedToTerms: true,
    suspended: user.suspended,
    suspensionReason: user.suspended ? "ADMIN" : undefined,
    archived: user.archived,
    emails: [{ address: primaryEmail, primary: true }, ...aliases.map((address) => ({ address }))],
    organizations: title === "" ? undefined : [{ title, primary: true, customType: "" }],
    aliases: aliases.length > 0 ? aliases : undefined,
    nonEditableAliases: others.length > 0 ? others : undefined,
    customerId,
    orgUnitPath: user.orgUnitPath,
    isMailboxSetup: true,
    isEnrolledIn2Sv: false,
    isEnforcedIn2Sv: false,
    includeInGlobalAddressList: true,
  };
}

/** A group. The count of its members is an int64, and those are strings in Google's JSON. */
export function groupResource({ id, email, name, description, aliases, members }: SampleGroup): object {
  return {
    kind: "admin#directory#group",
    id,
    email,
    name,
    directMembersCount: String(members.length),
    description,
    adminCreated: true,
    aliases: aliases.length > 0 ? aliases : undefined,
  };
}

/**
 * A member. Only one of the company's own has a status, and not before being finished; the whole customer has not even an
 * address.
 */
export function memberResource({ users, groups }: Company, { id, email, type, role }: SampleMember): object {
  const user = type === "USER" && id !== undefined ? findById(users, id) : undefined;
  const group = type === "GROUP" && id !== undefined ? findById(groups, id) : undefined;
  const address = user?.primaryEmail ?? group?.email ?? email;
  const status = user ? statusOf(user) : group && "ACTIVE";
  return { kind: "admin#directory#member", id, email: address, role, type, status };
}

function statusOf({ suspended, archived, unfinished }: SampleUser): string | undefined {
  if (unfinished) return undefined;
  return suspended ? "SUSPENDED" : archived ? "ARCHIVED" : "ACTIVE";
}

/** A domain with its aliases. The time is an int64, and those are strings in Google's JSON. */
export function domainResource({ domainName, isPrimary, verified, aliases }: SampleDomain): object {
  const creationTime = String(Date.parse(founded));
  const domainAliases = aliases?.map((domainAliasName) => {
    return { kind: "admin#directory#domainAlias", domainAliasName, parentDomainName: domainName, verified, creationTime };
  });
  return { kind: "admin#directory#domain", domainName, isPrimary, verified, creationTime, domainAliases };
}

/** An org unit, which is its path: the sample keeps no more of it. The root has no parent. */
export function orgUnitResource(path: string): object {
  const parent = path === "/" ? undefined : parentOf(path);
  return {
    kind: "admin#directory#orgUnit",
    name: path === "/" ? "Acme" : path.slice(path.lastIndexOf("/") + 1),
    description: "",
    orgUnitPath: path,
    orgUnitId: orgUnitId(path),
    parentOrgUnitPath: parent,
    parentOrgUnitId: parent && orgUnitId(parent),
  };
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function orgUnitId(path: string): string {
  return `id:${createHash("sha256").update(path).digest("hex").slice(0, 15)}`;
}

/** A body with an `etag` on itself and on each of its items, which changes with what they say. The quotes belong to its value. */
export function withEtags(body: object): object {
  const items = Object.entries(body).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map((item) => (isResource(item) ? { ...item, etag: etagOf(item) } : item)) : value,
  ]);
  return isResource(body) ? { ...Object.fromEntries(items), etag: etagOf(body) } : body;
}

function isResource(value: unknown): value is object {
  return typeof value === "object" && value !== null && "kind" in value;
}

/** A list that says the same has the same etag, though the token of its next page is another each time. */
function etagOf(resource: object): string {
  const body = { ...resource, nextPageToken: undefined };
  return `"${createHash("sha256").update(JSON.stringify(body)).digest("base64url")}"`;
}
