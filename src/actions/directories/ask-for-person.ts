import type { DirectorySettings, GoogleCredentials } from "../../model/directory-settings.ts";
import { spellEmail } from "../../model/email.ts";
import { Directory } from "../../model/entities.ts";
import type { PersonToSync } from "../../model/person-sync.ts";
import { Refusal } from "../../model/refusal.ts";
import { emptySummary } from "../../model/sync-summary.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { lockedOut, openCredentials } from "./open-credentials.ts";
import { addRun, refuseWhileUnderWay } from "./start-sync.ts";

/** A person to compare, and how. */
export interface AskedPerson {
  directory: Directory;
  settings: DirectorySettings;
  credentials: GoogleCredentials;
  /** Spelled our way. */
  email: string;
  /** Why nothing may be applied now, in a sentence; null when it may (S14; rules, section 12). */
  onlyAnswers: string | null;
}

const directoryPath = ["input", "directoryId"];

/** Opens a directory for the comparison of one person. Changes nothing. */
export async function askForPerson(work: Work, { directoryId, email }: PersonToSync): Promise<AskedPerson> {
  const directory = await findOrRefuse(work, Directory, "Directory", directoryId, directoryPath);
  const permit = work.permit("syncUser", { noun: "directory", id: directory.id });
  const spelled = spellEmail(email);
  if ("fault" in spelled) throw new Refusal("INVALID", spelled.fault, ["input", "email"]);
  const credentials = openCredentials(work, directory);
  if (!credentials) throw new Refusal("DIRECTORY_UNAVAILABLE", lockedOut, directoryPath);
  return work.unchanged(permit, {
    directory,
    settings: JSON.parse(directory.settings) as DirectorySettings, // as: only the directory's own actions write it
    credentials,
    email: spelled.email,
    onlyAnswers: whyOnlyAnswers(directory),
  });
}

function whyOnlyAnswers({ paused, status, trusted }: Directory): string | null {
  if (paused) return "Nothing is applied while the directory is paused.";
  if (status === "NEW" || !trusted)
    return "Nothing is applied before a person has applied a plan: the directory is new, or its settings changed.";
  return null;
}

/** Starts the run about one person. Refused while a run of the directory is under way. Answers its compact id. */
export async function startPerson(
  work: Work,
  { directoryId, email }: Pick<PersonToSync, "directoryId" | "email">,
): Promise<string> {
  const directory = await findOrRefuse(work, Directory, "Directory", directoryId, directoryPath);
  const permit = work.permit("syncUser", { noun: "directory", id: directory.id });
  await refuseWhileUnderWay(work, directory, directoryPath);
  const id = await addRun(work, directory, "APPLYING", { ...emptySummary(), person: email });
  await work.record(permit, [{ type: "SyncRun", id, label: `${directory.name}: ${email}` }], { findable: [id, directory.id] });
  return id;
}
