import type { Company, SampleUser } from "./company.ts";
import { domainOf, sameEmailAs } from "./find-in-company.ts";
import { GoogleError } from "./google-error.ts";

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
  const tests = [asked.get("showDeleted") === "true" ? isRemembered(now) : isLiving, ...testsOf(asked.get("query") ?? "")];
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

const isLiving: Test = ({ deletionTime }) => deletionTime === null;

function isRemembered(now: number): Test {
  return ({ deletionTime }) => deletionTime !== null && Date.parse(deletionTime) > now - rememberedMs;
}

/** What each clause of a `query` asks: a part of Google's language. What is not of this part is refused, and never ignored. */
function testsOf(query: string): Test[] {
  const clause = /\s*(\w+)=(?:'((?:[^'\\]|\\.)*)'|(\S+))(?=\s|$)/gy;
  const tests: Test[] = [];
  for (let end = 0; query.slice(end).trim() !== ""; end = clause.lastIndex) {
    const [, name = "", quoted, plain = ""] = clause.exec(query) ?? [];
    const test = testOf(name, quoted?.replace(/\\(.)/g, "$1") ?? plain);
    if (!test) throw new GoogleError("invalid", { message: "Invalid Input: query", parameter: "query" });
    tests.push(test);
  }
  return tests;
}

function testOf(name: string, value: string): Test | null {
  if (name === "email") {
    const isEmail = sameEmailAs(value);
    return ({ primaryEmail, aliases }) => isEmail(primaryEmail) || aliases.some(isEmail);
  }
  if (name === "orgUnitPath") {
    // With all the units below it.
    const below = value.endsWith("/") ? value : `${value}/`;
    return ({ orgUnitPath }) => orgUnitPath === value || orgUnitPath.startsWith(below);
  }
  if (value !== "true" && value !== "false") return null;
  const wanted = value === "true";
  if (name === "isSuspended") return ({ suspended }) => suspended === wanted;
  if (name === "isAdmin") return ({ isAdmin }) => isAdmin === wanted;
  return name === "isGuest" ? ({ isGuestUser }) => isGuestUser === wanted : null;
}
