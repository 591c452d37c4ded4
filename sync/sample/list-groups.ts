import type { Company, SampleGroup } from "./company.ts";
import { domainOf, findGroup, findUser, isNamed } from "./find-in-company.ts";
import { GoogleError } from "./google-error.ts";
import { type ReadClause, readQuery, textTest } from "./query.ts";

/** Google does not look for names by fewer letters. */
const shortestBeginning = 3;

/**
 * The groups that a listing is about, as they were made unless it asks for another order: Google promises none. A `userKey` or
 * `memberKey` is about direct members alone.
 */
export function listGroups(company: Company, asked: URLSearchParams): SampleGroup[] {
  const tests = readQuery(asked.get("query") ?? "", clausesOf(company));
  const memberKeys = asked.get("query")?.match(/\bmemberKey=/g)?.length ?? 0;
  if (memberKeys > 0 && tests.length > 1) throw new GoogleError("invalid", { message: "Invalid Input: query" });
  const domain = asked.get("domain")?.toLowerCase();
  if (domain !== undefined) tests.push(({ email }) => domainOf(email) === domain);
  const userKey = asked.get("userKey");
  if (userKey !== null) tests.push(holds(company, knownKey(company, userKey)));
  const groups = tests.length > 0 ? company.groups.filter((group) => tests.every((test) => test(group))) : company.groups;
  return inOrder(groups, asked);
}

function inOrder(groups: SampleGroup[], asked: URLSearchParams): SampleGroup[] {
  const orderBy = asked.get("orderBy");
  if (orderBy === null) return groups;
  if (orderBy !== "email") throw new GoogleError("invalid", { message: "Invalid Input: orderBy", parameter: "orderBy" });
  const sign = asked.get("sortOrder") === "DESCENDING" ? -1 : 1;
  return groups.toSorted((one, other) => (one.email.toLowerCase() < other.email.toLowerCase() ? -sign : sign));
}

function clausesOf(company: Company): ReadClause<SampleGroup> {
  return (clause) => {
    const { field, how, value } = clause;
    if (field === "memberKey") return how === "is" ? holds(company, value) : null;
    if (how === "has" || (field !== "email" && field !== "name")) return null;
    if (field === "name" && how === "begins" && value.length < shortestBeginning) return null;
    const test = textTest(clause);
    return field === "name" ? ({ name }) => test(name) : ({ email, aliases }) => test(email) || aliases.some(test);
  };
}

function holds(company: Company, key: string): (group: SampleGroup) => boolean {
  const isMember = isNamed(company, key);
  return ({ members }) => members.some(isMember);
}

/** Assumed: that a key which names nobody is not found. */
function knownKey(company: Company, key: string): string {
  if (findUser(company, key) || findGroup(company, key)) return key;
  throw new GoogleError("notFound", { message: "Resource Not Found: userKey" });
}
