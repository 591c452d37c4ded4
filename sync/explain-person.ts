import type { DirectorySettings } from "../src/model/directory-settings.ts";
import { flattenMembers } from "./flatten.ts";
import { atOnce } from "./in-pieces.ts";
import { readPeople } from "./people.ts";
import type { PersonReading } from "./read-person.ts";
import { readScope } from "./scope.ts";

/** So many groups are told by name. */
const mostTold = 20;

/** Why a person is or is not synced, and by which path, in plain English (S22). One sentence a line. */
export function explainPerson(email: string, reading: PersonReading, settings: DirectorySettings): string {
  return [...there(email, reading), ...inScope(reading, settings), ...here(email, reading), ...groupsOf(reading)].join("\n");
}

function there(email: string, { person }: PersonReading): string[] {
  if (!person) return [`The directory knows nobody by ${email}.`];
  const isOtherName = person.email.toLowerCase() !== email;
  const state = person.suspended ? "suspended" : person.archived ? "archived" : "active";
  const known = isOtherName ? `${email} there is ${person.email}` : `The directory has ${email}`;
  return [`${known}: ${person.fullName}, ${state}, in the organizational unit ${person.orgUnit}, with the id ${person.id}.`];
}

function inScope({ person, snapshot, paths }: PersonReading, settings: DirectorySettings): string[] {
  if (!person) return [];
  const scope = readScope(snapshot, flattenMembers(snapshot), settings);
  const judged = atOnce(readPeople(snapshot, settings, scope)).get(person.id);
  if (!judged) return [];
  const why = judged.reason ?? "";
  if (judged.verdict === "IGNORED") return [`Left alone: ${lower(why)}`];
  if (judged.verdict === "SKIPPED") return [`Never brought: ${lower(why)}`];
  if (judged.verdict === "OUT") return [`Not in scope: ${lower(why)}`];
  if (settings.scope === "EVERYONE") return ["In scope, as everyone is."];
  const root = [...paths.values()].find(({ group }) => settings.groupEmails.includes(group.email.toLowerCase()));
  return [`In scope by ${root ? pathTo(root.group.id, paths) : "a group that the settings name"}.`];
}

function here(email: string, { user, person }: PersonReading): string[] {
  if (!user) return [`Nobody here has ${person ? person.email.toLowerCase() : email}.`];
  const state = user.status.toLowerCase();
  const whose =
    user.directoryId === null
      ? "added by hand"
      : person && user.externalId === person.id
        ? "brought by this directory"
        : "brought by a directory, as somebody else";
  const gone = user.leftAt ? ` The directory brings them no more since ${user.leftAt.slice(0, 10)}.` : "";
  return [`Here: ${user.email}, ${state}, ${user.role.toLowerCase()}, ${whose}.${gone}`];
}

function groupsOf({ paths, held }: PersonReading): string[] {
  const lines = [...paths.keys()].map((id) =>
    held.groups.has(id) ? `In ${pathTo(id, paths)}.` : `In ${pathTo(id, paths)}, which is not a group of the directory here.`,
  );
  if (lines.length <= mostTold) return lines;
  return [...lines.slice(0, mostTold), `And in ${lines.length - mostTold} more groups.`];
}

/** `Engineering`, or `Everyone through Engineering`. */
function pathTo(id: string, paths: PersonReading["paths"]): string {
  const at = paths.get(id);
  if (!at) return id;
  const name = `${at.group.name} (${at.group.email})`;
  return at.through === null ? name : `${name} through ${pathTo(at.through, paths)}`;
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
