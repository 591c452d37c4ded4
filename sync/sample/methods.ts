import type { Company, SampleGroup, SampleUser } from "./company.ts";
import type { Fields } from "./field-mask.ts";
import { findGroup, findUser, isInside, isNamed } from "./find-in-company.ts";
import { GoogleError } from "./google-error.ts";
import { listGroups } from "./list-groups.ts";
import { listOrgUnits } from "./list-org-units.ts";
import { listUsers } from "./list-users.ts";
import { type PageRequest, type PageSize, takePage } from "./page.ts";
import * as resources from "./resources.ts";

export type MethodName =
  | "users.list"
  | "users.get"
  | "groups.list"
  | "groups.get"
  | "members.list"
  | "members.get"
  | "members.hasMember"
  | "domains.list"
  | "orgunits.list";

/** A request of one method, with the keys out of its path. */
export interface Call extends PageRequest {
  company: Company;
  asked: URLSearchParams;
  keys: string[];
}

/** A method of the Directory API, of which the sample has those that read. */
export interface Method {
  name: MethodName;
  /** Below `/admin/directory/v1/`; its groups are the keys. */
  path: RegExp;
  /** Any of these opens it, each without `https://www.googleapis.com/auth/admin.directory.` */
  scopes: string[];
  /** The query parameters that it knows. Google's own know more; what the sample would have to ignore it refuses. */
  parameters: string[];
  fields: Fields;
  /** The body of a 200. Throws a `GoogleError` for any other answer. */
  answer(call: Call): object;
}

const scopesOf = (...names: string[]) => names.flatMap((name) => [`${name}.readonly`, name]);
const paging = ["maxResults", "pageToken"];
const listFields = { kind: null, etag: null, nextPageToken: null };

/**
 * Source: Google's discovery document `admin:directory_v1`, `methods`, for paths, scopes and page sizes. Assumed: that too
 * large a page is refused for groups and members as for users, and that another's customer is forbidden.
 */
export const methods: readonly Method[] = [
  {
    name: "users.list",
    path: /^users$/,
    scopes: scopesOf("user"),
    parameters: [...paging, "customer", "domain", "query", "orderBy", "sortOrder", "showDeleted", "projection"],
    fields: { ...listFields, users: resources.userFields },
    answer(call) {
      requireCustomerOrDomain(call);
      const { company, asked, now } = call;
      const wanted = asked.get("showDeleted") === "true";
      // Whoever was deleted or restored since the first page is not told of: the two are never mixed.
      return listing(call, "users", listUsers(company, asked, now), { usual: 100, most: 500 }, (user) =>
        (user.deletionTime !== null) === wanted ? resources.userResource(company, user) : null,
      );
    },
  },
  {
    name: "users.get",
    path: /^users\/([^/]+)$/,
    scopes: scopesOf("user"),
    parameters: ["projection"],
    fields: resources.userFields,
    answer: ({ company, keys: [key = ""] }) => resources.userResource(company, knownUser(company, key)),
  },
  {
    name: "groups.list",
    path: /^groups$/,
    scopes: scopesOf("group"),
    parameters: [...paging, "customer", "domain", "userKey", "query", "orderBy", "sortOrder"],
    fields: { ...listFields, groups: resources.groupFields },
    answer(call) {
      const isOfUser = call.asked.has("userKey");
      if (isOfUser && call.asked.has("customer")) throw new GoogleError("badRequest");
      requireCustomerOrDomain(call, { isOptional: isOfUser });
      const groups = listGroups(call.company, call.asked);
      return listing(call, "groups", groups, { usual: 200, most: 200 }, resources.groupResource);
    },
  },
  {
    name: "groups.get",
    path: /^groups\/([^/]+)$/,
    scopes: scopesOf("group"),
    parameters: [],
    fields: resources.groupFields,
    answer: ({ company, keys: [key = ""] }) => resources.groupResource(knownGroup(company, key)),
  },
  {
    name: "members.list",
    path: /^groups\/([^/]+)\/members$/,
    scopes: scopesOf("group", "group.member"),
    parameters: [...paging, "roles"],
    fields: { ...listFields, members: resources.memberFields },
    answer(call) {
      const { members } = knownGroup(call.company, call.keys[0] ?? "");
      const roles = call.asked.get("roles")?.split(",");
      const wanted = roles ? members.filter(({ role }) => roles.includes(role)) : members;
      return listing(call, "members", wanted, { usual: 200, most: 200 }, (member) =>
        resources.memberResource(call.company, member),
      );
    },
  },
  {
    name: "members.get",
    path: /^groups\/([^/]+)\/members\/([^/]+)$/,
    scopes: scopesOf("group", "group.member"),
    parameters: [],
    fields: resources.memberFields,
    answer({ company, keys: [groupKey = "", memberKey = ""] }) {
      const member = knownGroup(company, groupKey).members.find(isNamed(company, memberKey));
      if (!member) throw new GoogleError("notFound", { message: "Resource Not Found: memberKey" });
      return { ...resources.memberResource(company, member), delivery_settings: "ALL_MAIL" };
    },
  },
  {
    name: "members.hasMember",
    path: /^groups\/([^/]+)\/hasMember\/([^/]+)$/,
    scopes: scopesOf("group", "group.member"),
    parameters: [],
    fields: { isMember: null },
    answer({ company, keys: [groupKey = "", memberKey = ""] }) {
      const group = knownGroup(company, groupKey);
      const member = findUser(company, memberKey) ?? findGroup(company, memberKey);
      if (!member) throw new GoogleError("invalid", { message: "Invalid Input: memberKey" });
      return { isMember: isWithin(company, group, member, new Set()) };
    },
  },
  {
    name: "domains.list",
    path: /^customer\/([^/]+)\/domains$/,
    scopes: scopesOf("domain"),
    parameters: [],
    fields: { kind: null, etag: null, domains: resources.domainFields },
    answer({ company, keys: [customer = ""] }) {
      requireCustomer(company, customer);
      return { kind: "admin#directory#domains", domains: company.domains.map(resources.domainResource) };
    },
  },
  {
    name: "orgunits.list",
    path: /^customer\/([^/]+)\/orgunits$/,
    scopes: scopesOf("orgunit"),
    parameters: ["type", "orgUnitPath"],
    fields: { kind: null, etag: null, organizationUnits: resources.orgUnitFields },
    answer({ company, asked, keys: [customer = ""] }) {
      requireCustomer(company, customer);
      const units = listOrgUnits(company, asked).map(resources.orgUnitResource);
      return { kind: "admin#directory#orgUnits", organizationUnits: units.length > 0 ? units : undefined };
    },
  },
];

/** A page of a listing, without those that have no resource. An empty one has no items at all, not an empty list of them. */
function listing<T>(call: Call, name: string, all: T[], size: PageSize, resource: (item: T) => object | null): object {
  const { items, nextPageToken } = takePage(all, call, size);
  const listed = items.map(resource).filter((item) => item !== null);
  return { kind: `admin#directory#${name}`, [name]: listed.length > 0 ? listed : undefined, nextPageToken };
}

function requireCustomerOrDomain({ company, asked }: Call, { isOptional = false } = {}): void {
  const customer = asked.get("customer");
  const domain = asked.get("domain");
  if (customer === null && domain === null && !isOptional) throw new GoogleError("badRequest");
  if (customer !== null) requireCustomer(company, customer);
  if (domain !== null && !isInside(company, domain)) throw new GoogleError("notFound", { message: "Domain not found." });
}

function requireCustomer({ customerId }: Company, customer: string): void {
  if (customer !== "my_customer" && customer !== customerId) throw new GoogleError("forbidden");
}

function knownUser(company: Company, key: string): SampleUser {
  const user = findUser(company, key);
  if (!user) throw new GoogleError("notFound", { message: "Resource Not Found: userKey" });
  if (user.unfinished) throw new GoogleError("conditionNotMet");
  return user;
}

/** A group of another organization is not unknown but forbidden, as far as the sample knows of it: by its domain. */
function knownGroup(company: Company, key: string): SampleGroup {
  const group = findGroup(company, key);
  if (group) return group;
  if (key.includes("@") && !isInside(company, key)) throw new GoogleError("forbidden");
  throw new GoogleError("notFound", { message: "Resource Not Found: groupKey" });
}

/** Counts nested members. All people are in the whole customer, and a cycle of groups is followed once. */
function isWithin(company: Company, group: SampleGroup, member: SampleUser | SampleGroup, visited: Set<string>): boolean {
  visited.add(group.id);
  return group.members.some(({ id, type }) => {
    if (id === member.id || (type === "CUSTOMER" && "primaryEmail" in member)) return true;
    const nested = type === "GROUP" && id !== undefined ? findGroup(company, id) : undefined;
    return nested !== undefined && !visited.has(nested.id) && isWithin(company, nested, member, visited);
  });
}
