import type { SyncChangeBody } from "../src/model/sync-change.ts";
import type { HeldGroup } from "../src/queries/held.ts";
import { type Draft, type PlanInput, phases } from "./draft.ts";
import type { FlatGroup } from "./flatten.ts";
import type { Person } from "./people.ts";
import type { GroupPlan, SyncedGroup } from "./plan-groups.ts";

/** Who the memberships are compared of: people in scope and active who are here or about to be, by the directory's ids. */
export type Live = ReadonlyMap<string, Person>;

/**
 * What to do about memberships, flattened (rule 6.4). Only those of people who are live are compared: who leaves keeps groups for
 * the day of return (rule 5.1), and who is disputed, skipped or ignored is not touched at all.
 */
export function planMembers(input: PlanInput, { synced, isIgnored, doubt }: GroupPlan, live: Live): Draft[] {
  const drafts: Draft[] = [];
  for (const group of synced.values()) {
    const flat = input.flat.get(group.id);
    if (!flat) continue;
    drafts.push(...planJoining(input, group, flat, live), ...planLeaving(input, group, flat, live));
    if (flat.external > 0) drafts.push(reportExternal(group, flat.external));
  }
  const listed = new Set(input.snapshot.groups.items.map((group) => group.id));
  for (const held of input.held.groups.values()) {
    const id = held.externalId ?? "";
    // Out of scope: nothing was read of its members, and nothing needs to be.
    if (!synced.has(id) && listed.has(id) && !input.flat.has(id) && !isIgnored(held.email ?? ""))
      drafts.push(...planEmptying(input, held, live, doubt));
  }
  return drafts;
}

function planJoining({ held }: PlanInput, group: SyncedGroup, flat: FlatGroup, live: Live): Draft[] {
  const members = held.members.get(group.held?.id ?? "");
  const drafts: Draft[] = [];
  for (const id of flat.userIds) {
    const person = live.get(id);
    if (!person) continue;
    const user = held.users.get(id);
    const direct = flat.direct.has(id);
    const was = user ? members?.get(user.id) : undefined;
    if (was === direct) continue;
    const changes = was === undefined ? [] : [{ field: "direct", from: String(was), to: String(direct) }];
    drafts.push({
      phase: phases.membersIn,
      status: "PLANNED",
      body: { ...bodyOf("MEMBER_ADD", group, person.email, user?.id ?? null, id), changes, direct },
    });
  }
  return drafts;
}

function planLeaving({ held }: PlanInput, group: SyncedGroup, flat: FlatGroup, live: Live): Draft[] {
  const drafts: Draft[] = [];
  const unproven = flat.complete ? undefined : `The members of ${group.name} were not completely listed.`;
  for (const userId of held.members.get(group.held?.id ?? "")?.keys() ?? []) {
    const user = held.usersById.get(userId);
    const id = user?.externalId ?? "";
    if (!user || !live.has(id) || !held.users.has(id) || flat.userIds.has(id)) continue;
    const body: SyncChangeBody = { ...bodyOf("MEMBER_REMOVE", group, user.email, user.id, id), proof: "NO_MEMBER" };
    drafts.push({ phase: phases.membersOut, status: "PLANNED", body, unproven });
  }
  return drafts;
}

function planEmptying({ held }: PlanInput, group: HeldGroup, live: Live, doubt: string | null): Draft[] {
  const members = [...(held.members.get(group.id)?.keys() ?? [])].flatMap((userId) => held.usersById.get(userId) ?? []);
  const out: SyncedGroup = { id: group.externalId ?? "", name: group.name, held: group };
  return members
    .filter((user) => live.has(user.externalId ?? ""))
    .map((user) => {
      const body: SyncChangeBody = { ...bodyOf("MEMBER_REMOVE", out, user.email, user.id, user.externalId), proof: "RECORD" };
      return { phase: phases.membersOut, status: "PLANNED", body, unproven: doubt ?? undefined };
    });
}

/** External members are nobody here: reported, and never a failure (S3). One line for all of a group. */
function reportExternal(group: SyncedGroup, count: number): Draft {
  const label = count === 1 ? "1 member from outside" : `${count} members from outside`;
  const failure = "Members that the directory does not list as its people are not brought.";
  return { phase: phases.reports, status: "SKIPPED", body: { ...bodyOf("MEMBER_ADD", group, label, null, null), failure } };
}

function bodyOf(
  action: SyncChangeBody["action"],
  group: SyncedGroup,
  label: string,
  subjectId: string | null,
  externalId: string | null,
): SyncChangeBody {
  return {
    action,
    subjectType: "User",
    subjectId,
    subjectLabel: label,
    externalId,
    groupId: group.held?.id ?? null,
    groupLabel: group.name,
    groupExternalId: group.id,
    changes: [],
  };
}
