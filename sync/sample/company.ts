import { type AcmeGroup, acmeGroups, acmeUnits, cultures } from "./acme.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

/** A user of the sample Workspace. */
export interface SampleUser {
  /** 21 digits: more than a 64-bit integer holds. */
  id: string;
  primaryEmail: string;
  givenName: string;
  familyName: string;
  aliases: string[];
  /** From the root, such as `/Engineering/Backend`. */
  orgUnitPath: string;
  suspended: boolean;
  archived: boolean;
  title: string;
  /** A super administrator. */
  isAdmin: boolean;
  /** From another organization, as a guest of this one. */
  isGuestUser: boolean;
  /** Still in the making: no list has them yet, and by key there is but 412. */
  unfinished: boolean;
  /** RFC 3339; null for the living. The deleted stay in the list, as they stay for a while in Google's own. */
  deletionTime: string | null;
}

/**
 * A member of a group. One of the company's own has an `id`, and the address of the user or group it names; one from outside has
 * an `email`, and an `id` too if Google knows them; the whole customer has the customer's id. Groups may share the object, so it is replaced and never changed.
 */
export interface SampleMember {
  readonly id?: string;
  readonly email?: string;
  readonly type: "USER" | "GROUP" | "CUSTOMER";
  readonly role: "MEMBER" | "MANAGER" | "OWNER";
}

export interface SampleGroup {
  /** 15 lower-case base-36 characters. */
  id: string;
  email: string;
  aliases: string[];
  name: string;
  description: string;
  members: SampleMember[];
}

export interface SampleDomain {
  domainName: string;
  isPrimary: boolean;
  verified: boolean;
  /** Other domains, in lower case, at which everybody of this one has an address too. */
  aliases?: string[];
}

/** All that a Workspace knows of a company: plain data, which may be changed while a directory serves it (see `edit.ts`). */
export interface Company {
  /** Such as `C01abcdef`. */
  customerId: string;
  domains: SampleDomain[];
  users: SampleUser[];
  groups: SampleGroup[];
}

export interface CompanySize {
  users: number;
  groups: number;
  /** In all; at most one for each user in each group. */
  memberships: number;
}

const admin = {
  primaryEmail: "admin@acme.example",
  givenName: "Ada",
  familyName: "Lovelace",
  title: "Administrator",
  isAdmin: true,
};

/** Letters that are not an ASCII letter with an accent. */
const respelled: Record<string, string> = { ø: "o", ł: "l", ı: "i", ß: "ss" };

/** `Søren Nygård` is `soren.nygard` in an address. */
const names = cultures.flatMap(({ given, family }) =>
  given.flatMap((givenName) =>
    family.map((familyName) => {
      const plain = `${givenName}.${familyName}`.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
      return { givenName, familyName, mailName: plain.replace(/[^a-z.]/g, (letter) => respelled[letter] ?? "") };
    }),
  ),
);

/**
 * Acme: 300 people in two domains, among them `admin@acme.example`, two who are suspended and one who is archived; and 25 groups,
 * some within others, one of everyone, and one with a member from outside. It is the same every time.
 */
export function sampleCompany(): Company {
  const random = seededRandom(2026);
  const company: Company = { ...newCompany(), users: hirePeople(random) };
  const ids = new Map(acmeGroups.map(({ key }) => [key, `0${random.digits(14, 36)}`]));
  company.groups = acmeGroups.map((group) => ({
    id: ids.get(group.key) ?? "",
    email: `${group.key}@acme.example`,
    aliases: [],
    name: group.name,
    description: group.description,
    members: membersOf(group, company, ids),
  }));
  return company;
}

/** A company of a size, for benchmarks: no one suspended, and the memberships spread evenly over groups and users. */
export function scaledCompany({ users, groups, memberships }: CompanySize): Company {
  if (memberships > users * groups) throw new Error("There are not enough users and groups for so many memberships.");
  const company = newCompany();
  company.users = Array.from({ length: users }, (_, n) => {
    const { path, titles } = atTurn(acmeUnits, n);
    const { mailName, givenName, familyName } = atTurn(names, n * 7);
    const id = `1${String(n + 1).padStart(20, "0")}`;
    const primaryEmail = `${mailName}${n}@acme.example`;
    return newUser({
      id,
      primaryEmail,
      givenName,
      familyName,
      orgUnitPath: path,
      title: atTurn(titles, n < acmeUnits.length ? 0 : 1),
    });
  });
  Object.assign(company.users[0] ?? {}, admin);
  // One object for all memberships of a user: a million of them fit in 10 MB.
  const everyone = company.users.map(({ id }): SampleMember => ({ id, type: "USER", role: "MEMBER" }));
  let next = 0;
  company.groups = Array.from({ length: groups }, (_, n) => {
    const size = Math.floor(memberships / groups) + (n < memberships % groups ? 1 : 0);
    const members = Array.from({ length: size }, () => atTurn(everyone, next++));
    const id = `0${n.toString(36).padStart(14, "0")}`;
    const description = `The group number ${n}.`;
    return { id, email: `group-${n}@acme.example`, aliases: [], name: `Group ${n}`, description, members };
  });
  return company;
}

/** A user of whom nothing else is to be said: neither suspended nor archived, an admin, a guest, nor in the making. */
export function newUser(
  user: Pick<SampleUser, "id" | "primaryEmail" | "givenName" | "familyName"> & Partial<SampleUser>,
): SampleUser {
  const { id, primaryEmail, givenName, familyName, aliases = [], orgUnitPath = "/", title = "" } = user;
  const { suspended = false, archived = false, isAdmin = false, isGuestUser = false } = user;
  const { unfinished = false, deletionTime = null } = user;
  const person = { id, primaryEmail, givenName, familyName, aliases, orgUnitPath, title };
  return { ...person, suspended, archived, isAdmin, isGuestUser, unfinished, deletionTime };
}

function newCompany(): Company {
  const domains = [
    { domainName: "acme.example", isPrimary: true, verified: true },
    { domainName: "acme-labs.example", isPrimary: false, verified: true },
  ];
  return { customerId: "C01acme00", domains, users: [], groups: [] };
}

function hirePeople(random: SeededRandom): SampleUser[] {
  const users: SampleUser[] = [];
  const taken = new Set<object>();
  for (const { path, size, titles } of acmeUnits) {
    for (let n = 0; n < size; n++) {
      let name = atTurn(names, random.below(names.length));
      while (taken.has(name)) name = atTurn(names, random.below(names.length));
      taken.add(name);
      const { mailName, givenName, familyName } = name;
      const primaryEmail = `${mailName}@${path.endsWith("/Labs") ? "acme-labs.example" : "acme.example"}`;
      // The first of a unit leads it.
      const title = atTurn(titles, n === 0 ? 0 : 1 + random.below(titles.length - 1));
      // Every sixtieth has an address from before, such as `jdoe@`.
      const aliases = users.length % 60 === 7 ? [`${mailName.replace(/^(.).*\./, "$1")}@acme.example`] : [];
      const id = `1${random.digits(20, 10)}`;
      users.push(newUser({ id, primaryEmail, givenName, familyName, aliases, orgUnitPath: path, title }));
    }
  }
  Object.assign(users[150] ?? {}, { suspended: true });
  Object.assign(users[225] ?? {}, { suspended: true });
  Object.assign(users[260] ?? {}, { archived: true });
  Object.assign(users[users.length - 1] ?? {}, admin, { orgUnitPath: "/" });
  return users;
}

function membersOf(group: AcmeGroup, { customerId, users }: Company, ids: Map<string, string>): SampleMember[] {
  const { units = [], titled, oneIn, holds = [], outside = [], everyone = false } = group;
  const people = users.filter(
    ({ orgUnitPath, title }, n) => units.includes(orgUnitPath) || titled?.test(title) || (oneIn && n % oneIn === 0),
  );
  return [
    ...people.map(({ id }, n): SampleMember => ({ id, type: "USER", role: n === 0 ? "OWNER" : "MEMBER" })),
    ...holds.map((key): SampleMember => ({ id: ids.get(key), type: "GROUP", role: "MEMBER" })),
    ...outside.map((email): SampleMember => ({ email, type: "USER", role: "MEMBER" })),
    ...(everyone ? [{ id: customerId, type: "CUSTOMER", role: "MEMBER" } satisfies SampleMember] : []),
  ];
}

/** The item whose turn it is, going round. The list has items. */
function atTurn<T>(items: readonly T[], turn: number): T {
  return items[turn % items.length] as T; // as: no index is outside a list that has items
}
