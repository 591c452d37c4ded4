import { isExternalId } from "../src/model/external-id.ts";
import { cleanText, nameKey } from "../src/model/name-key.ts";
import type { SyncChangeBody } from "../src/model/sync-change.ts";
import type { HeldGroup } from "../src/queries/held.ts";
import { type Draft, differences, type PlanInput, phases, unkeptId } from "./draft.ts";
import { changedParts, fingerprintOf } from "./fingerprint.ts";
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
  isIgnored(email: string): boolean;
}

/** What to do about groups: which come, which change, which are gone, and which are inside which (S3, S7). */
export function planGroups(input: PlanInput, scope: GroupScope): GroupPlan {
  const { held, snapshot, settings, directoryId } = input;
  const isIgnored = settings.ignore.length > 0 ? addressMatcher(settings.ignore) : () => false;
  const listed = snapshot.groups.items.filter((group) => scope.hasGroup(group.id) && !isIgnored(group.email));
  const byId = new Map(listed.map((group) => [group.id, group]));
  const drafts: Draft[] = [];
  const synced = new Map<string, SyncedGroup>();
  const names = new Set<string>();
  // Those we hold keep their names against newcomers; otherwise the older id does, in every run alike.
  for (const group of [...listed].sort((one, other) => order(one, input) - order(other, input) || (one.id < other.id ? -1 : 1))) {
    const known = held.groups.get(group.id) ?? null;
    if (!known && !isExternalId(group.id)) {
      const body = { ...bodyOf("GROUP_CREATE", group, null, plainName(group)), failure: unkeptId };
      drafts.push({ phase: phases.reports, status: "SKIPPED", body });
      continue;
    }
    const name = nameFor(group, names, byId, input);
    names.add(nameKey(name));
    const namesake = held.groupsByName.get(nameKey(name));
    const isForeign = namesake !== undefined && namesake.directoryId !== directoryId;
    const body = {
      ...bodyOf(known ? "GROUP_UPDATE" : "GROUP_CREATE", group, known, name),
      fingerprint: fingerprintOf(describe(group, name)),
    };
    const draft = { ...body, changes: changesOf(known, body.fingerprint, describe(group, name)) };
    if (isForeign) {
      const failure = "There is a group of this name here that the directory does not own.";
      drafts.push({ phase: phases.reports, status: "DISPUTED", body: { ...draft, failure, candidateIds: [namesake.id] } });
      if (known) synced.set(group.id, { id: group.id, name: known.name, held: known });
      continue;
    }
    if (!known || known.fingerprint !== body.fingerprint) drafts.push({ phase: phases.groupsIn, status: "PLANNED", body: draft });
    synced.set(group.id, { id: group.id, name, held: known });
  }
  drafts.push(...planNestings(input, synced), ...planGone(input, isIgnored));
  return { drafts, synced, isIgnored };
}

function order(group: DirectoryGroup, { held }: PlanInput): number {
  return held.groups.has(group.id) ? 0 : 1;
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
  taken: ReadonlySet<string>,
  listed: ReadonlyMap<string, DirectoryGroup>,
  { held, directoryId }: PlanInput,
): string {
  const plain = plainName(group);
  const key = nameKey(plain);
  const namesake = held.groupsByName.get(key);
  const isAnother = namesake?.directoryId === directoryId && namesake.externalId !== group.id;
  const next = listed.get(namesake?.externalId ?? "");
  // A name that is given up in this very run is free: names that change places do so in one transaction.
  const stays = isAnother && (!next || nameKey(plainName(next)) === key);
  if (!taken.has(key) && !stays) return plain;
  const suffix = ` (${cut(group.email.toLowerCase(), longestName - 10)})`;
  return `${cut(plain, longestName - suffix.length)}${suffix}`;
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
  return differences(
    ["name", "description", "email"].map(
      (field, at) => [field, before[at] ?? null, changed[at] ? (now[at] ?? null) : (before[at] ?? null)] as const,
    ),
  );
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
function planGone({ snapshot, held }: PlanInput, isIgnored: (email: string) => boolean): Draft[] {
  const listed = new Set(snapshot.groups.items.map((group) => group.id));
  const { state, reason } = snapshot.groups;
  const unproven = state === "complete" ? undefined : `The list of groups was not complete. ${reason ?? ""}`.trim();
  return [...held.groups.values()]
    .filter((group) => !listed.has(group.externalId ?? "") && !isIgnored(group.email ?? ""))
    .map((group) => {
      const body: SyncChangeBody = {
        ...bodyOf("GROUP_DELETE", { id: group.externalId ?? "" }, group, group.name),
        proof: "ABSENT",
      };
      return { phase: phases.groupsOut, status: "PLANNED", body, unproven };
    });
}
