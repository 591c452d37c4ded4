import { spellEmail } from "../../model/email.ts";
import { type ContentKind, User } from "../../model/entities.ts";
import { compactId } from "../../model/id.ts";
import { nameKey } from "../../model/name-key.ts";
import { Problems } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";

/** Exactly one of these. The id is public. */
export type UserBy = Partial<Record<"id" | "email" | "username" | "externalId", string | null>>;

/** What an application says of one user: how much there is of one kind, or when the user was last active, or both. */
export interface ReportedItem {
  user: UserBy;
  kind?: ContentKind | null;
  /** How much there is now. */
  count?: number | null;
  /** RFC 3339. */
  lastActiveAt?: string | null;
}

export interface ContentReport {
  applicationKey: string;
  items: readonly ReportedItem[];
}

/** An item whose every word was read and found good. */
export interface ReadItem {
  user: User;
  kind: ContentKind | null;
  count: number;
  lastActiveAt: string | null;
}

/** How far the clock of an application may be ahead of ours. Milliseconds. */
const mostAhead = 300_000;

/** Reads the items of a report, and refuses with everything that is wrong. */
export async function readItems(work: Work, items: readonly ReportedItem[]): Promise<ReadItem[]> {
  const problems = new Problems();
  if (items.length === 0) problems.add("INVALID", "A report has at least one item.", ["input", "items"]);
  const users = await findUsers(
    work,
    items.map(({ user }) => user),
  );
  const seen = new Set<string>();
  const read = items.flatMap((item, index) => {
    const path = ["input", "items", String(index)];
    const { kind, count, lastActiveAt } = readWords(work, item, path, problems);
    const user = users[index];
    if (!user) {
      const [by = "id"] = waysOf(item.user);
      problems.add("NOT_FOUND", "There is no such user on this site.", [...path, "user", by]);
      return [];
    }
    if (kind && seen.has(`${user.id} ${kind}`))
      problems.add("INVALID", `Two items tell how much ${user.email} has of ${kind}.`, [...path, "kind"]);
    seen.add(`${user.id} ${kind}`);
    return { user, kind, count, lastActiveAt };
  });
  problems.refuseIfAny();
  return read;
}

function readWords(work: Work, item: ReportedItem, path: string[], problems: Problems): Omit<ReadItem, "user"> {
  const { kind = null, count = null, lastActiveAt = null } = item;
  if (kind === null && count === null && lastActiveAt === null)
    problems.add("INVALID", "An item tells how much there is of a kind, or when the user was last active.", path);
  if (kind !== null && count === null) problems.add("INVALID", "Tell how much there is of this kind.", [...path, "count"]);
  if (kind === null && count !== null) problems.add("INVALID", "Tell of which kind this is.", [...path, "kind"]);
  if (count !== null && count < 0) problems.add("INVALID", "There is nothing, or more.", [...path, "count"]);
  const ahead = lastActiveAt === null ? 0 : Date.parse(lastActiveAt) - Date.parse(work.now);
  if (ahead > mostAhead) problems.add("INVALID", "This moment is still to come.", [...path, "lastActiveAt"]);
  const moment = lastActiveAt === null ? null : ahead > 0 ? work.now : new Date(lastActiveAt).toISOString();
  return { kind, count: count ?? 0, lastActiveAt: moment };
}

/** The columns by which users are found, and how what is given is spelled there. Null is nobody's. */
const ways = {
  id: { column: "id", spell: (id: string) => compactId("User", id) },
  email: { column: "emailKey", spell: spelledEmail },
  username: { column: "usernameKey", spell: nameKey },
  externalId: { column: "externalId", spell: (id: string) => id },
} as const;
type Way = keyof typeof ways;

function spelledEmail(email: string): string | null {
  const spelled = spellEmail(email);
  return "email" in spelled ? spelled.email : null;
}

function waysOf(by: UserBy): Way[] {
  return (Object.keys(ways) as Way[]).filter((way) => typeof by[way] === "string"); // as: the keys of `ways`
}

/** Whom each of these names; undefined for nobody. One question for each way of naming, and 500 users. */
async function findUsers(work: Work, named: readonly UserBy[]): Promise<(User | undefined)[]> {
  const finders = new Map<Way, (given: string) => User | undefined>();
  for (const way of Object.keys(ways) as Way[]) {
    const { column, spell } = ways[way];
    const keys = named.flatMap((by) => spell(by[way] ?? "") ?? []).filter((key) => key !== "");
    const users = await work.byIds(User, [...new Set(keys)], column);
    // Of two directories' people with the same id there, the first who came is meant, as in `user(by:)`.
    const byKey = new Map(users.sort((a, b) => (a.id < b.id ? 1 : -1)).map((user) => [user[column], user]));
    finders.set(way, (given) => byKey.get(spell(given)));
  }
  return named.map((by) => {
    const [way] = waysOf(by);
    return way && finders.get(way)?.(by[way] ?? "");
  });
}
