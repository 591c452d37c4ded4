import type { SyncChangeBody, SyncChangeStatus } from "../../src/model/sync-change.ts";
import { emptySummary } from "../../src/model/sync-summary.ts";
import { uncoloured } from "../../sync/report/terminal-text.ts";
import type { ReportedChange } from "../../sync/report/told-change.ts";
import { type ReportedRun, type ReportOptions, reportRun } from "../../sync/report.ts";

type More = Partial<SyncChangeBody>;

export const body = (action: SyncChangeBody["action"], subjectLabel: string, more: More = {}): SyncChangeBody => ({
  action,
  subjectType: action.startsWith("GROUP") ? "Group" : "User",
  subjectId: null,
  subjectLabel,
  externalId: subjectLabel,
  changes: [],
  ...more,
});
export const at = (name: string) => `${name.toLowerCase().replace(/\W/g, ".")}@acme.example`;
export const change = (status: SyncChangeStatus, one: SyncChangeBody, failure: string | null = null): ReportedChange => ({
  status,
  body: one,
  failure,
});
export const comes = (name: string, status: SyncChangeStatus = "PLANNED", more: More = {}) =>
  change(status, body("USER_CREATE", at(name), { changes: [{ field: "fullName", from: null, to: name }], ...more }));
export const joins = (name: string, group: string, status: SyncChangeStatus = "PLANNED") =>
  change(status, body("MEMBER_ADD", at(name), { groupLabel: group, groupExternalId: group }));
export const leaves = (name: string, group: string, status: SyncChangeStatus = "PLANNED") =>
  change(status, body("MEMBER_REMOVE", at(name), { groupLabel: group, groupExternalId: group, proof: "NO_MEMBER" }));
export const goes = (name: string, status: SyncChangeStatus = "PLANNED", failure: string | null = null) =>
  change(status, body("USER_DEACTIVATE", at(name), { proof: "ABSENT" }), failure);
export const many = (count: number) => Array.from({ length: count }, (_, n) => `Person ${n + 1}`);

/** A report's lines, of a plan on no terminal unless said otherwise. */
export function tell(changes: ReportedChange[], run: Partial<ReportedRun> = {}, options: Partial<ReportOptions> = {}): string[] {
  const told = reportRun(
    { status: "PLANNED", failure: null, requestCount: 7, waitedMs: 0, summary: emptySummary(), changes, ...run },
    {
      width: Number.POSITIVE_INFINITY,
      paint: uncoloured,
      all: false,
      site: "acme",
      runId: "run_1",
      names: new Map(),
      ...options,
    },
  );
  return told.split("\n");
}

/** The lines from a title to the next empty one. */
export function chapter(lines: string[], title: string): string[] {
  const from = lines.findIndex((line) => line.startsWith(title));
  const rest = lines.slice(from + 1);
  return from < 0 ? [] : rest.slice(0, rest.indexOf("") < 0 ? undefined : rest.indexOf(""));
}
