import { publicId } from "../../model/id.ts";
import { nameKey } from "../../model/name-key.ts";
import {
  type ChoosableApplication,
  type ChoosableGroup,
  choosableApplications,
  groupsNamed,
  statusesOf,
} from "../../queries/choices.ts";
import type { Reader } from "../../queries/reader.ts";
import type { ImportRow } from "./read-row.ts";

/** A row with what its names stand for. Ids are public. */
export interface ChosenRow extends ImportRow {
  groupIds: string[];
  applicationIds: string[] | null;
  /** Of who is on the site already: then nothing is chosen for them (rule 2.5). */
  status: string | null;
}

/** Finds the groups and applications that rows name, and adds a fault for each that cannot be chosen. */
export async function chooseForRows(reader: Reader, rows: readonly ImportRow[]): Promise<ChosenRow[]> {
  const groups = await groupsNamed(reader, new Set(rows.flatMap((row) => row.groups)));
  const applications = await choosableApplications(reader);
  const statuses = await statusesOf(
    reader,
    rows.map(({ email }) => email),
  );
  return rows.map((row) => {
    const status = statuses.get(row.email) ?? null;
    const chosen = groupsOf(row, groups, status !== null);
    const given = row.applications && applicationsOf(row, row.applications, applications);
    // What the groups open already needs no default group besides: so an exported person comes back into the same groups.
    const opened = new Set(chosen.flatMap(({ opens }) => opens));
    return {
      ...row,
      status,
      groupIds: chosen.map(({ id }) => publicId("Group", id)),
      applicationIds: given?.filter(({ id }) => !opened.has(id)).map(({ id }) => publicId("Application", id)) ?? null,
    };
  });
}

function groupsOf({ groups, faults }: ImportRow, found: ReadonlyMap<string, ChoosableGroup>, isKnown: boolean): ChoosableGroup[] {
  return groups.flatMap((name) => {
    const group = found.get(nameKey(name));
    if (!group) faults.push({ column: "groups", code: "NOT_FOUND", message: `There is no group ${name} on this site.` });
    if (!group || group.directoryId === null) return group ?? [];
    const message = `The group ${group.name} takes its members from a directory alone.`;
    if (!isKnown) faults.push({ column: "groups", code: "MANAGED_BY_DIRECTORY", message });
    return [];
  });
}

function applicationsOf(
  { faults }: ImportRow,
  words: readonly string[],
  all: readonly ChoosableApplication[],
): ChoosableApplication[] {
  return words.flatMap((word) => {
    const key = nameKey(word);
    const byKey = all.filter((application) => application.key === key);
    const found = byKey.length > 0 ? byKey : all.filter((application) => nameKey(application.name) === key);
    if (found.length === 0)
      faults.push({ column: "applications", code: "NOT_FOUND", message: `There is no application ${word} on this site.` });
    if (found.length > 1)
      faults.push({
        column: "applications",
        code: "INVALID",
        message: `Several applications are called ${word}: name one by its key.`,
      });
    return found.length === 1 ? found : [];
  });
}
