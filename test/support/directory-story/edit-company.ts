import { type Company, newUser, type SampleGroup, type SampleUser } from "../../../sync/sample/company.ts";
import * as google from "../../../sync/sample/edit.ts";
import { findGroup, findUser } from "../../../sync/sample/find-in-company.ts";
import type { DirectoryEdit } from "./steps.ts";

const names = ["Ada Byron", "Bo Li", "Chris Moe", "Dana Fox"];
const titles = ["", "Engineer", "Head", "Clerk"];
const units = ["/Staff", "/Staff/North", "/Staffing", "/"];
/** The first two are one name to a site, which does not look at case. */
const groupNames = ["Team", "TEAM", "All hands", "Crew"];

/** The address of a number: most of one verified domain, two of a domain that the company never verified. */
export function addressOf(domain: string, n: number): string {
  return n === 9 ? `owner@${domain}` : n > 9 ? `p${n}@unverified.${domain}` : `p${n}@${domain}`;
}

export function groupNameOf(n: number): string {
  return groupNames[n % groupNames.length] ?? "";
}

export function titleOf(n: number): string {
  return titles[n % titles.length] ?? "";
}

/** A company with an administrator to act for, who never changes, and so many people. */
export function newStoryCompany(domain: string, people: number): Company {
  const boss = newUser({ id: "1".padEnd(21, "0"), primaryEmail: `boss@${domain}`, givenName: "The", familyName: "Boss" });
  const company: Company = {
    customerId: "C01story",
    domains: [
      { domainName: domain, isPrimary: true, verified: true },
      { domainName: `unverified.${domain}`, isPrimary: false, verified: false },
    ],
    users: [{ ...boss, isAdmin: true, orgUnitPath: "/Staff" }],
    groups: [],
  };
  for (let n = 0; n < people; n++) join(company, addressOf(domain, n));
  return company;
}

/** Makes a change at Google. What is not possible there, such as an address that is taken, is left. */
export function editCompany(company: Company, domain: string, edit: DirectoryEdit): void {
  const people = company.users.filter(({ isAdmin, deletionTime }) => !isAdmin && deletionTime === null);
  const person = "who" in edit ? pick(people, edit.who) : undefined;
  const group = "group" in edit ? pick(company.groups, edit.group) : undefined;
  if (edit.do === "join") join(company, addressOf(domain, edit.address));
  else if (edit.do === "makeGroup") makeGroup(company, domain, edit.name, edit.members);
  else if (edit.do === "restore") restore(company, edit.who);
  else if ("group" in edit && group) changeGroup(company, domain, group, edit);
  else if ("who" in edit && person) changePerson(company, domain, person, edit);
}

function changePerson(company: Company, domain: string, person: SampleUser, edit: DirectoryEdit & { who: number }): void {
  const living = company.users.filter(({ isAdmin, deletionTime }) => !isAdmin && deletionTime === null);
  if (edit.do === "swap") swap(company, person, pick(living, edit.other) ?? person, domain);
  if (edit.do === "chain") chain(company, person, pick(living, edit.other) ?? person, addressOf(domain, edit.address));
  if (edit.do === "rename") rename(company, person, addressOf(domain, edit.address));
  if (edit.do === "call") call(person, edit.name, edit.title);
  if (edit.do === "move") google.moveUser(company, person.id, pick(units, edit.unit) ?? "/");
  if (edit.do === "suspend") google.suspendUser(company, person.id);
  if (edit.do === "archive") google.archiveUser(company, person.id);
  if (edit.do === "reactivate") google.reactivateUser(company, person.id);
  if (edit.do === "guest") person.isGuestUser = !person.isGuestUser;
  if (edit.do === "leave" || edit.do === "reuse") google.deleteUser(company, person.id);
  if (edit.do === "reuse") join(company, person.primaryEmail);
}

function changeGroup(company: Company, domain: string, group: SampleGroup, edit: DirectoryEdit & { group: number }): void {
  const living = company.users.filter(({ deletionTime }) => deletionTime === null);
  if (edit.do === "renameGroup") google.renameGroup(company, group.id, { name: groupNameOf(edit.name) });
  if (edit.do === "emptyGroup") group.members = [];
  if (edit.do === "endGroup" || edit.do === "remakeGroup") google.deleteGroup(company, group.id);
  if (edit.do === "remakeGroup") google.addGroup(company, { email: group.email, name: group.name, members: group.members });
  if (edit.do === "addEveryone") google.addMember(company, group.id, company.customerId);
  if (edit.do === "addOutsider") google.addMember(company, group.id, `guest@elsewhere-of-${domain}`);
  if (edit.do === "addPerson") google.addMember(company, group.id, pick(living, edit.who)?.id ?? "");
  if (edit.do === "addGroup") nest(company, group, pick(company.groups, edit.inner) ?? group);
  if (edit.do === "dropMember") {
    const dropped = pick(group.members, edit.member);
    group.members = group.members.filter((member) => member !== dropped);
  }
}

function join(company: Company, primaryEmail: string): void {
  if (findUser(company, primaryEmail)) return;
  const n = company.users.length;
  google.addUser(company, { primaryEmail, ...nameOf(n), orgUnitPath: n % 4 === 3 ? "/" : "/Staff" });
}

function nameOf(n: number): Pick<SampleUser, "givenName" | "familyName"> {
  const [givenName = "", familyName = ""] = (names[n % names.length] ?? "").split(" ");
  return { givenName, familyName };
}

function call(person: SampleUser, name: number, title: number): void {
  Object.assign(person, nameOf(name), { title: titleOf(title) });
}

/** Within twenty days a deleted person can be brought back, if the address is free. Groups do not come back. */
function restore(company: Company, who: number): void {
  const deleted = company.users.filter(({ deletionTime }) => deletionTime !== null);
  const person = pick(deleted, who);
  if (person && !findUser(company, person.primaryEmail)) person.deletionTime = null;
}

function rename(company: Company, person: SampleUser, address: string): void {
  if (findUser(company, address)) return;
  google.renameUser(company, person.id, address);
  person.aliases = [];
}

function swap(company: Company, one: SampleUser, other: SampleUser, domain: string): void {
  const [first, second] = [one.primaryEmail, other.primaryEmail];
  rename(company, one, `passing@${domain}`);
  rename(company, other, first);
  rename(company, one, second);
}

function chain(company: Company, one: SampleUser, other: SampleUser, address: string): void {
  const freed = other.primaryEmail;
  rename(company, other, address);
  rename(company, one, freed);
}

function makeGroup(company: Company, domain: string, name: number, members: readonly number[]): void {
  const email = [0, 1, 2, 3, 4].map((n) => `g${n}@${domain}`).find((address) => !findGroup(company, address));
  if (email === undefined) return;
  const { id } = google.addGroup(company, { email, name: groupNameOf(name) });
  const people = company.users.filter(({ deletionTime }) => deletionTime === null);
  for (const n of members) google.addMember(company, id, pick(people, n)?.id ?? "");
}

function nest(company: Company, group: SampleGroup, inner: SampleGroup): void {
  if (inner !== group) google.addMember(company, group.id, inner.id);
}

/** Whose turn it is, going round; undefined where there is nobody. */
export function pick<T>(items: readonly T[], n: number): T | undefined {
  return items[n % items.length];
}
