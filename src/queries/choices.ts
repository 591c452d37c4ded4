import { nameKey } from "../model/name-key.ts";
import { marks, type Reader } from "./reader.ts";

/** A group that somebody can be put into, and the applications that it opens. Ids are compact. */
export interface ChoosableGroup {
  id: string;
  name: string;
  directoryId: string | null;
  opens: string[];
}

/** An application that somebody can be given. */
export interface ChoosableApplication {
  id: string;
  key: string;
  name: string;
  seatLimit: number | null;
  seatsUsed: number;
}

const atOnce = 500;

/** The groups of these names that there are, by the keys of their names. */
export async function groupsNamed(reader: Reader, names: Iterable<string>): Promise<Map<string, ChoosableGroup>> {
  const keys = [...new Set([...names].map(nameKey))];
  const found = new Map<string, ChoosableGroup>();
  for (let from = 0; from < keys.length; from += atOnce) {
    const part = keys.slice(from, from + atOnce);
    const groups = await reader.rows<Omit<ChoosableGroup, "opens">>(
      `SELECT id, name, directoryId FROM \`Group\` WHERE siteId = ? AND nameKey IN (${marks(part)})`,
      [reader.siteId, ...part],
    );
    for (const group of groups) found.set(nameKey(group.name), { ...group, opens: [] });
  }
  const groups = new Map([...found.values()].map((group) => [group.id, group]));
  for (const { groupId, applicationId } of await grantsOf(reader, [...groups.keys()]))
    groups.get(groupId)?.opens.push(applicationId);
  return found;
}

async function grantsOf(reader: Reader, groupIds: readonly string[]): Promise<{ groupId: string; applicationId: string }[]> {
  const grants: { groupId: string; applicationId: string }[] = [];
  for (let from = 0; from < groupIds.length; from += atOnce) {
    const part = groupIds.slice(from, from + atOnce);
    const sql = `SELECT groupId, applicationId FROM \`Grant\` WHERE groupId IN (${marks(part)})`;
    grants.push(...(await reader.rows<(typeof grants)[number]>(sql, part)));
  }
  return grants;
}

/** Every application of the site, in order of making. */
export function choosableApplications(reader: Reader): Promise<ChoosableApplication[]> {
  return reader.rows("SELECT id, `key`, name, seatLimit, seatsUsed FROM Application WHERE siteId = ? ORDER BY id", [
    reader.siteId,
  ]);
}

/** The status of those of the addresses, spelled, who are users of the site. */
export async function statusesOf(reader: Reader, emails: readonly string[]): Promise<Map<string, string>> {
  const statuses = new Map<string, string>();
  for (let from = 0; from < emails.length; from += atOnce) {
    const part = emails.slice(from, from + atOnce);
    const users = await reader.rows<{ email: string; status: string }>(
      `SELECT email, status FROM User WHERE siteId = ? AND emailKey IN (${marks(part)})`,
      [reader.siteId, ...part],
    );
    for (const { email, status } of users) statuses.set(email, status);
  }
  return statuses;
}
