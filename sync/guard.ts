import type { DirectorySettings } from "../src/model/directory-settings.ts";
import type { Held } from "../src/queries/held.ts";
import { type Draft, isRemoval, type PlanInput, takesAway } from "./draft.ts";

/** What removals are counted by. */
export type RemovalKind = "users" | "groups" | "memberships";

/** A group of so many that would lose everyone waits for a person, whatever the settings allow. */
const alwaysHeldFrom = 5;

/** The memberships of a group larger than this are also limited by themselves. */
const limitedByItselfAbove = 20;

/** The kind that a change's removal belongs to. */
export function kindOf({ action }: { action: Draft["body"]["action"] }): RemovalKind {
  return action === "MEMBER_REMOVE" ? "memberships" : action === "GROUP_DELETE" ? "groups" : "users";
}

/**
 * Holds every removal that a run may not make without a person (S12, S13): those that rest on an incomplete list, all of a kind that
 * are more than the limit, and a group's that would lose everyone. Holds more, never less; everything else goes its way.
 */
export function guardRemovals(drafts: readonly Draft[], { held, settings }: PlanInput, live = liveOf(held)): Draft[] {
  const removals = drafts.filter(isRemoval);
  const reasons = new Map<Draft, string>();
  const hold = (draft: Draft, reason: string) => reasons.set(draft, reasons.get(draft) ?? draft.body.failure ?? reason);

  for (const draft of removals) if (draft.unproven) hold(draft, draft.unproven);
  for (const kind of ["users", "groups", "memberships"] as const) {
    const ofKind = removals.filter((draft) => kindOf(draft.body) === kind && takesAway(draft));
    const allowed = limitOf(live[kind], settings);
    if (ofKind.length <= allowed) continue;
    for (const draft of ofKind)
      hold(draft, `This run would remove ${ofKind.length} of ${live[kind]} ${kind}; without approval it may remove ${allowed}.`);
  }
  for (const [groupId, leaving] of byGroup(removals)) {
    const size = held.members.get(groupId)?.size ?? 0;
    const name = leaving[0]?.body.groupLabel ?? leaving[0]?.body.subjectLabel ?? groupId;
    const isGone = leaving.some(({ body }) => body.action === "GROUP_DELETE");
    const losing = isGone ? size : leaving.length;
    const allowed = limitOf(size, settings);
    if (size >= alwaysHeldFrom && losing >= size)
      for (const draft of leaving) hold(draft, `The group ${name} would lose all of its ${size} members.`);
    else if (size > limitedByItselfAbove && losing > allowed)
      for (const draft of leaving)
        hold(draft, `The group ${name} would lose ${losing} of its ${size} members; without approval it may lose ${allowed}.`);
  }
  const guarded = drafts.map((draft): Draft => {
    const failure = reasons.get(draft);
    return failure === undefined ? draft : { ...draft, status: "HELD", body: { ...draft.body, failure } };
  });
  return disputeFollowers(holdFreedNames(guarded));
}

/** What is held and can be removed, by kind. */
export function liveOf(held: Held): Record<RemovalKind, number> {
  return {
    users: [...held.users.values()].filter((user) => user.status !== "DEACTIVATED").length,
    groups: held.groups.size,
    memberships: [...held.members.values()].reduce((sum, members) => sum + members.size, 0),
  };
}

/** Whoever comes by the name of a group that stays for now waits with its removal. */
function holdFreedNames(drafts: Draft[]): Draft[] {
  const staying = new Map(
    drafts
      .filter(({ status, body }) => status === "HELD" && body.action === "GROUP_DELETE")
      .map(({ body }) => [body.subjectId, body.failure]),
  );
  return drafts.map((draft) =>
    draft.status === "PLANNED" && draft.after && staying.has(draft.after)
      ? { ...draft, status: "HELD", body: { ...draft.body, failure: staying.get(draft.after) } }
      : draft,
  );
}

function limitOf(live: number, { maxRemovalPercent, maxRemovals }: DirectorySettings): number {
  return Math.max(maxRemovals, Math.floor((live * maxRemovalPercent) / 100));
}

function byGroup(removals: readonly Draft[]): Map<string, Draft[]> {
  const groups = new Map<string, Draft[]>();
  for (const draft of removals) {
    const { action, groupId, subjectId } = draft.body;
    const id = action === "MEMBER_REMOVE" ? groupId : action === "GROUP_DELETE" ? subjectId : null;
    if (!id) continue;
    const leaving = groups.get(id);
    if (leaving) leaving.push(draft);
    else groups.set(id, [draft]);
  }
  return groups;
}

/** Rule 1.1b: who waits for an address that is not given up after all is disputed, until it is; and so is who waits for them. */
function disputeFollowers(drafts: Draft[]): Draft[] {
  /** Who keeps an address, and whether only until a person approves. */
  const stuck = new Map(drafts.filter(keepsAddress).map(({ status, body }) => [body.subjectId, status === "HELD"]));
  if (stuck.size === 0) return drafts;
  for (let before = -1; before < stuck.size; ) {
    before = stuck.size;
    for (const { after, body } of drafts) {
      const isHeld = after === undefined ? undefined : stuck.get(after);
      if (isHeld !== undefined && body.subjectId && !stuck.has(body.subjectId)) stuck.set(body.subjectId, isHeld);
    }
  }
  return drafts.map((draft) => {
    const isHeld = draft.after === undefined ? undefined : stuck.get(draft.after);
    if (!draft.after || draft.status !== "PLANNED" || isHeld === undefined) return draft;
    const failure = `The address still belongs to somebody else here${isHeld ? ", until that change is approved" : ""}.`;
    return { ...draft, status: "DISPUTED", body: { ...draft.body, failure, candidateIds: [draft.after] } };
  });
}

/** A change of a user's address that will not be made. */
function keepsAddress({ status, body }: Draft): boolean {
  return status !== "PLANNED" && body.subjectType === "User" && body.changes.some(({ field }) => field === "email");
}
