import type { Company, SampleGroup, SampleMember, SamplePerson } from "./company.ts";

/** Which method of the Directory API was called, and what it answers. */
export interface ApiAnswer {
  method: string;
  status: number;
  body: object;
}

const notFound = (method: string, message: string): ApiAnswer => ({
  method,
  status: 404,
  body: refused(404, "notFound", message),
});
const invalid = (method: string): ApiAnswer => ({ method, status: 400, body: refused(400, "invalid", "Invalid Input") });

/** An error in Google's shape. Limits of use are a domain of their own. */
export function refused(code: number, reason: string, message: string): object {
  const domain = /(Rate|quota|daily)/i.test(reason) ? "usageLimits" : "global";
  return { error: { code, message, errors: [{ message, domain, reason }] } };
}

/** Answers a request to the Directory API, errors in Google's shape. */
export function answerApi(company: Company, url: URL): ApiAnswer {
  const [, area, key, below, member] =
    /^\/admin\/directory\/v1\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?(?:\/([^/]+))?$/.exec(url.pathname)?.map(decode) ?? [];
  if (area === "users") return key ? getUser(company, key) : listUsers(company, url);
  if (area === "groups" && below === "members") return listMembers(company, key ?? "", url);
  if (area === "groups" && below === "hasMember") return hasMember(company, key ?? "", member ?? "");
  if (area === "groups")
    return key ? getGroup(company, key) : page("groups", company.groups.map(groupBody), 200, url, "admin#directory#groups");
  if (area === "customer" && below === "domains") {
    const domains = company.domains.map((domainName, n) => ({
      kind: "admin#directory#domain",
      domainName,
      verified: true,
      isPrimary: n === 0,
    }));
    return { method: "domains.list", status: 200, body: { kind: "admin#directory#domains", etag: '"d"', domains } };
  }
  return notFound("unknown", "Not Found");
}

function decode(part: string | undefined): string | undefined {
  return part === undefined ? undefined : decodeURIComponent(part);
}

function listUsers(company: Company, url: URL): ApiAnswer {
  if (!url.searchParams.has("customer") && !url.searchParams.has("domain"))
    return { method: "users.list", status: 400, body: refused(400, "badRequest", "Bad Request") };
  const deleted = url.searchParams.get("showDeleted") === "true";
  const people = company.people.filter((person) => person.deleted === deleted).map((person) => userBody(company, person));
  return page("users", people, 500, url, "admin#directory#users");
}

function listMembers(company: Company, key: string, url: URL): ApiAnswer {
  const group = findGroup(company, key);
  return group
    ? page("members", group.members.map(memberBody), 200, url, "admin#directory#members")
    : notFound("members.list", "Resource Not Found: groupKey");
}

/** A page of a listing. The token says where the next one begins, and is as opaque as Google's. */
function page(name: string, items: object[], most: number, url: URL, kind: string): ApiAnswer {
  const method = `${name}.list`;
  const size = Math.min(most, Number(url.searchParams.get("maxResults") ?? 100));
  const token = url.searchParams.get("pageToken");
  const from = token === null ? 0 : Number(Buffer.from(token, "base64url").toString().replace(/^at:/, ""));
  if (!Number.isInteger(from) || from < 0 || size < 1 || (token !== null && from === 0)) return invalid(method);
  const part = items.slice(from, from + size);
  const next = from + size < items.length ? { nextPageToken: Buffer.from(`at:${from + size}`).toString("base64url") } : {};
  return { method, status: 200, body: { kind, etag: '"p"', ...(part.length > 0 ? { [name]: part } : {}), ...next } };
}

function findUser({ people }: Company, key: string): SamplePerson | undefined {
  return people.find(
    (person) => !person.deleted && (person.id === key || person.primaryEmail === key || person.aliases.includes(key)),
  );
}

function findGroup({ groups }: Company, key: string): SampleGroup | undefined {
  return groups.find((group) => group.id === key || group.email === key);
}

function getUser(company: Company, key: string): ApiAnswer {
  const person = findUser(company, key);
  return person
    ? { method: "users.get", status: 200, body: userBody(company, person) }
    : notFound("users.get", "Resource Not Found: userKey");
}

function getGroup(company: Company, key: string): ApiAnswer {
  const group = findGroup(company, key);
  return group
    ? { method: "groups.get", status: 200, body: groupBody(group) }
    : notFound("groups.get", "Resource Not Found: groupKey");
}

/** Counts nested members; whoever is outside the organization is an invalid key, as at Google. */
function hasMember(company: Company, groupKey: string, memberKey: string): ApiAnswer {
  const group = findGroup(company, groupKey);
  const person = findUser(company, memberKey);
  if (!group) return notFound("members.hasMember", "Resource Not Found: groupKey");
  if (!person) return { method: "members.hasMember", status: 400, body: refused(400, "invalid", "Invalid Input: memberKey") };
  const seen = new Set<string>();
  const within = ({ id, members }: SampleGroup): boolean => {
    if (seen.has(id)) return false;
    seen.add(id);
    return members.some((member) => {
      if (member.type === "CUSTOMER" || member.id === person.id) return true;
      const nested = member.type === "GROUP" ? findGroup(company, member.id ?? member.email ?? "") : undefined;
      return nested !== undefined && within(nested);
    });
  };
  return { method: "members.hasMember", status: 200, body: { isMember: within(group) } };
}

function userBody({ customerId }: Company, person: SamplePerson): object {
  const { id, primaryEmail, givenName, familyName, aliases, orgUnitPath, title, suspended, archived, isAdmin, deleted } = person;
  if (deleted) return { kind: "admin#directory#user", id, primaryEmail, customerId, deletionTime: "2026-11-01T00:00:00.000Z" };
  return {
    kind: "admin#directory#user",
    id,
    etag: `"${id}"`,
    primaryEmail,
    name: { givenName, familyName, fullName: `${givenName} ${familyName}` },
    isAdmin,
    suspended,
    archived,
    orgUnitPath,
    customerId,
    organizations: [{ title, primary: true }],
    ...(aliases.length > 0 ? { aliases } : {}),
  };
}

function groupBody({ id, email, name, description, members }: SampleGroup): object {
  return {
    kind: "admin#directory#group",
    id,
    etag: `"${id}"`,
    email,
    name,
    description,
    directMembersCount: String(members.length),
  };
}

function memberBody({ id, email, type }: SampleMember): object {
  return {
    kind: "admin#directory#member",
    role: "MEMBER",
    type,
    ...(id ? { id, status: "ACTIVE" } : {}),
    ...(email ? { email } : {}),
  };
}
