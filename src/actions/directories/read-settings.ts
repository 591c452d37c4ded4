import { nextAfter, readCron } from "../../model/cron.ts";
import type { DirectorySettings } from "../../model/directory-settings.ts";
import { spellEmail } from "../../model/email.ts";
import { Application } from "../../model/entities.ts";
import { type Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse } from "../find-or-refuse.ts";

/** What to set; what is left out or null stays as it is. Only the schedule can be taken away by null. `applicationIds` are public. */
export type SettingsInput = { [Field in keyof DirectorySettings]?: DirectorySettings[Field] | null };

/** More than this of any list is a mistake, and would make every run slow. */
const longestList = 500;

const domainForm = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

/** The settings with what was given put over them, every fault told at once. Spells addresses and domains, and knows the site's applications. */
export async function readSettings(
  work: Work,
  base: DirectorySettings,
  given: SettingsInput,
  problems: Problems,
): Promise<DirectorySettings> {
  const path = (field: string, index?: number) => ["input", "settings", field, ...(index === undefined ? [] : [String(index)])];
  const said = Object.fromEntries(
    Object.entries(given).filter(([field, value]) => value !== undefined && (value !== null || field === "schedule")),
  );
  const settings: DirectorySettings = { ...base, ...(said as Partial<DirectorySettings>) }; // as: what was null is gone, but the schedule, which may be
  for (const field of ["groupEmails", "orgUnits", "domains", "ignore", "applicationIds"] as const)
    if (settings[field].length > longestList)
      problems.add("LIMIT_EXCEEDED", `A list here has at most ${longestList} entries.`, path(field));

  settings.groupEmails = unique(settings.groupEmails, (text, index) => {
    const spelled = spellEmail(text);
    if ("email" in spelled) return spelled.email;
    problems.add("INVALID", spelled.fault, path("groupEmails", index));
    return text;
  });
  settings.domains = unique(settings.domains, (text, index) => {
    const name = text.trim().toLowerCase();
    if (!domainForm.test(name)) problems.add("INVALID", `"${text}" is not a domain.`, path("domains", index));
    return name;
  });
  settings.orgUnits = unique(settings.orgUnits, (text, index) => {
    if (!text.startsWith("/"))
      problems.add("INVALID", "The path of an organizational unit starts with a slash.", path("orgUnits", index));
    return text.length > 1 ? text.replace(/\/+$/, "") : text;
  });
  settings.ignore = unique(settings.ignore, (text, index) => {
    const pattern = text.trim().toLowerCase();
    if (pattern === "" || /\s/.test(pattern))
      problems.add("INVALID", "A pattern is an address in which * stands for anything.", path("ignore", index));
    return pattern;
  });
  checkChoices(settings, problems, path);
  if (given.applicationIds) settings.applicationIds = await readApplications(work, given.applicationIds, problems);
  return settings;
}

function checkChoices(settings: DirectorySettings, problems: Problems, path: (field: string) => string[]): void {
  const { scope, groupEmails, maxRemovalPercent, maxRemovals, schedule } = settings;
  if (scope === "GROUPS" && groupEmails.length === 0)
    problems.add("INVALID", "Name at least one group, or bring everyone.", path("groupEmails"));
  if (scope === "EVERYONE" && groupEmails.length > 0)
    problems.add("INVALID", "Groups are named only where the scope is GROUPS.", path("groupEmails"));
  if (!Number.isInteger(maxRemovalPercent) || maxRemovalPercent < 0 || maxRemovalPercent > 100)
    problems.add("INVALID", "A share is a whole number from 0 to 100 percent.", path("maxRemovalPercent"));
  if (!Number.isInteger(maxRemovals) || maxRemovals < 0)
    problems.add("INVALID", "A number of removals cannot be negative.", path("maxRemovals"));
  if (schedule === null) return;
  const cron = readCron(schedule);
  if ("fault" in cron) problems.add("INVALID", cron.fault, path("schedule"));
  else if (nextAfter(cron, new Date()) === null)
    problems.add("INVALID", "There is no such day: this schedule would never start a run.", path("schedule"));
}

async function readApplications(work: Work, publicIds: readonly string[], problems: Problems): Promise<string[]> {
  try {
    const applications = await findAllOrRefuse(work, Application, "Application", publicIds, [
      "input",
      "settings",
      "applicationIds",
    ]);
    return applications.map((application) => application.id);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problems.found.push(...error.problems);
    return [];
  }
}

function unique(texts: readonly string[], spell: (text: string, index: number) => string): string[] {
  return [...new Set(texts.map(spell))];
}
