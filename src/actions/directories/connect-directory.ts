import { initialSettings } from "../../model/directory-settings.ts";
import { Directory } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { cleanText } from "../../model/name-key.ts";
import { Problems } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { nextRunAfter } from "./next-run.ts";
import { type CredentialsInput, readCredentials } from "./read-credentials.ts";
import { readSettings, type SettingsInput } from "./read-settings.ts";

export interface ConnectDirectory {
  name: string;
  credentials: CredentialsInput;
  settings?: SettingsInput | null;
}

/**
 * Connects a directory and seals its credentials. It is NEW: until a person applied a plan, its schedule only plans (S14).
 * Answers the compact id.
 */
export async function connectDirectory(work: Work, { name, credentials, settings }: ConnectDirectory): Promise<string> {
  const permit = work.permit("directoryConnect", { noun: "site", id: work.siteId });
  const problems = new Problems();
  const label = readDirectoryName(name, problems);
  const key = readCredentials(credentials, problems);
  const chosen = await readSettings(work, initialSettings, settings ?? {}, problems);
  problems.refuseIfAny();

  const id = newId();
  await work.insert(Directory, [
    {
      id,
      siteId: work.siteId,
      name: label,
      provider: "GOOGLE_WORKSPACE",
      status: "NEW",
      paused: false,
      settings: JSON.stringify(chosen),
      credentials: work.seal(sealOf(id), JSON.stringify(key)),
      trusted: false,
      failedRuns: 0,
      nextRunAt: nextRunAfter(chosen.schedule, new Date(work.now)),
      createdAt: work.now,
      version: 1,
    },
  ]);
  await work.record(permit, [
    { type: "Directory", id, label, changes: { settings: [null, chosen], adminEmail: [null, key?.adminEmail] } },
  ]);
  return id;
}

/** What a directory's credentials are sealed with: those of one directory never open as those of another. */
export function sealOf(directoryId: string): string {
  return `directory:${directoryId}`;
}

/** A directory's name as it is kept. */
export function readDirectoryName(name: string, problems: Problems): string {
  const cleaned = cleanText(name, { max: 100 });
  if ("text" in cleaned && cleaned.text !== "") return cleaned.text;
  problems.add("INVALID", "fault" in cleaned ? cleaned.fault : "A directory needs a name.", ["input", "name"]);
  return "";
}
