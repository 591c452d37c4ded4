import type { DirectorySettings } from "../src/model/directory-settings.ts";
import type { FlatGroups } from "./flatten.ts";
import type { Snapshot } from "./snapshot.ts";

/** Which groups a directory brings, and whom through them. */
export interface GroupScope {
  /** In scope `GROUPS`, the ids of the named groups; null where everyone is in scope. */
  rootIds: string[] | null;
  /** Whether somebody is a member of one of them. */
  hasMember(userId: string): boolean;
  hasGroup(groupId: string): boolean;
  /** Why absence from these groups proves nothing; null when it does. */
  doubt: string | null;
}

/** Reads the scope off the settings and off what the directory says of the groups they name. */
export function readScope(snapshot: Snapshot, flat: FlatGroups, settings: DirectorySettings): GroupScope {
  if (settings.scope === "EVERYONE") return { rootIds: null, hasMember: () => true, hasGroup: () => true, doubt: null };
  const idByEmail = new Map(snapshot.groups.items.map((group) => [group.email.toLowerCase(), group.id]));
  const missing = settings.groupEmails.filter((email) => !idByEmail.has(email));
  const rootIds = settings.groupEmails.flatMap((email) => idByEmail.get(email) ?? []);
  const roots = rootIds.map((id) => flat.get(id));
  const isDoubtful = roots.some((root) => !root?.complete);
  const lost =
    missing.length > 0 ? `The directory does not list the group ${missing.join(", ")}, which the settings name.` : null;
  return {
    rootIds,
    hasMember: (userId) => roots.some((root) => root?.userIds.has(userId)),
    // Members are read of groups in scope alone, and of those inside them.
    hasGroup: (groupId) => flat.has(groupId),
    doubt: lost ?? (isDoubtful ? "The members of a group in scope were not completely listed." : null),
  };
}

/** Whether an address matches one of the patterns, in which `*` stands for anything. */
export function addressMatcher(patterns: readonly string[]): (email: string) => boolean {
  const forms = patterns.map((pattern) => new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`, "is"));
  return (email) => forms.some((form) => form.test(email.trim()));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
