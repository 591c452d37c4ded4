import type { DirectorySettings } from "../../model/directory-settings.ts";
import { Directory } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { readDirectoryName, sealOf } from "./connect-directory.ts";
import { holdDirectory } from "./hold-directory.ts";
import { nextRunAfter } from "./next-run.ts";
import { type CredentialsInput, readCredentials } from "./read-credentials.ts";
import { readSettings, type SettingsInput } from "./read-settings.ts";

/** What to change; what is left out stays. */
export interface UpdateDirectory {
  id: string;
  name?: string | null;
  credentials?: CredentialsInput | null;
  settings?: SettingsInput | null;
  paused?: boolean | null;
  expectedVersion?: number | null;
}

/** Settings of which a change can take somebody away: only a plan that a person applied may do that (S14). */
const removing: readonly (keyof DirectorySettings)[] = ["scope", "groupEmails", "orgUnits", "domains", "ignore", "onLeave"];

/** How much a run may remove by itself. Once one of these is raised, what was held before would go. */
const limits = ["maxRemovals", "maxRemovalPercent"] as const;

/** Changes a directory's name, credentials, settings or pause. Answers the compact id. */
export async function updateDirectory(work: Work, input: UpdateDirectory): Promise<string> {
  const { id } = await findOrRefuse(work, Directory, "Directory", input.id, ["input", "id"]);
  const permit = work.permit("directoryUpdate", { noun: "directory", id });
  await holdDirectory(work, id);
  const directory = await findOrRefuse(work, Directory, "Directory", input.id, ["input", "id"]);
  const problems = new Problems();
  if (typeof input.expectedVersion === "number" && input.expectedVersion !== directory.version)
    problems.add("CONFLICT", "Someone changed this directory since you read it. Read it again.", ["input", "expectedVersion"]);
  const before = JSON.parse(directory.settings) as DirectorySettings; // as: only these two actions write it
  const settings = await readSettings(work, before, input.settings ?? {}, problems);
  const name = typeof input.name === "string" ? readDirectoryName(input.name, problems) : directory.name;
  const key = input.credentials ? readCredentials(input.credentials, problems) : null;
  problems.refuseIfAny();

  const paused = input.paused ?? directory.paused;
  const fields = (Object.keys(settings) as (keyof DirectorySettings)[]).filter((field) => differ(settings[field], before[field])); // as: the keys of settings
  if (fields.length === 0 && name === directory.name && paused === directory.paused && !key)
    return work.unchanged(permit, directory.id);

  const isRaised = limits.some((limit) => settings[limit] > before[limit]);
  const trusted = directory.trusted && !key && !isRaised && !fields.some((field) => removing.includes(field));
  const resumed = !paused && (directory.paused || fields.includes("schedule"));
  await work.write(
    `UPDATE Directory SET name = ?, settings = ?, credentials = ?, paused = ?, trusted = ?, status = ?, nextRunAt = ?,
     version = version + 1 WHERE id = ? AND siteId = ?`,
    [
      name,
      JSON.stringify(settings),
      key ? work.seal(sealOf(directory.id), JSON.stringify(key)) : directory.credentials,
      paused,
      trusted,
      statusAfter(directory, paused),
      resumed ? nextRunAfter(settings.schedule, new Date(work.now)) : directory.nextRunAt,
      directory.id,
      work.siteId,
    ],
  );
  const changes: Record<string, readonly [unknown, unknown]> = Object.fromEntries(
    fields.map((field) => [field, [before[field], settings[field]]]),
  );
  if (name !== directory.name) changes.name = [directory.name, name];
  if (paused !== directory.paused) changes.paused = [directory.paused, paused];
  if (key) changes.credentials = [null, `for ${key.adminEmail}`];
  await work.record(permit, [{ type: "Directory", id: directory.id, label: name, changes }]);
  return directory.id;
}

function statusAfter(directory: Directory, paused: boolean): Directory["status"] {
  if (paused) return "PAUSED";
  if (directory.status !== "PAUSED") return directory.status;
  return directory.lastSuccessAt ? "HEALTHY" : "NEW";
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
