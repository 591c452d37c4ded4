import { type NodeType, publicId } from "../../src/model/id.ts";
import { failureOf } from "../../src/model/sync-change.ts";
import { countOfAction, type RunSummary } from "../../src/model/sync-summary.ts";
import type { ReportedChange } from "./told-change.ts";

/** A run without its changes. */
export interface ListedRun {
  id: string;
  directoryId: string;
  status: string;
  startedByLabel: string;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  failure: string | null;
  requestCount: number;
  waitedMs: number;
  summary: RunSummary;
}

/** A run as a line for programs. Its fields only ever become more. */
export function runAsJson(run: ListedRun): string {
  const { summary } = run;
  const counts = [...new Set(Object.values(countOfAction)), "applied", "held", "failed"] as const;
  return asJson({
    type: "run",
    id: publicId("SyncRun", run.id),
    directoryId: publicId("Directory", run.directoryId),
    status: run.status,
    startedBy: run.startedByLabel,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    failure: run.failure,
    requestCount: run.requestCount,
    waitedMs: run.waitedMs,
    summary: Object.fromEntries(counts.map((name) => [name, summary[name]])),
  });
}

/** A change as a line for programs. Its fields only ever become more. */
export function changeAsJson({ status, body, failure }: ReportedChange): string {
  return asJson({
    type: "change",
    status,
    action: body.action,
    subjectType: body.subjectType,
    subjectId: idOf(body.subjectType, body.subjectId),
    subject: body.subjectLabel,
    externalId: body.externalId,
    groupId: idOf("Group", body.groupId),
    group: body.groupLabel ?? null,
    changes: body.changes,
    failure: failureOf(status, body, failure),
  });
}

function idOf(type: NodeType, id: string | null | undefined): string | null {
  return id ? publicId(type, id) : null;
}

/** JSON leaves some characters as they are that a terminal obeys, or that turn the direction of text: they stand there escaped. */
export function asJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
