import type { DirectorySettings, GoogleCredentials } from "../../model/directory-settings.ts";
import { Directory, SyncRun } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { type LeaseClaim, takeLease } from "./hold-lease.ts";
import { openCredentials } from "./open-credentials.ts";

/** A run that this process alone may go on with. */
export interface BegunRun {
  run: SyncRun;
  directory: Directory;
  settings: DirectorySettings;
  /** Null where they cannot be opened, because SECRET_KEY is another than when they were given. */
  credentials: GoogleCredentials | null;
  /** Under this number the run is written from now on (S19). */
  fence: number;
}

/** The lease under which runs of a directory are made. */
export function leaseOf(directoryId: string): string {
  return `sync:${directoryId}`;
}

/**
 * Takes up a run, new or left behind, under its directory's lease. Null when another process has it, or when it has ended. Its
 * start is in the trail already: this leaves none.
 */
export async function beginRun(
  work: Work,
  { runId, holder }: { runId: string; holder: LeaseClaim["holder"] },
): Promise<BegunRun | null> {
  const permit = work.permit("syncApply", { noun: "run", id: runId });
  const [run] = await work.byIds(SyncRun, [runId]);
  const [directory] = run ? await work.byIds(Directory, [run.directoryId]) : [];
  if (!run || !directory || (run.status !== "PLANNING" && run.status !== "APPLYING")) return work.unchanged(permit, null);
  const fence = await takeLease(work, { name: leaseOf(directory.id), holder });
  if (fence === null) return work.unchanged(permit, null);
  await work.write("UPDATE SyncRun SET fence = ?, startedAt = COALESCE(startedAt, ?) WHERE id = ? AND fence < ?", [
    fence,
    work.now,
    run.id,
    fence,
  ]);
  return work.unchanged(permit, {
    run: { ...run, fence, startedAt: run.startedAt ?? work.now },
    directory,
    settings: JSON.parse(directory.settings) as DirectorySettings, // as: only the directory's own actions write it
    credentials: openCredentials(work, directory),
    fence,
  });
}
