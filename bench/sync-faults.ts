import type { SyncSummary } from "../src/model/sync-summary.ts";
import type { CompanySize } from "../sync/sample/company.ts";
import { onePercentOf } from "./change-company.ts";
import type { CompanyFigures, RunFigures } from "./sync-figures.ts";
import { grouped } from "./table.ts";
import { untouchedTables } from "./written-rows.ts";

/** The most that a sync may have in memory above an idle gateway. */
export const mostBytesAboveIdle = 300 * 1024 * 1024;

/** What is wrong with measured syncs, in sentences: what they did, what it cost, and what is in the tables after. */
export function syncFaults({ first, unchanged, changed, drained }: CompanyFigures, size: CompanySize): string[] {
  const all = { usersToCreate: size.users, groupsToCreate: size.groups, membersToAdd: size.memberships };
  const wrongHeld = (["users", "groups", "memberships"] as const)
    .filter((noun) => first.held[noun] !== size[noun])
    .map((noun) => `After the first sync there are ${grouped(first.held[noun])} ${noun} and not ${grouped(size[noun])}.`);
  const touched = untouchedTables
    .filter((table) => unchanged.written.has(table))
    .map((table) => `The sync without changes wrote ${grouped(unchanged.written.get(table) ?? 0)} rows of ${table}.`);
  const { value } = drained.drain;
  const isDrained = value.users === size.users && value.groups === size.groups && value.memberships === size.memberships;
  return [
    ...runFaults("first sync", first, all),
    ...wrongHeld,
    ...runFaults("sync without changes", unchanged, {}),
    ...touched,
    ...runFaults("sync of 1% changed", changed, onePercentOf(size)),
    ...(isDrained ? [] : ["Draining by hand did not read what the syncs read."]),
  ];
}

function runFaults(name: string, run: RunFigures, expected: Partial<SyncSummary>): string[] {
  const { status, failure, listingRequests, expectedListingRequests, proofRequests, requestCount } = run;
  const faults: string[] = [];
  if (status !== "SUCCEEDED") faults.push(`The ${name} ended as ${status}: ${failure}`);
  if (listingRequests !== expectedListingRequests)
    faults.push(`The ${name} made ${listingRequests} requests and S2 counts ${expectedListingRequests}.`);
  if (requestCount !== listingRequests + proofRequests)
    faults.push(`The ${name} says that it made ${requestCount} requests and made ${listingRequests + proofRequests}.`);
  if (run.peakBytes - run.idleBytes > mostBytesAboveIdle) faults.push(`The ${name} had more memory than 300 MiB above idle.`);
  return [...faults, ...summaryFaults(name, run.summary, expected)];
}

/** What a summary does not count is to be zero, and all that it counts is to be applied. */
function summaryFaults(name: string, summary: SyncSummary, expected: Partial<SyncSummary>): string[] {
  const counts: [keyof SyncSummary, number][] = [
    ["usersToCreate", expected.usersToCreate ?? 0],
    ["usersToUpdate", expected.usersToUpdate ?? 0],
    ["usersToRemove", expected.usersToRemove ?? 0],
    ["groupsToCreate", expected.groupsToCreate ?? 0],
    ["groupsToUpdate", expected.groupsToUpdate ?? 0],
    ["groupsToRemove", expected.groupsToRemove ?? 0],
    ["membersToAdd", expected.membersToAdd ?? 0],
    ["membersToRemove", expected.membersToRemove ?? 0],
    ["applied", Object.values(expected).reduce((sum, count) => sum + count, 0)],
  ];
  return counts
    .filter(([field, count]) => summary[field] !== count)
    .map(([field, count]) => `The ${name} has ${field}: ${grouped(summary[field])} and not ${grouped(count)}.`);
}
