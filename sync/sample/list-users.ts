import type { Company, SampleUser } from "./company.ts";
import { domainOf } from "./find-in-company.ts";
import { GoogleError } from "./google-error.ts";
import { type ReadClause, readQuery, textTest } from "./query.ts";

type Test = (user: SampleUser) => boolean;

/** Google forgets the deleted after twenty days. */
const rememberedMs = 20 * 24 * 3600_000;

/** Lists found before, by what was asked for. A hundred thousand users are not searched for each of two hundred pages. */
const found = new WeakMap<Company, Map<string, SampleUser[]>>();
const mostLists = 20;

const orders: Record<string, (user: SampleUser) => string> = {
  email: (user) => user.primaryEmail.toLowerCase(),
  familyName: (user) => user.familyName.toLowerCase(),
  givenName: (user) => user.givenName.toLowerCase(),
};

/**
 * The users that a listing is about, by address unless it says otherwise. The living and the deleted are never mixed. The first
 * page of a listing searches anew, and later pages go on in what it found.
 */
export function listUsers(company: Company, asked: URLSearchParams, now: number): SampleUser[] {
  const key = ["domain", "query", "orderBy", "sortOrder", "showDeleted"].map((name) => asked.get(name)).join("\n");
  const lists = found.get(company) ?? new Map<string, SampleUser[]>();
  found.set(company, lists);
  const known = asked.has("pageToken") ? lists.get(key) : undefined;
  if (known) return known;
  const users = searchUsers(company, asked, now);
  lists.delete(key);
  lists.set(key, users);
  for (const oldest of [...lists.keys()].slice(0, -mostLists)) lists.delete(oldest);
  return users;
}

/** From here on every page of a company's users is searched anew, as at Google, where no listing keeps what it found. */
export function forgetListings(company: Company): void {
  found.delete(company);
}

function searchUsers({ users }: Company, asked: URLSearchParams, now: number): SampleUser[] {
  const orderBy = asked.get("orderBy") ?? "email";
  const sortKey = Object.hasOwn(orders, orderBy) ? orders[orderBy] : undefined;
  if (!sortKey) throw new GoogleError("invalid", { message: "Invalid Input: orderBy", parameter: "orderBy" });
  const tests = [
    asked.get("showDeleted") === "true" ? isRemembered(now) : isLiving,
    ...readQuery(asked.get("query") ?? "", readClause),
  ];
  const domain = asked.get("domain")?.toLowerCase();
  // A domain is that of the primary address alone, and exactly.
  if (domain !== undefined) tests.push(({ primaryEmail }) => domainOf(primaryEmail) === domain);
  const sign = asked.get("sortOrder") === "DESCENDING" ? -1 : 1;
  return users
    .filter((user) => tests.every((test) => test(user)))
    .map((user) => ({ user, value: sortKey(user) }))
    .sort((a, b) => (a.value < b.value ? -sign : a.value > b.value ? sign : 0))
    .map(({ user }) => user);
}

const isLiving: Test = ({ deletionTime, unfinished }) => deletionTime === null && !unfinished;

function isRemembered(now: number): Test {
  return ({ deletionTime }) => deletionTime !== null && Date.parse(deletionTime) > now - rememberedMs;
}

/** What of a user each field of text says. Of these, `:X*` is for the first three alone. */
const texts: Record<string, (user: SampleUser) => string[]> = {
  email: ({ primaryEmail, aliases }) => [primaryEmail, ...aliases],
  givenName: ({ givenName }) => [givenName],
  familyName: ({ familyName }) => [familyName],
  name: ({ givenName, familyName }) => [`${givenName} ${familyName}`],
  orgTitle: ({ title }) => [title],
};
const beginnings = new Set(["email", "givenName", "familyName"]);

const facts: Record<string, (user: SampleUser) => boolean> = {
  isSuspended: ({ suspended }) => suspended,
  isArchived: ({ archived }) => archived,
  isAdmin: ({ isAdmin }) => isAdmin,
  isGuest: ({ isGuestUser }) => isGuestUser,
  isDelegatedAdmin: () => false,
  isEnrolledIn2Sv: () => false,
  isEnforcedIn2Sv: () => false,
};

const readClause: ReadClause<SampleUser> = (clause) => {
  const { field, how, value } = clause;
  const text = Object.hasOwn(texts, field) ? texts[field] : undefined;
  if (text) {
    if (how === "begins" && !beginnings.has(field)) return null;
    const test = textTest(clause);
    return (user) => text(user).some(test);
  }
  if (how !== "is") return null;
  if (field === "orgUnitPath") {
    // With all the units below it.
    const below = value.endsWith("/") ? value : `${value}/`;
    return ({ orgUnitPath }) => orgUnitPath === value || orgUnitPath.startsWith(below);
  }
  const fact = Object.hasOwn(facts, field) ? facts[field] : undefined;
  const isTrue = value.toLowerCase() === "true";
  if (!fact || (!isTrue && value.toLowerCase() !== "false")) return null;
  return (user) => fact(user) === isTrue;
};
