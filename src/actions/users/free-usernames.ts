import { nameKey } from "../../model/name-key.ts";
import type { Work } from "../../work/work.ts";

/**
 * A username for each address, made from its local part, that no user of the site has and that differ from each other and from
 * those `given` besides: `ada`, then `ada2`, `ada3`. One question per 100 addresses; the unique index has the last word.
 */
export async function freeUsernames(work: Work, emails: readonly string[], given: readonly string[] = []): Promise<string[]> {
  const wishes = emails.map((email) => email.slice(0, email.lastIndexOf("@")).replace(/\+.*$/, "") || "user");
  const taken = new Set(given.map(nameKey));
  const keys = [...new Set(wishes.map(nameKey))];
  for (let from = 0; from < keys.length; from += 100) {
    const part = keys.slice(from, from + 100);
    const ranges = part.map(() => "(siteId = ? AND usernameKey >= ? AND usernameKey < ?)").join(" OR ");
    const rows = await work.rows<{ taken: string | Buffer }>(
      `SELECT usernameKey AS taken FROM User WHERE ${ranges}`,
      part.flatMap((key) => [work.siteId, key, `${key}:`]), // ":" follows "9": the wish itself and what begins with it and a digit or a sign before
    );
    for (const row of rows) taken.add(String(row.taken));
  }
  return wishes.map((wish) => {
    let name = wish;
    for (let n = 2; taken.has(nameKey(name)); n++) name = `${wish}${n}`;
    taken.add(nameKey(name));
    return name;
  });
}
