import { isExternalId } from "../src/model/external-id.ts";
import { cleanText, nameKey } from "../src/model/name-key.ts";
import type { SyncChangeBody } from "../src/model/sync-change.ts";

import type { Held, HeldGroup } from "../src/queries/held.ts";
import { type Draft, differences, type PlanInput, phases, unkeptId } from "./draft.ts";

import { changedParts, fingerprintOf } from "./fingerprint.ts";
import { planOutOfScope, planReturn } from "./plan-out-of-scope.ts";
import { addressMatcher, type GroupScope } from "./scope.ts";
import type { DirectoryGroup } from "./snapshot.ts";

/** A group of the directory that is, or is about to be, a group here. */
export interface SyncedGroup {
  id: string;
  name: string;
  held: HeldGroup | null;
}

export interface GroupPlan {
  drafts: Draft[];
  /** Those whose members are compared, by the directory's ids. Disputed ones are not among them. */
  synced: Map<string, SyncedGroup>;
  /** By the address that a group has in the directory, or that it has here (S15). */
  isIgnored(...emails: (string | null | undefined)[]): boolean;
  /** Why it is not certain that a group is out of scope; null when it is. */
  doubt: string | null;
}

/** What to do about groups: which come, which change, which are gone, and which are inside which (S3, S7). */
export function planGroups(input: PlanInput, scope: GroupScope): GroupPlan {
  const { held, snapshot, directoryId } = input;
  const isIgnored = ignores(input);
  const listed = snapshot.groups.items.filter(
    ({ id, email }) => scope.hasGroup(id) && !isIgnored(email, held.groups.get(id)?.email),
  );
  const gone = findGone(input, isIgnored);
  const drafts: Draft[] = [];
  const synced = new Map<string, SyncedGroup>();
  const names = nameGroups(listed, input);
  const lasting = gone.length > 0 ? nameGroups(listed, { ...input, held: heldWithout(gone, held) }) : names;
  for (const [group, name] of names) {
    const known = held.groups.get(group.id) ?? null;
    if (!known && !isExternalId(group.id)) {
      const body = { ...bodyOf("GROUP_CREATE", group, null, plainName(group)), failure: unkeptId };
      drafts.push({ phase: phases.reports, status: "SKIPPED", body });
      continue;
    }
    const namesake = held.groupsByName.get(nameKey(name));
    const isForeign = namesake !== undefined && namesake.directoryId !== directoryId;
    const body = {
      ...bodyOf(known ? "GROUP_UPDATE" : "GROUP_CREATE", group, known, name),
      fingerprint: fingerprintOf(describe(group, name)),
    };
    const draft = { ...body, changes: changesOf(known, body.fingerprint, describe(group, name)) };
    if (isForeign) {
      const failure = "There is a group of this name here that the directory does not own.";
      const action = known ? "GROUP_UPDATE" : namesake.directoryId === null ? "GROUP_ADOPT" : "GROUP_CREATE";
      const body: SyncChangeBody = { ...draft, action, failure, candidateIds: [namesake.id] };
      drafts.push({ phase: phases.reports, status: "DISPUTED", body });
      if (known) synced.set(group.id, { id: group.id, name: known.name, held: known });
      if (known?.outOfScopeSince) drafts.push(planReturn(known));
      continue;
    }
    if (!known || known.fingerprint !== body.fingerprint || known.outOfScopeSince)
      drafts.push({ phase: phases.groupsIn, status: "PLANNED", body: draft });
    synced.set(group.id, { id: group.id, name, held: known });
    drafts.push(...planFreedName(group, { known, name, lasting: lasting.get(group) ?? name }, input));
  }
  drafts.push(...planNestings(input, synced), ...planGone(input, gone), ...planOutOfScope(input, scope, isIgnored));
  return { drafts, synced, isIgnored, doubt: scope.doubt };
}

/** Groups as they are here: nothing of them changes but who is in them. */
export function takeGroups(input: PlanInput, scope: GroupScope): GroupPlan {
  const isIgnored = ignores(input);
  const here = [...input.held.groups].filter(([, { email }]) => !isIgnored(email));
  const synced = new Map(here.map(([id, held]) => [id, { id, name: held.name, held }]));
  return { drafts: [], synced, isIgnored, doubt: scope.doubt };
}

function ignores({ settings }: PlanInput): GroupPlan["isIgnored"] {
  const matches = settings.ignore.length > 0 ? addressMatcher(settings.ignore) : () => false;
  return (...emails) => emails.some((email) => email && matches(email));
}

/** What each group is to be called here. Whoever has its name keeps it against all others; otherwise the older id has it, in every run alike. */
function nameGroups(listed: readonly DirectoryGroup[], input: PlanInput): Map<DirectoryGroup, string> {
  const { held, directoryId } = input;
  const byId = new Map(listed.map((group) => [group.id, group]));
  const sorted = [...listed].sort((one, other) => order(one, input) - order(other, input) || (one.id < other.id ? -1 : 1));
  /** The names of groups that cannot have another one, because somebody else's group has it. */
  const kept = new Set<string>();
  for (;;) {
    const taken = new Set<string>();
    const names = new Map<DirectoryGroup, string>();
    const before = kept.size;
    for (const group of sorted) {
      const name = nameFor(group, { taken, kept, byId }, input);
      const known = held.groups.get(group.id);
      const namesake = held.groupsByName.get(nameKey(name));
      if (known && namesake && namesake.directoryId !== directoryId) kept.add(known.nameKey);
      taken.add(nameKey(name));
      names.set(group, name);
    }
    if (kept.size === before) return names;
  }
}

function order(group: DirectoryGroup, { held }: PlanInput): number {
  return held.groups.get(group.id)?.nameKey === nameKey(plainName(group)) ? 0 : 1;
}

/** The longest name that a group here may have. */
const longestName = 100;

/** What the directory calls a group, as far as it can be a name here. */
function plainName({ name, email }: DirectoryGroup): string {
  const cleaned = cleanText(name, { max: 1000 });
  return cut("text" in cleaned && cleaned.text !== "" ? cleaned.text : email.toLowerCase(), longestName);
}

/** Two groups of one name, or of that of a group about to go: the second is called `<name> (<email>)`. */
function nameFor(
  group: DirectoryGroup,
  { taken, kept, byId }: { taken: ReadonlySet<string>; kept: ReadonlySet<string>; byId: ReadonlyMap<string, DirectoryGroup> },
  { held, directoryId }: PlanInput,
): string {
  const plain = plainName(group);
  const isFree = (name: string) => {
    const key = nameKey(name);
    const namesake = held.groupsByName.get(key);
    const isAnother = namesake?.directoryId === directoryId && namesake.externalId !== group.id;
    const next = byId.get(namesake?.externalId ?? "");
    // A name that is given up in this very run is free: names that change places do so in one transaction.
    const stays = isAnother && (!next || nameKey(plainName(next)) === key || kept.has(key));
    return !taken.has(key) && !stays;
  };
  let name = plain;
  for (let n = 1; !isFree(name); n++) {
    const suffix = ` (${cut(group.email.toLowerCase(), longestName - 10)})${n > 1 ? ` ${n}` : ""}`;
    name = `${cut(plain, longestName - suffix.length)}${suffix}`;
  }
  return name;
}

/** Who comes by the name of a group that goes in this very run has it once that one is gone. */
function planFreedName(
  group: DirectoryGroup,
  { known, name, lasting }: { known: HeldGroup | null; name: string; lasting: string },
  { held }: PlanInput,
): Draft[] {
  if (name === lasting) return [];
  const body = { ...bodyOf("GROUP_UPDATE", group, known, name), fingerprint: fingerprintOf(describe(group, lasting)) };
  const changes = differences([["name", name, lasting]]);
  const after = held.groupsByName.get(nameKey(lasting))?.id;
  return [{ phase: phases.namesFreed, status: "PLANNED", body: { ...body, changes }, after }];
}

/** What is held once these groups are gone. */
function heldWithout(gone: readonly HeldGroup[], held: Held): Held {
  const groupsByName = new Map(held.groupsByName);
  for (const { nameKey: key } of gone) groupsByName.delete(key);
  return { ...held, groupsByName };
}

function cut(text: string, length: number): string {
  return [...text].slice(0, length).join("").trim();
}

function describe(group: DirectoryGroup, name: string): (string | null)[] {
  const description = cleanText(group.description ?? "", { max: 1000, lines: true });
  return [name, "text" in description && description.text !== "" ? description.text : null, group.email.toLowerCase()];
}

function changesOf(known: HeldGroup | null, fingerprint: string, now: (string | null)[]) {
  const before = known ? [known.name, known.description, known.email] : [null, null, null];
  const changed = changedParts(known?.fingerprint ?? null, fingerprint);
  const said = ["name", "description", "email"].map(
    (field, at) => [field, before[at] ?? null, changed[at] ? (now[at] ?? null) : (before[at] ?? null)] as const,
  );
  return differences([...said, ["outOfScopeSince", known?.outOfScopeSince ?? null, null]]);
}

function bodyOf(action: SyncChangeBody["action"], group: { id: string }, known: HeldGroup | null, name: string): SyncChangeBody {
  return {
    action,
    subjectType: "Group",
    subjectId: known?.id ?? null,
    subjectLabel: known?.name ?? name,
    externalId: group.id,
    changes: [],
  };
}

/** Nestings follow the groups, so that both ends are there. What an incomplete list does not name stays. */
function planNestings({ snapshot, held }: PlanInput, synced: ReadonlyMap<string, SyncedGroup>): Draft[] {
  const externalIds = new Map([...held.groups.values()].map((group) => [group.id, group.externalId ?? ""]));
  const drafts: Draft[] = [];
  for (const { id, name, held: known } of synced.values()) {
    const listing = snapshot.members.get(id);
    const inside = new Set(
      (listing?.items ?? []).flatMap((member) =>
        member.type === "GROUP" && member.id && synced.has(member.id) ? member.id : [],
      ),
    );
    const before = new Set([...(held.nestings.get(known?.id ?? "") ?? [])].map((childId) => externalIds.get(childId) ?? ""));
    if (listing?.state !== "complete") for (const child of before) if (synced.has(child)) inside.add(child);
    if (inside.size === before.size && [...inside].every((child) => before.has(child))) continue;
    const named = (ids: Iterable<string>) =>
      [...ids]
        .map((child) => synced.get(child)?.name ?? child)
        .sort()
        .join(", ") || null;
    const body = {
      ...bodyOf("GROUP_UPDATE", { id }, known, name),
      changes: differences([["nested", named(before), named(inside)]]),
      nested: [...inside],
    };
    drafts.push({ phase: phases.nestings, status: "PLANNED", body });
  }
  return drafts;
}

/** Groups that we hold and the directory does not list. Those merely out of scope stay, with their grants (S20). */
function findGone({ snapshot, held }: PlanInput, isIgnored: GroupPlan["isIgnored"]): HeldGroup[] {
  const listed = new Set(snapshot.groups.items.map((group) => group.id));
  return [...held.groups.values()].filter((group) => !listed.has(group.externalId ?? "") && !isIgnored(group.email));
}

function planGone({ snapshot }: PlanInput, gone: readonly HeldGroup[]): Draft[] {
  const { state, reason } = snapshot.groups;
  const unproven = state === "complete" ? undefined : `The list of groups was not complete. ${reason ?? ""}`.trim();
  return gone.map((group) => {
    const body: SyncChangeBody = {
      ...bodyOf("GROUP_DELETE", { id: group.externalId ?? "" }, group, group.name),
      proof: "ABSENT",
    };
    return { phase: phases.groupsOut, status: "PLANNED", body, unproven };
  });
}
