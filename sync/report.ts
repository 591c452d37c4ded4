import { failureOf, type SyncAction, type SyncChangeBody, type SyncChangeStatus } from "../src/model/sync-change.ts";
import type { SyncSummary } from "../src/model/sync-summary.ts";

/** A run, as far as it is told. */
export interface ReportedRun {
  status: string;
  failure: string | null;
  requestCount: number;
  summary: SyncSummary;
  changes: readonly { status: SyncChangeStatus; body: SyncChangeBody; failure?: string | null }[];
}

const signs: Record<SyncAction, string> = {
  USER_CREATE: "+",
  USER_ADOPT: "~",
  USER_UPDATE: "~",
  USER_ACTIVATE: "+",
  USER_DEACTIVATE: "-",
  USER_DELETE: "-",
  GROUP_CREATE: "+",
  GROUP_ADOPT: "~",
  GROUP_UPDATE: "~",
  GROUP_DELETE: "-",
  MEMBER_ADD: "+",
  MEMBER_REMOVE: "-",
};

/** What each change is called, and where it is told: what comes first, what changes next, and what goes last, where it is not missed. */
const chapters: readonly { title: string; has: (status: SyncChangeStatus, action: SyncAction) => boolean }[] = [
  {
    title: "People and groups",
    has: (status, action) => isMade(status) && signs[action] !== "-" && !action.startsWith("MEMBER"),
  },
  { title: "Memberships", has: (status, action) => isMade(status) && action === "MEMBER_ADD" },
  { title: "Left alone", has: (status) => status === "SKIPPED" },
  { title: "Undecided", has: (status) => status === "DISPUTED" },
  { title: "Failed", has: (status) => status === "FAILED" },
  { title: "REMOVALS", has: (status, action) => isMade(status) && signs[action] === "-" },
  { title: "HELD, until a person approves them", has: (status) => status === "HELD" },
];

/** A run in words: the counts first, then the changes like a diff, removals last and loud. One line each, no line break at the end. */
export function reportRun({ status, failure, requestCount, summary, changes }: ReportedRun): string {
  const lines = [`${status}. ${countsIn(summary)} ${requestCount} requests to the directory.`];
  if (failure) lines.push(failure);
  for (const { title, has } of chapters) {
    const told = changes.filter((change) => has(change.status, change.body.action));
    if (told.length === 0) continue;
    lines.push("", `${title} (${told.length})`);
    for (const { status, body, failure: why } of [...told].sort((one, other) =>
      one.body.subjectLabel < other.body.subjectLabel ? -1 : 1,
    ))
      lines.push(`  ${lineOf(body, failureOf(status, body, why))}`);
  }
  return lines.join("\n");
}

/** One change as a line: `+ ada@example.com joins Engineering`. */
export function lineOf(body: SyncChangeBody, why: string | null = null): string {
  const { action, subjectLabel, groupLabel, changes } = body;
  const said = {
    MEMBER_ADD: `joins ${groupLabel}`,
    MEMBER_REMOVE: `leaves ${groupLabel}`,
    USER_DEACTIVATE: "is deactivated",
    USER_ACTIVATE: "is activated",
    USER_ADOPT: "is taken over",
    USER_DELETE: "is deleted",
    USER_CREATE: "comes",
    USER_UPDATE: "changes",
    GROUP_CREATE: "(group) comes",
    GROUP_ADOPT: "(group) is taken over",
    GROUP_UPDATE: "(group) changes",
    GROUP_DELETE: "(group) is deleted",
  }[action];
  const fields =
    action === "USER_UPDATE" || action === "GROUP_UPDATE"
      ? changes.map(({ field, from, to }) => ` ${field} ${from ?? "none"} -> ${to ?? "none"}`).join(",")
      : "";
  return `${signs[action]} ${subjectLabel} ${said}${fields}${why ? `: ${why}` : ""}`;
}

function isMade(status: SyncChangeStatus): boolean {
  return status === "PLANNED" || status === "APPLIED";
}

function countsIn(summary: SyncSummary): string {
  const triple = (noun: string, come: number, change: number, go: number) =>
    `${noun}: ${come} to come, ${change} to change, ${go} to go.`;
  return [
    triple("Users", summary.usersToCreate, summary.usersToUpdate, summary.usersToRemove),
    triple("Groups", summary.groupsToCreate, summary.groupsToUpdate, summary.groupsToRemove),
    `Memberships: ${summary.membersToAdd} to come, ${summary.membersToRemove} to go.`,
    `${summary.applied} applied, ${summary.held} held, ${summary.failed} failed.`,
  ].join(" ");
}
