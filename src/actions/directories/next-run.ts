import { nextAfter, readCron } from "../../model/cron.ts";

/** So many failed runs in a row put a directory into quarantine (S20). */
export const failuresToQuarantine = 3;

/** Directories of many sites have the same schedule: their starts are spread over a tenth of its pace, and no more than this. */
const widestJitterMs = 5 * 60_000;

const dayMs = 86_400_000;

/** When the schedule next starts a run after a moment, with jitter, as 24 characters; null for manual runs only. */
export function nextRunAfter(schedule: string | null, moment: Date): string | null {
  const cron = schedule === null ? null : readCron(schedule);
  if (cron === null || "fault" in cron) return null;
  const next = nextAfter(cron, moment);
  if (next === null) return null;
  const pace = (nextAfter(cron, next) ?? next).getTime() - next.getTime();
  return new Date(next.getTime() + Math.random() * Math.min(widestJitterMs, pace / 10)).toISOString();
}

/** The same for a directory that has failed so often in a row: in quarantine once a day, whatever its schedule (S20). */
export function nextRunOf(
  { schedule, failedRuns }: { schedule: string | null; failedRuns: number },
  moment: Date,
): string | null {
  if (schedule === null || failedRuns < failuresToQuarantine) return nextRunAfter(schedule, moment);
  return new Date(moment.getTime() + dayMs).toISOString();
}
