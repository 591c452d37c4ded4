import { belongs, nameOf } from "./expected-people.ts";
import type { Row, SiteState } from "./site-state.ts";
import type { Truth } from "./truth.ts";

/** What a run did, whatever went wrong meanwhile. */
export interface RunEffect {
  directoryId: string;
  before: SiteState;
  after: SiteState;
  /** What was true while it was made, at one moment or another. */
  truths: readonly Truth[];
  /** By a person, and with the removals. */
  approved: boolean;
  removalsApproved: boolean;
  removalPercent: number;
}

/** What a run did to what is not the directory's, or took away that was there (S10, S12, S15); sentences, none if all is well. */
export function removalFaults(effect: RunEffect): string[] {
  return [...foreignFaults(effect), ...userFaults(effect), ...groupFaults(effect), ...limitFaults(effect)];
}

function foreignFaults({ directoryId, before, after, truths, approved }: RunEffect): string[] {
  const faults: string[] = [];
  const users = byId(after.users);
  for (const was of before.users.filter((user) => user.directoryId !== directoryId)) {
    const is = users.get(was.id);
    if (JSON.stringify(is) === JSON.stringify(was)) continue;
    const person = truths.map(({ living }) => living.get(String(is?.externalId))).find((one) => one?.primaryEmail === was.email);
    const isAdoption =
      was.directoryId === null &&
      is?.directoryId === directoryId &&
      person &&
      truths.some((truth) => truth.settings.onMatch === "ADOPT" && belongs(truth, person)) &&
      (was.role === "MEMBER" || approved);
    if (!isAdoption) faults.push(`${was.email}, who is not the directory's, was touched`);
    else
      for (const field of ["email", "role", "title", "username", "createdAt"])
        if (is[field] !== was[field]) faults.push(`${was.email} was adopted with another ${field}`);
  }
  const groups = byId(after.groups);
  for (const was of before.groups.filter((group) => group.directoryId !== directoryId))
    if (JSON.stringify(groups.get(was.id)) !== JSON.stringify(was))
      faults.push(`group ${was.name}, which is not the directory's, was touched`);
  const own = new Set(before.groups.filter((group) => group.directoryId === directoryId).map(({ id }) => id));
  for (const [key, was] of before.members) {
    const is = after.members.get(key);
    if (
      own.has(was.groupId ?? "")
        ? was.byHand === 1 && is?.byHand !== 1 && groups.has(was.groupId)
        : JSON.stringify(is) !== JSON.stringify(was)
    )
      faults.push(`membership ${key}, which is not the directory's, was touched`);
  }
  for (const [key, is] of after.members)
    if (!before.members.has(key) && before.groups.some(({ id }) => id === is.groupId) && !own.has(is.groupId ?? ""))
      faults.push(`membership ${key} came into a group that is not the directory's`);
  return faults;
}

function userFaults({ directoryId, before, after, truths, approved }: RunEffect): string[] {
  const faults: string[] = [];
  const users = byId(after.users);
  for (const was of before.users.filter((user) => user.directoryId === directoryId)) {
    const is = users.get(was.id);
    const people = truths.map((truth) => truth.living.get(String(was.externalId)));
    if (!is) {
      faults.push(`${was.email} is gone`);
      continue;
    }
    const mayLeave = truths.some((truth, at) => {
      const person = people[at];
      const isOut = !person || !truth.isActive(person) || truth.standingOf(person) === "OUT";
      return isOut && truth.settings.onLeave === "DEACTIVATE";
    });
    if (was.status !== "DEACTIVATED" && is.status === "DEACTIVATED" && !mayLeave)
      faults.push(`${was.email} was deactivated and is there`);
    if (was.role !== is.role) faults.push(`${was.email} got another role`);
    if (was.status !== "DEACTIVATED" && is.status === "DEACTIVATED" && was.role !== "MEMBER" && !approved)
      faults.push(`${was.email} is an admin or manager and was deactivated without a person`);
    if (is.email !== was.email) {
      const isNew = people.some((person) => person?.primaryEmail === is.email);
      const isRetired = String(is.email) === `former-${is.id}@retired.invalid`;
      const isWanted = truths.some(
        ({ living }, at) => !people[at] && [...living.values()].some(({ primaryEmail }) => primaryEmail === was.email),
      );
      if (!isNew && !(isRetired && isWanted)) faults.push(`${was.email} lost the address to ${is.email}`);
      if (was.role !== "MEMBER" && !approved) faults.push(`${was.email} is an admin or manager and was moved without a person`);
    }
    if (is.fullName !== was.fullName && !people.some((person) => person && nameOf(person) === is.fullName))
      faults.push(`${was.email} is called ${is.fullName}`);
  }
  return faults;
}

function groupFaults({ directoryId, before, after, truths }: RunEffect): string[] {
  const faults: string[] = [];
  const groups = byId(after.groups);
  const users = byId(before.users);
  for (const was of before.groups.filter((group) => group.directoryId === directoryId)) {
    const id = String(was.externalId);
    const isGone = truths.some((truth) => !truth.groups.has(id));
    if (!groups.has(was.id) && !isGone) faults.push(`group ${was.name} was deleted and is there`);
    for (const [key, member] of before.members) {
      if (member.groupId !== was.id || member.bySync !== 1 || after.members.get(key)?.bySync === 1) continue;
      const personId = String(users.get(member.userId)?.externalId);
      const isOut = truths.some((truth) => {
        const group = truth.groups.get(id);
        return !group || !truth.isInScope(group) || (truth.living.has(personId) && !truth.peopleIn(group).has(personId));
      });
      if (!isOut) faults.push(`${users.get(member.userId)?.email} was taken out of ${was.name} and is in it`);
    }
  }
  return faults;
}

/** S13: without approval no run removes more than its settings allow, nor everyone of a group of five or more. */
function limitFaults({ directoryId, before, after, truths, removalsApproved, removalPercent }: RunEffect): string[] {
  if (removalsApproved) return [];
  const faults: string[] = [];
  const { maxRemovals } = truths[0]?.settings ?? { maxRemovals: 0 };
  const allowed = (live: number) => Math.max(maxRemovals, Math.floor((live * removalPercent) / 100));
  const check = (kind: string, live: number, removed: number) =>
    removed > allowed(live) && faults.push(`${removed} of ${live} ${kind} were removed without approval`);
  const users = byId(after.users);
  const groups = byId(after.groups);
  const own = before.users.filter((user) => user.directoryId === directoryId && user.status !== "DEACTIVATED");
  check("users", own.length, own.filter(({ id }) => users.get(id)?.status === "DEACTIVATED").length);
  const ownGroups = before.groups.filter((group) => group.directoryId === directoryId);
  check("groups", ownGroups.length, ownGroups.filter(({ id }) => !groups.has(id)).length);
  const synced = [...before.members].filter(([, row]) => row.bySync === 1 && ownGroups.some(({ id }) => id === row.groupId));
  const lost = synced.filter(([key, row]) => groups.has(row.groupId) && after.members.get(key)?.bySync !== 1);
  check("memberships", synced.length, lost.length);
  for (const { id, name } of ownGroups) {
    const size = synced.filter(([, row]) => row.groupId === id).length;
    const left = synced.filter(([key, row]) => row.groupId === id && after.members.get(key)?.bySync === 1).length;
    if (size >= 5 && left === 0) faults.push(`group ${name} lost all of its ${size} members without approval`);
  }
  return faults;
}

function byId(rows: readonly Row[]): Map<Row[string], Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
