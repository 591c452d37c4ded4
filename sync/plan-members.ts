import type { SyncChangeBody } from "../src/model/sync-change.ts";
import type { HeldGroup } from "../src/queries/held.ts";
import { type Draft, type PlanInput, phases } from "./draft.ts";
import type { FlatGroup } from "./flatten.ts";
import type { InPieces } from "./in-pieces.ts";
import type { Person } from "./people.ts";
import type { GroupPlan, SyncedGroup } from "./plan-groups.ts";

/** Who the memberships are compared of: people in scope and active who are here or about to be, by the directory's ids. */
export type Live = ReadonlyMap<string, Person>;

/** People who come into one group alike: directly or not, and of those in it already, how they were. */
export interface Joining {
  group: SyncedGroup;
  direct: boolean;
  was: boolean | undefined;
  people: Person[];
}

/** What to do about memberships. Who joins is kept apart and short: in a first run there may be a million. */
export interface MemberPlan {
  drafts: Draft[];
  joining: Joining[];
}

/**
 * What to do about memberships, flattened (rule 6.4). Only those of people who are live are compared: who leaves keeps groups for
 * the day of return (rule 5.1), and who is disputed, skipped or ignored is not touched at all.
 */
export function* planMembers(input: PlanInput, { synced, isIgnored, doubt }: GroupPlan, live: Live): InPieces<MemberPlan> {
  const plan: MemberPlan = { drafts: [], joining: [] };
  let compared = 0;
  for (const group of synced.values()) {
    const flat = input.flat.get(group.id);
    if (!flat) continue;
    const members = input.held.members.of(group.held?.id ?? "");
    const { joining, staying } = planJoining(input, group, flat, members, live);
    plan.joining.push(...joining);
    if (staying < members.size) for (const draft of planLeaving(input, group, flat, members, live)) plan.drafts.push(draft);
    if (flat.external > 0) plan.drafts.push(reportExternal(group, flat.external));
    compared += flat.userIds.size + members.size;
    if (compared < 10_000) continue;
    compared = 0;
    yield;
  }
  const listed = new Map(input.snapshot.groups.items.map((group) => [group.id, group]));
  for (const held of input.held.groups.values()) {
    const id = held.externalId ?? "";
    // Out of scope: nothing was read of its members, and nothing needs to be.
    if (!synced.has(id) && listed.has(id) && !input.flat.has(id) && !isIgnored(held.email, listed.get(id)?.email))
      for (const draft of planEmptying(input, held, live, doubt)) plan.drafts.push(draft);
  }
  return plan;
}

/** Who is in a group here, and whether directly. */
type Members = ReadonlyMap<string, boolean>;

/** Who joins, and how many of those in the group stay. */
function planJoining(
  { held }: PlanInput,
  group: SyncedGroup,
  flat: FlatGroup,
  members: Members,
  live: Live,
): { joining: Joining[]; staying: number } {
  const joining: Joining[] = [];
  let staying = 0;
  for (const id of flat.userIds) {
    const person = live.get(id);
    if (!person) continue;
    const direct = flat.direct === flat.userIds || flat.direct.has(id);
    const was = members.size > 0 ? members.get(held.users.get(id)?.id ?? "") : undefined;
    if (was !== undefined) staying++;
    if (was === direct) continue;
    const alike = joining.find((one) => one.direct === direct && one.was === was);
    if (alike) alike.people.push(person);
    else joining.push({ group, direct, was, people: [person] });
  }
  return { joining, staying };
}

/** The changes that people who join alike make, without those who do not come after all. */
export function* joiningBodies(
  { held }: PlanInput,
  joining: readonly Joining[],
  absent: ReadonlySet<string>,
): Generator<SyncChangeBody> {
  for (const { group, direct, was, people } of joining)
    for (const { id, email } of people) {
      if (absent.has(id)) continue;
      const body = bodyOf("MEMBER_ADD", group, email, held.users.get(id)?.id ?? null, id);
      // Not spread into another: V8 keeps what comes of that in its old space, and a million of them took 300 MB.
      body.direct = direct;
      if (was !== undefined) body.changes.push({ field: "direct", from: String(was), to: String(direct) });
      yield body;
    }
}

function planLeaving({ held }: PlanInput, group: SyncedGroup, flat: FlatGroup, members: Members, live: Live): Draft[] {
  const drafts: Draft[] = [];
  const unproven = flat.complete ? undefined : `The members of ${group.name} were not completely listed.`;
  for (const userId of members.keys()) {
    const user = held.usersById.get(userId);
    const id = user?.externalId ?? "";
    if (!user || !live.has(id) || !held.users.has(id) || flat.userIds.has(id)) continue;
    const body: SyncChangeBody = { ...bodyOf("MEMBER_REMOVE", group, user.email, user.id, id), proof: "NO_MEMBER" };
    drafts.push({ phase: phases.membersOut, status: "PLANNED", body, unproven });
  }
  return drafts;
}

function planEmptying({ held }: PlanInput, group: HeldGroup, live: Live, doubt: string | null): Draft[] {
  const members = [...held.members.of(group.id).keys()].flatMap((userId) => held.usersById.get(userId) ?? []);
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
