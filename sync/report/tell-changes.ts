import type { SyncChangeBody } from "../../src/model/sync-change.ts";
import { counted, harmless } from "./terminal-text.ts";
import { isGoing, isRedirection, type Mood, type NameList, type Told, wordsFor } from "./told-change.ts";

export interface TellOptions {
  mood: Mood;
  /** Everything by person, with every group and every value. */
  all: boolean;
  /** Full names of people that their changes do not tell, by compact id. */
  names: ReadonlyMap<string, string>;
}

/** So many people who do nothing else but join or leave one group are told one by one; more of them by their group. */
const foldedAbove = 10;

interface Person {
  /** With the address, and without. */
  who: string;
  name: string;
  changes: SyncChangeBody[];
  memberships: SyncChangeBody[];
}

const byName = new Intl.Collator("en");

/** Changes in lines, one for each person and one for each group, sorted by name. What comes and what goes are to be told apart. */
export function tellChanges(bodies: readonly SyncChangeBody[], options: TellOptions): { people: Told[]; groups: Told[] } {
  const people = collectPeople(bodies, options.names);
  const folded = options.all ? new Map<string, Person[]>() : foldMemberships(people);
  const sizes = new Map<string, number>();
  for (const body of bodies)
    if (body.action.startsWith("MEMBER")) sizes.set(groupKeyOf(body), (sizes.get(groupKeyOf(body)) ?? 0) + 1);
  return {
    people: sorted(people.flatMap((person) => tellPerson(person, folded, sizes, options) ?? [])),
    groups: sorted(tellGroups(bodies, folded, options)),
  };
}

function sorted(lines: Told[]): Told[] {
  return lines.sort((one, other) => byName.compare(one.who, other.who));
}

function collectPeople(bodies: readonly SyncChangeBody[], names: TellOptions["names"]): Person[] {
  const people = new Map<string, Omit<Person, "who" | "name"> & { label: string; name: string | null }>();
  for (const body of bodies) {
    if (body.subjectType !== "User") continue;
    // Of members from outside nobody knows who they are: each group has its own.
    const key = body.externalId ?? body.subjectId ?? `${body.subjectLabel} ${body.groupExternalId}`;
    const isMembership = body.action.startsWith("MEMBER");
    const person = people.get(key) ?? { changes: [], memberships: [], label: body.subjectLabel, name: null };
    people.set(key, person);
    person.name ??= nameIn(body) ?? names.get(body.subjectId ?? "") ?? null;
    if (!isMembership) person.label = body.subjectLabel;
    (isMembership ? person.memberships : person.changes).push(body);
  }
  return [...people.values()].map(({ name, label, changes, memberships }) => ({
    who: harmless(name && name !== label ? `${name} <${label}>` : label),
    name: harmless(name ?? label),
    changes,
    memberships,
  }));
}

/** The name that a person had before, or has from now on. */
function nameIn({ changes }: SyncChangeBody): string | null {
  const change = changes.find(({ field }) => field === "fullName");
  return change?.from ?? change?.to ?? null;
}

/** Those who do nothing but join or leave a group that many others do as well, by group. */
function foldMemberships(people: readonly Person[]): Map<string, Person[]> {
  const folded = new Map<string, Person[]>();
  for (const person of people) {
    if (person.changes.length > 0) continue;
    for (const body of person.memberships) {
      if (isRedirection(body)) continue;
      const others = folded.get(groupKeyOf(body));
      if (others) others.push(person);
      else folded.set(groupKeyOf(body), [person]);
    }
  }
  for (const [key, others] of folded) if (others.length <= foldedAbove) folded.delete(key);
  return folded;
}

function groupKeyOf({ action, groupExternalId, groupLabel, externalId, subjectLabel }: SyncChangeBody): string {
  return action.startsWith("GROUP") ? (externalId ?? subjectLabel) : (groupExternalId ?? groupLabel ?? "");
}

function tellPerson(
  { who, changes, memberships }: Person,
  folded: ReadonlyMap<string, unknown>,
  sizes: ReadonlyMap<string, number>,
  options: TellOptions,
): Told | null {
  const isFoldedAway = (body: SyncChangeBody) => changes.length === 0 && !isRedirection(body) && folded.has(groupKeyOf(body));
  const told = memberships.filter((body) => !isFoldedAway(body));
  if (changes.length === 0 && told.length === 0) return null;
  const isOutside = memberships.some(({ externalId, subjectId }) => externalId === null && subjectId === null);
  const verb = (does: string) => (isOutside ? "in" : options.mood === "does" ? `${does}s` : `would ${does}`);
  const joins = told.filter((body) => body.action === "MEMBER_ADD" && !isRedirection(body));
  const leaves = told.filter((body) => body.action === "MEMBER_REMOVE");
  const says = [
    ...changes.flatMap((body) => wordsFor(body, options.mood, options.all)),
    ...groupsOf(verb("join"), joins, sizes),
    ...groupsOf(verb("leave"), leaves, sizes),
    ...told.filter(isRedirection).map(redirectionInWords),
  ];
  return { sign: signOf([...changes, ...told]), who, says };
}

function redirectionInWords({ groupLabel = "", direct }: SyncChangeBody): string {
  const name = harmless(groupLabel);
  return direct ? `is in ${name} itself, too` : `is in ${name} only by groups inside it`;
}

/** The groups of a person, the smaller ones first: those say most. */
function groupsOf(lead: string, memberships: readonly SyncChangeBody[], sizes: ReadonlyMap<string, number>): NameList[] {
  if (memberships.length === 0) return [];
  const size = (body: SyncChangeBody) => sizes.get(groupKeyOf(body)) ?? 0;
  const inOrder = memberships
    .map((body) => ({ name: harmless(body.groupLabel ?? ""), size: size(body) }))
    .sort((one, other) => one.size - other.size || byName.compare(one.name, other.name));
  return [{ lead, names: inOrder.map(({ name }) => name) }];
}

function signOf(bodies: readonly SyncChangeBody[]): Told["sign"] {
  if (bodies.some(isGoing)) return "-";
  const comes = bodies.some(({ action }) => action === "USER_CREATE" || action === "GROUP_CREATE");
  return comes || bodies.every((body) => body.action === "MEMBER_ADD" && !isRedirection(body)) ? "+" : "~";
}

function tellGroups(
  bodies: readonly SyncChangeBody[],
  folded: ReadonlyMap<string, readonly Person[]>,
  options: TellOptions,
): Told[] {
  const groups = new Map<string, { label: string; own: SyncChangeBody[]; memberships: SyncChangeBody[] }>();
  for (const body of bodies) {
    const isOwn = body.subjectType === "Group";
    const key = groupKeyOf(body);
    if (!isOwn && isRedirection(body)) continue;
    const label = isOwn ? body.subjectLabel : (body.groupLabel ?? "");
    const group = groups.get(key) ?? { label, own: [], memberships: [] };
    if (isOwn || body.action.startsWith("MEMBER")) groups.set(key, group);
    if (isOwn) group.own.push(body);
    else if (body.action.startsWith("MEMBER")) group.memberships.push(body);
  }
  return [...groups].flatMap(([key, { label, own, memberships }]): Told[] => {
    const people = folded.get(key) ?? [];
    const isNew = own.some(({ action }) => action === "GROUP_CREATE");
    if (own.length === 0 && people.length === 0) return [];
    const [verb, ...fields] = own.flatMap((body) => wordsFor(body, options.mood, options.all));
    const hasCrowd = isNew ? memberships.length > 0 : people.length > 0;
    const says = [...(verb ? [verb] : []), ...(hasCrowd ? [crowd(memberships, people, isNew, options)] : []), ...fields];
    const email = own.flatMap(({ changes }) => changes.filter(({ field, from }) => field === "email" && !from))[0]?.to;
    const who = harmless(isNew && email && !label.includes(email) ? `${label} <${email}>` : label);
    return [{ sign: own.length > 0 ? signOf(own) : signOf(memberships), who, says }];
  });
}

/** `240 people join: A, B and 238 more`. Who comes in this very run has a line of their own. */
function crowd(
  memberships: readonly SyncChangeBody[],
  people: readonly Person[],
  isNew: boolean,
  { mood }: TellOptions,
): string | NameList {
  const does = memberships.every(({ action }) => action === "MEMBER_REMOVE") ? "leave" : "join";
  const count = isNew ? memberships.length : people.length;
  const verb = mood === "would" ? `would ${does}` : count === 1 ? `${does}s` : does;
  const told = `${counted(count, "person", "people")} ${verb}`;
  const names = people.map(({ name }) => name).sort(byName.compare);
  return names.length > 0 ? { lead: `${told}:`, names } : told;
}
