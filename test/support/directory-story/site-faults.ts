import { nameKey } from "../../../src/model/name-key.ts";
import type { SampleGroup } from "../../../sync/sample/company.ts";
import { belongs, type ExpectedPerson, expectPeople, isLeftAlone, type Site } from "./expected-people.ts";
import type { Row, SiteState } from "./site-state.ts";
import type { Truth } from "./truth.ts";

/** What of a site is not as the directory has it, after an undisturbed run that a person applied; sentences, none if all is well. */
export function siteFaults(truth: Truth, site: Site, after: SiteState): string[] {
  const expected = expectPeople(truth, site);
  const isLast = leavesNoAdmin(expected, site);
  return [
    ...peopleFaults(expected, site, after, isLast),
    ...groupFaults(truth, site, after),
    ...memberFaults(truth, site, after, expected),
    ...nestingFaults(truth, site, after),
  ];
}

/** Rule 1.6 keeps one admin, whatever the directory says: then it is not settled who, and who waits for their address. */
function leavesNoAdmin(expected: ReadonlyMap<string, ExpectedPerson>, { before, directoryId }: Site): boolean {
  const stays = ({ status, directoryId: owner, externalId }: Row) =>
    (owner === directoryId ? expected.get(String(externalId))?.status : status) === "ACTIVE";
  return !before.users.some((user) => user.role === "ADMIN" && user.status === "ACTIVE" && stays(user));
}

function peopleFaults(expected: ReadonlyMap<string, ExpectedPerson>, site: Site, after: SiteState, isLast: boolean): string[] {
  const here = new Map(
    after.users.filter(({ directoryId }) => directoryId === site.directoryId).map((user) => [String(user.externalId), user]),
  );
  const faults: string[] = [];
  for (const [id, person] of expected) {
    const user = here.get(id);
    if (!user) {
      faults.push(`${id} ${person.email} is not here`);
      continue;
    }
    const is = {
      email: user.email,
      fullName: user.fullName,
      title: user.title,
      status: user.status,
      suspended: user.directorySuspended === 1,
    };
    for (const [field, value] of Object.entries(person)) {
      const said = Reflect.get(is, field);
      if (
        value !== undefined &&
        said !== value &&
        !(isLast && user.role === "ADMIN" && ["status", "email", "suspended"].includes(field))
      )
        faults.push(`${id} ${person.email} has ${field} ${said} and not ${value}`);
    }
  }
  for (const [id, { email }] of here) if (!expected.has(id)) faults.push(`${id} ${email} is here`);
  return isLast ? faults.filter((fault) => !/is not here|has email/.test(fault)) : faults;
}

function groupFaults(truth: Truth, site: Site, after: SiteState): string[] {
  const faults: string[] = [];
  const held = ours(site.before, site);
  const here = ours(after, site);
  const foreign = new Set(
    after.groups.filter(({ directoryId }) => directoryId !== site.directoryId).map((group) => group.nameKey),
  );
  for (const [id, group] of truth.groups) {
    const [row, was] = [here.get(id), held.get(id)];
    if (truth.isIgnored(group.email) || !truth.isInScope(group)) {
      if (JSON.stringify(row) !== JSON.stringify(was) && !sameButMembers(row, was))
        faults.push(`group ${group.email} is not as before`);
      continue;
    }
    const key = nameKey(group.name);
    if (!row) {
      if (!foreign.has(key)) faults.push(`group ${group.email} is not here`);
      continue;
    }
    const names = [group.name, `${group.name} (${group.email})`];
    if (!names.includes(String(row.name)) && !(was && foreign.has(key) && row.name === was.name))
      faults.push(`group ${group.email} is called ${row.name}`);
    if (row.email !== group.email && !foreign.has(key)) faults.push(`group ${group.email} has the address ${row.email}`);
  }
  for (const group of truth.groups.values()) {
    const isRead = !truth.isIgnored(group.email) && truth.isInScope(group);
    if (isRead && !after.groups.some((row) => row.nameKey === nameKey(group.name)))
      faults.push(`no group is called ${group.name}`);
  }
  for (const [id, { email }] of here)
    if (!truth.groups.has(id) && !truth.isIgnored(String(email))) faults.push(`group ${email} is still here`);
  return faults;
}

/** Out of scope a group is emptied, and since when it is so is noted. */
function sameButMembers(one: Row | undefined, other: Row | undefined): boolean {
  const without = (row: Row | undefined) => JSON.stringify({ ...row, memberCount: 0, outOfScopeSince: null, version: 0 });
  return without(one) === without(other);
}

function memberFaults(truth: Truth, site: Site, after: SiteState, expected: ReadonlyMap<string, ExpectedPerson>): string[] {
  const faults: string[] = [];
  const heldUsers = new Map(site.before.users.map((user) => [String(user.id), user]));
  for (const [id, row] of ours(after, site)) {
    const group = truth.groups.get(id);
    const isRead = group && !truth.isIgnored(group.email);
    const inside = group && truth.isInScope(group) ? truth.peopleIn(group) : new Set<string>();
    for (const user of after.users) {
      const [personId, key] = [String(user.externalId), `${row.id} ${user.id}`];
      const person = user.directoryId === site.directoryId ? truth.living.get(personId) : undefined;
      const was = heldUsers.get(String(user.id));
      const isCompared =
        isRead && person && belongs(truth, person) && expected.has(personId) && !(was && isLeftAlone(truth, was, person));
      const now = flagsOf(after.members.get(key));
      const direct = group && person && truth.isDirect(group, personId);
      const wanted = isCompared
        ? inside.has(personId)
          ? `in${direct ? " itself" : ""}`
          : "out"
        : flagsOf(site.before.members.get(key));
      if (now !== wanted) faults.push(`${user.email} is ${now} and not ${wanted} group ${row.name}`);
    }
  }
  return faults;
}

function flagsOf(row: Row | undefined): string {
  return row?.bySync === 1 ? `in${row.direct === 1 ? " itself" : ""}` : "out";
}

function nestingFaults(truth: Truth, site: Site, after: SiteState): string[] {
  const here = ours(after, site);
  const isRead = (group: SampleGroup | undefined): group is SampleGroup =>
    group !== undefined && !truth.isIgnored(group.email) && truth.isInScope(group) && here.has(group.id);
  const faults: string[] = [];
  for (const group of truth.groups.values()) {
    if (!isRead(group)) continue;
    const inner = new Set(
      group.members.flatMap(({ type, id }) =>
        type === "GROUP" && isRead(truth.groups.get(id ?? "")) ? String(here.get(id ?? "")?.id) : [],
      ),
    );
    const outerId = here.get(group.id)?.id;
    const shown = [...after.nestings].filter((pair) => pair.startsWith(`${outerId} `)).map((pair) => pair.split(" ")[1] ?? "");
    if (String([...inner].sort()) !== String(shown.sort()))
      faults.push(`group ${group.email} has ${shown.length} groups inside and not ${inner.size}`);
  }
  return faults;
}

function ours({ groups }: SiteState, { directoryId }: Site): Map<string, Row> {
  return new Map(groups.filter((group) => group.directoryId === directoryId).map((group) => [String(group.externalId), group]));
}
