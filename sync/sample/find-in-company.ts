import type { Company, SampleGroup, SampleMember, SampleUser } from "./company.ts";

/** Where each id stood in a list when it was last searched. */
const positions = new WeakMap<object, Map<string, number>>();

/** The item of an id. The list may have changed since the last search in it: a position is checked before it is believed. */
export function findById<T extends { id: string }>(items: T[], id: string): T | undefined {
  const known = items[positions.get(items)?.get(id) ?? -1];
  if (known?.id === id) return known;
  const found = new Map(items.map((item, at) => [item.id, at]));
  positions.set(items, found);
  return items[found.get(id) ?? -1];
}

/** The living user of an id, a primary address or an alias. */
export function findUser(company: Company, key: string): SampleUser | undefined {
  const { users } = company;
  if (!key.includes("@")) {
    const user = findById(users, key);
    return user?.deletionTime === null ? user : undefined;
  }
  const isKey = sameEmailAs(inParentDomain(company, key));
  return users.find((user) => user.deletionTime === null && (isKey(user.primaryEmail) || user.aliases.some(isKey)));
}

/** The group of an id, an address or an alias. */
export function findGroup(company: Company, key: string): SampleGroup | undefined {
  if (!key.includes("@")) return findById(company.groups, key);
  const isKey = sameEmailAs(inParentDomain(company, key));
  return company.groups.find((group) => isKey(group.email) || group.aliases.some(isKey));
}

/** What a key stands for as a member: a user or a group of the company, the whole customer, or an address from outside. */
export function memberFor(company: Company, key: string): Omit<SampleMember, "role"> {
  const user = findUser(company, key);
  if (user) return { id: user.id, type: "USER" };
  if (key === company.customerId) return { id: key, type: "CUSTOMER" };
  const group = findGroup(company, key);
  return group ? { id: group.id, type: "GROUP" } : { email: key, type: "USER" };
}

/** True of the members that a key names. */
export function isNamed(company: Company, key: string): (member: SampleMember) => boolean {
  const { id, email } = memberFor(company, key);
  const isEmail = sameEmailAs(email ?? "");
  return (member) =>
    id === undefined ? member.id === key || (member.email !== undefined && isEmail(member.email)) : member.id === id;
}

/** The address in the domain of its own that an address in an alias of that domain stands for. */
function inParentDomain({ domains }: Company, email: string): string {
  const domain = domainOf(email);
  const parent = domains.find(({ aliases = [] }) => aliases.includes(domain));
  return parent ? `${email.slice(0, email.lastIndexOf("@"))}@${parent.domainName}` : email;
}

/** True of an address of the company's own domains and their aliases. */
export function isInside({ domains }: Company, email: string): boolean {
  const domain = domainOf(email);
  return domains.some(({ domainName, aliases = [] }) => domainName === domain || aliases.includes(domain));
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1).toLowerCase();
}

/** Addresses are compared without regard to case, as Google does. */
export function sameEmailAs(key: string): (email: string) => boolean {
  const wanted = key.toLowerCase();
  return (email) => email.length === wanted.length && email.toLowerCase() === wanted;
}
