import type { SyncChangeBody } from "../src/model/sync-change.ts";
import type { Held, HeldGroup } from "../src/queries/held.ts";
import { type Draft, type PlanInput, phases } from "./draft.ts";
import type { GroupPlan } from "./plan-groups.ts";
import type { GroupScope } from "./scope.ts";

/** Groups that leave the scope keep their grants, empty, for so many days (S20). */
const keptDays = 30;

/**
 * Groups here that the directory has and does not bring: noted from the first run that sees it, and removed when they were out of
 * scope for 30 days on end and nobody is in them. While it is not certain what is in scope, nothing is derived from it.
 */
export function planOutOfScope(input: PlanInput, scope: GroupScope, isIgnored: GroupPlan["isIgnored"]): Draft[] {
  const { snapshot, held, now } = input;
  if (scope.rootIds === null || scope.doubt !== null || snapshot.groups.state !== "complete") return [];
  const listed = new Map(snapshot.groups.items.map((group) => [group.id, group]));
  const longAgo = new Date(Date.parse(now) - keptDays * 86_400_000).toISOString();
  const drafts: Draft[] = [];
  for (const group of held.groups.values()) {
    const id = group.externalId ?? "";
    const since = group.outOfScopeSince;
    if (scope.hasGroup(id) || !listed.has(id) || isIgnored(group.email, listed.get(id)?.email)) continue;
    if (since === null) drafts.push(note(group, now));
    else if (since <= longAgo && isLeftByAll(group, held)) {
      const body = { ...bodyOf("GROUP_DELETE", group, since, null), proof: "RECORD" as const };
      drafts.push({ phase: phases.groupsOut, status: "PLANNED", body });
    }
  }
  return drafts;
}

/** The end of a group's time out of scope. */
export function planReturn(group: HeldGroup): Draft {
  return note(group, null);
}

function note(group: HeldGroup, since: string | null): Draft {
  return { phase: phases.groupsIn, status: "PLANNED", body: bodyOf("GROUP_UPDATE", group, group.outOfScopeSince, since) };
}

/** Who is deactivated keeps groups for the day of return, and does not keep a group that is not brought. Who was added by hand does. */
function isLeftByAll(group: HeldGroup, { members, usersById }: Held): boolean {
  const synced = [...members.of(group.id).keys()];
  return group.memberCount === synced.length && synced.every((id) => usersById.get(id)?.status === "DEACTIVATED");
}

function bodyOf(action: SyncChangeBody["action"], group: HeldGroup, from: string | null, to: string | null): SyncChangeBody {
  return {
    action,
    subjectType: "Group",
    subjectId: group.id,
    subjectLabel: group.name,
    externalId: group.externalId,
    changes: [{ field: "outOfScopeSince", from, to }],
  };
}
