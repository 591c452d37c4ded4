import type { DirectorySettings } from "../src/model/directory-settings.ts";
import type { Door, Place } from "../src/work/door.ts";
import { flattenMembers } from "./flatten.ts";
import { type Plan, planPeople } from "./plan.ts";
import { type PersonReading, readPerson } from "./read-person.ts";
import type { DirectoryReader } from "./snapshot.ts";

/** Where a person is compared. */
export interface PersonThought {
  door: Door;
  place: Place;
  reader: DirectoryReader;
  directoryId: string;
  settings: DirectorySettings;
}

/** Reads one person on both sides, and compares them by the rules of a whole run (S22). Admins and managers wait for a whole plan (S15). */
export async function thinkOfPerson(
  { door, place, reader, directoryId, settings }: PersonThought,
  email: string,
): Promise<PersonReading & { plan: Plan }> {
  const reading = await readPerson({ reader, directoryId, settings, look: (question) => door.look(place, question) }, email);
  const { snapshot, held, live } = reading;
  const flat = flattenMembers(snapshot);
  const now = new Date().toISOString();
  return { ...reading, plan: planPeople({ directoryId, settings, snapshot, flat, held, now, approved: false }, live) };
}
