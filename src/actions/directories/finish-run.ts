import type { WordedLetter } from "../../mail/letter.ts";
import { directoryTroubleLetter } from "../../mail/wording/directory-trouble-letter.ts";
import { removalsHeldLetter } from "../../mail/wording/removals-held-letter.ts";
import type { DirectorySettings } from "../../model/directory-settings.ts";
import { Directory, type DirectoryStatus, Site, SyncRun, type SyncRunStatus } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import type { RunSummary } from "../../model/sync-summary.ts";
import type { Work } from "../../work/work.ts";
import { writeToAdmins } from "../letters/write-to-admins.ts";
import { LostRun } from "./advance-run.ts";
import { holdDirectory } from "./hold-directory.ts";
import { failuresToQuarantine, nextRunOf } from "./next-run.ts";

/** How a run ended. PLANNED: its plan waits for a person. */
export interface RunEnd {
  runId: string;
  fence: number;
  status: Extract<SyncRunStatus, "PLANNED" | "SUCCEEDED" | "PARTIAL" | "FAILED" | "CANCELLED" | "HELD">;
  /** Why it failed or holds removals, in a sentence. */
  failure: string | null;
  summary: RunSummary;
  /** How many removals wait. */
  heldCounts: { users: number; addresses: number; groups: number; memberships: number };
  requestCount: number;
  waitedMs: number;
  /** The directory refused our credentials. */
  credentialsRejected: boolean;
  /** Another organization was read than before: nothing is applied until a person applied a plan (S14). */
  distrusts: boolean;
}

/** Ends a run, says how its directory is from now on, and tells the admins what they have to do, if anything (S13, S20). */
export async function finishRun(work: Work, end: RunEnd): Promise<void> {
  const permit = work.permit("syncApply", { noun: "run", id: end.runId });
  const ended = await work.write(
    `UPDATE SyncRun SET status = CASE WHEN cancelled = 1 AND ? = 'PLANNED' THEN 'CANCELLED' ELSE ? END, failure = ?, summary = ?, requestCount = ?, waitedMs = ?, finishedAt = ?
     WHERE id = ? AND fence = ? AND status IN ('PLANNING', 'APPLYING')`,
    [
      end.status,
      end.status,
      end.failure?.slice(0, 1000) ?? null,
      JSON.stringify(end.summary),
      end.requestCount,
      end.waitedMs,
      work.now,
      end.runId,
      end.fence,
    ],
  );
  if (ended === 0) throw new LostRun();
  // How one person fared says nothing of the directory, and whoever asked is told at once.
  if (end.summary.person !== null) return work.unchanged(permit, undefined);
  const [run] = await work.byIds(SyncRun, [end.runId]);
  // Settings that change at this moment come before, and are seen, or after.
  if (run) await holdDirectory(work, run.directoryId);
  const [directory] = run ? await work.byIds(Directory, [run.directoryId]) : [];
  if (!directory) throw new Refusal("NOT_FOUND", "There is no such directory on this site.");
  const applied = end.status === "SUCCEEDED" || end.status === "PARTIAL" || end.status === "HELD";
  const failedRuns = end.status === "FAILED" ? directory.failedRuns + 1 : end.status === "CANCELLED" ? directory.failedRuns : 0;
  const status = statusAfter(directory, end, failedRuns);
  await work.write(
    `UPDATE Directory SET status = ?, statusReason = ?, failedRuns = ?, nextRunAt = ?, trusted = ?, lastRunId = ?,
     lastSuccessAt = CASE WHEN ? THEN ? ELSE lastSuccessAt END WHERE id = ?`,
    [
      status,
      end.status === "CANCELLED" ? directory.statusReason : (end.failure?.slice(0, 1000) ?? null),
      failedRuns,
      nextRunAfterwards(directory, failedRuns, new Date(work.now)),
      // S14: a plan that a person applied is what the schedule goes by from now on, unless the settings changed meanwhile.
      (directory.trusted && !end.distrusts) ||
        (applied && end.summary.approved && end.summary.directoryVersion === directory.version),
      end.runId,
      end.status === "SUCCEEDED" || end.status === "PARTIAL",
      work.now,
      directory.id,
    ],
  );
  await tellAdmins(work, directory, status, end);
  work.unchanged(permit, undefined);
}

function statusAfter(directory: Directory, end: RunEnd, failedRuns: number): DirectoryStatus {
  if (directory.paused) return "PAUSED";
  if (end.status === "CANCELLED") return directory.status;
  if (end.status === "PLANNED") {
    const isMended = directory.status === "CREDENTIALS_REJECTED" || directory.status === "QUARANTINED";
    if (!isMended) return directory.status;
    return directory.lastSuccessAt === null ? "NEW" : "HEALTHY";
  }
  if (end.status === "SUCCEEDED") return "HEALTHY";
  if (end.status !== "FAILED") return "DEGRADED";
  if (end.credentialsRejected) return "CREDENTIALS_REJECTED";
  if (failedRuns >= failuresToQuarantine) return "QUARANTINED";
  return directory.status === "NEW" ? "NEW" : "DEGRADED";
}

/** Where quarantine begins or ends, the next start is at once what it is from now on (S20); otherwise it stays. */
function nextRunAfterwards(directory: Directory, failedRuns: number, now: Date): string | null {
  const wasQuarantined = directory.failedRuns >= failuresToQuarantine;
  if (wasQuarantined === failedRuns >= failuresToQuarantine) return directory.nextRunAt;
  const { schedule } = JSON.parse(directory.settings) as DirectorySettings; // as: only the directory's own actions write it
  return nextRunOf({ schedule, failedRuns }, now);
}

async function tellAdmins(work: Work, directory: Directory, status: DirectoryStatus, end: RunEnd): Promise<void> {
  const isTrouble = status !== directory.status && (status === "QUARANTINED" || status === "CREDENTIALS_REJECTED");
  // The schedule holds the same removals run after run: that is told once.
  const isHeldAnew = end.status === "HELD" && directory.statusReason !== end.failure;
  if (!isHeldAnew && !isTrouble) return;
  const [site] = await work.byIds(Site, [work.siteId]);
  const words = { siteName: site?.name ?? "", directoryName: directory.name };
  const failure = end.failure ?? "";
  const letter: WordedLetter =
    end.status === "HELD"
      ? removalsHeldLetter({ ...words, counts: end.heldCounts, link: null, failure })
      : directoryTroubleLetter({ ...words, sentence: failure });
  await writeToAdmins(work, letter);
}
