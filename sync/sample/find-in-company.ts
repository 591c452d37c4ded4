import type { Company, SampleGroup, SampleUser } from "./company.ts";

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
export function findUser({ users }: Company, key: string): SampleUser | undefined {
  if (!key.includes("@")) {
    const user = findById(users, key);
    return user?.deletionTime === null ? user : undefined;
  }
  const isKey = sameEmailAs(key);
  return users.find((user) => user.deletionTime === null && (isKey(user.primaryEmail) || user.aliases.some(isKey)));
}

/** The group of an id or an address. */
export function findGroup({ groups }: Company, key: string): SampleGroup | undefined {
  if (!key.includes("@")) return findById(groups, key);
  const isKey = sameEmailAs(key);
  return groups.find((group) => isKey(group.email));
}

/** True of an address of the company's own domains. */
export function isInside({ domains }: Company, email: string): boolean {
  const domain = domainOf(email);
  return domains.some(({ domainName }) => domainName === domain);
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1).toLowerCase();
}

/** Addresses are compared without regard to case, as Google does. */
export function sameEmailAs(key: string): (email: string) => boolean {
  const wanted = key.toLowerCase();
  return (email) => email.length === wanted.length && email.toLowerCase() === wanted;
}
