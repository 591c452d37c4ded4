import type { Company, SampleGroup, SampleUser } from "../../../sync/sample/company.ts";
import type { StorySettings } from "./steps.ts";

/** What is true at Google, by the settings of a site: written from the rules, and not with what the planner is made of. */
export interface Truth {
  settings: StorySettings;
  /** Everybody who is not deleted, by id. */
  living: Map<string, SampleUser>;
  groups: Map<string, SampleGroup>;
  /** IN, OUT of scope, never brought (SKIPPED), or left alone by the settings (IGNORED). */
  standingOf(user: SampleUser): "IN" | "OUT" | "SKIPPED" | "IGNORED";
  isActive(user: SampleUser): boolean;
  /** The one group that the settings name is gone: nothing can say then who is in scope, and nobody is taken for out of it. */
  isScopeLost: boolean;
  isIgnored(email: string): boolean;
  /** Everybody in a group, at any depth. */
  peopleIn(group: SampleGroup): ReadonlySet<string>;
  isDirect(group: SampleGroup, userId: string): boolean;
  /** The group is read: everyone's are, or it is the one that the settings name, or within it. */
  isInScope(group: SampleGroup): boolean;
}

export function readTruth(company: Company, domain: string, settings: StorySettings): Truth {
  const living = new Map(company.users.filter(({ deletionTime }) => deletionTime === null).map((user) => [user.id, user]));
  const groups = new Map(company.groups.map((group) => [group.id, group]));
  const hasEveryone = ({ members }: SampleGroup) => members.some(({ type }) => type === "CUSTOMER");
  const reached = (group: SampleGroup, known = new Set<SampleGroup>()): Set<SampleGroup> => {
    if (known.has(group)) return known;
    known.add(group);
    for (const { type, id } of group.members) {
      const inner = type === "GROUP" ? groups.get(id ?? "") : undefined;
      if (inner) reached(inner, known);
    }
    return known;
  };
  const peopleIn = (group: SampleGroup) => {
    const all = [...reached(group)];
    if (all.some(hasEveryone)) return new Set(living.keys());
    return new Set(all.flatMap(({ members }) => members.flatMap(({ id, type }) => (type === "USER" && id ? id : []))));
  };
  const root = company.groups.find(({ email }) => email === `g0@${domain}`);
  const isEveryone = settings.scope === "EVERYONE";
  const inScope = new Set(root ? reached(root) : []);
  const invited = new Set(root ? peopleIn(root) : []);
  const isIgnored = (email: string) => settings.ignores && /^(p2|g1)@/.test(email);
  return {
    settings,
    living,
    groups,
    isIgnored,
    isScopeLost: !isEveryone && !root,
    standingOf({ id, primaryEmail, isGuestUser, orgUnitPath }) {
      if (isIgnored(primaryEmail)) return "IGNORED";
      if (isGuestUser || !primaryEmail.endsWith(`@${domain}`)) return "SKIPPED";
      if (settings.oneUnit && orgUnitPath !== "/Staff" && !orgUnitPath.startsWith("/Staff/")) return "OUT";
      return isEveryone || invited.has(id) ? "IN" : "OUT";
    },
    isActive: ({ suspended, archived }) => !suspended && !archived,
    peopleIn,
    isDirect: (group, userId) => hasEveryone(group) || group.members.some(({ type, id }) => type === "USER" && id === userId),
    isInScope: (group) => isEveryone || inScope.has(group),
  };
}
