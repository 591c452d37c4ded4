import { countOfAction, type SyncSummary } from "../src/model/sync-summary.ts";
import { type Counts, countChanges, countedKinds, fates, tableOfCounts } from "./report/count-changes.ts";
import { nextSteps } from "./report/next-steps.ts";
import { printChapters, sumOf } from "./report/print-chapters.ts";
import { type PrintOptions, printSentence } from "./report/print-lines.ts";
import { counted, harmless, number } from "./report/terminal-text.ts";
import type { ReportedChange } from "./report/told-change.ts";

/** A run, as far as it is told. */
export interface ReportedRun {
  status: string;
  failure: string | null;
  requestCount: number;
  waitedMs: number;
  summary: SyncSummary;
  changes: readonly ReportedChange[];
}

export interface ReportOptions extends PrintOptions {
  /** The site's key and the run's public id. */
  site: string;
  runId: string;
  /** Every line and every value, and nothing folded. */
  all: boolean;
  /** Full names of people that their changes do not tell, by compact id. */
  names: ReadonlyMap<string, string>;
}

/**
 * A run in words: how it stands and the counts first, then the changes like a diff, by name, removals last and loud, and what to do
 * next (S21). Nothing of the directory's reaches a terminal as it is. Lines, without a break at the end.
 */
export function reportRun(run: ReportedRun, options: ReportOptions): string {
  const { status, changes, failure } = run;
  const { paint, site, runId } = options;
  const isPlan = !ended.includes(status);
  const counts = countChanges(changes, isPlan);
  const chapters = printChapters(changes, counts, { ...options, isPlan, failure });
  const lines = [...printSentence(headline(run, counts), options)];
  if (changes.length > 0) lines.push("", ...tableOfCounts(counts, paint));
  for (const line of chapters.lines) lines.push(line);
  for (const { sentence, command } of nextSteps({ status, counts, site, runId, cut: chapters.cut })) {
    lines.push("", ...printSentence(sentence, options));
    if (command) lines.push(paint.title(`  ${command}`));
  }
  return lines.join("\n");
}

/** Of such a run, what is still PLANNED is not made any more. */
const ended = ["SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED", "HELD"];

function headline({ status, failure, requestCount, waitedMs, summary, changes }: ReportedRun, counts: Counts): string {
  const asked = `${counted(requestCount, "request")} to the directory${waitedMs >= 1000 ? `, waited ${number(Math.round(waitedMs / 1000))} s` : ""}.`;
  // What a run holds is told with its reasons.
  const why = failure && status !== "HELD" ? `${harmless(failure)} ` : "";
  const isForgotten = changes.length === 0 && Object.values(countOfAction).some((count) => summary[count] > 0);
  const stands = isForgotten ? "Its single changes are not kept any more. " : sentenceFor(status, counts, why !== "");
  return `${status}: ${why}${stands}${asked}`;
}

function sentenceFor(status: string, counts: Counts, isTold: boolean): string {
  const has = (...wanted: (typeof fates)[number][]) => wanted.some((fate) => sumOf(counts, fate) !== "");
  if (status === "HELD")
    return `Removals wait for a person${has("come", "change", "go") ? "; everything else was applied" : ""}. `;
  if (!ended.includes(status) && status !== "PLANNED") return "The run is under way. ";
  if (status === "CANCELLED") return has("come", "change", "go") ? "What was applied before stays. " : "Nothing was changed. ";
  const nothing = !has("come", "change", "go", "held");
  if ((status === "PLANNED" || status === "SUCCEEDED") && nothing)
    return has(...fates) ? "There is nothing to do but what is told below. " : "There is nothing to do. ";
  if (isTold) return "";
  return status === "PLANNED"
    ? "This is a plan; nothing has been changed. "
    : status === "SUCCEEDED"
      ? "Everything was applied. "
      : "";
}

/** Whether a plan has anything to apply, or a run anything to approve. */
export function isOpen({ status, changes }: Pick<ReportedRun, "status" | "changes">): boolean {
  const counts = countChanges(changes, status === "PLANNED");
  const waits = (["come", "change", "go", "held"] as const).some((fate) => countedKinds.some((kind) => counts[kind][fate] > 0));
  return status === "HELD" || (status === "PLANNED" && waits);
}
