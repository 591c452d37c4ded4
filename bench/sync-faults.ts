import type { SyncSummary } from "../src/model/sync-summary.ts";
import { onePercent } from "./change-company.ts";
import { companySize } from "./company-size.ts";
import type { RunFigures, SyncFigures } from "./sync-figures.ts";
import { grouped } from "./table.ts";

const firstSync = {
  usersToCreate: companySize.users,
  groupsToCreate: companySize.groups,
  membersToAdd: companySize.memberships,
} satisfies Partial<SyncSummary>;

/** What is wrong with measured syncs, in sentences: what they did, what it cost in requests, and what is in the tables after. */
export function syncFaults({ first, second, changed, held }: SyncFigures): string[] {
  const wrongHeld = (["users", "groups", "memberships"] as const)
    .filter((noun) => held[noun] !== companySize[noun])
    .map((noun) => `After the first sync there are ${grouped(held[noun])} ${noun} and not ${grouped(companySize[noun])}.`);
  return [
    ...runFaults("first", first, firstSync),
    ...wrongHeld,
    ...runFaults("second", second, {}),
    ...runFaults("third", changed, onePercent),
  ];
}

function runFaults(name: string, run: RunFigures, expected: Partial<SyncSummary>): string[] {
  const { status, failure, listingRequests, expectedListingRequests, proofRequests, ownRequests } = run;
  const faults: string[] = [];
  if (status !== "SUCCEEDED") faults.push(`The ${name} sync ended as ${status}: ${failure}`);
  if (listingRequests !== expectedListingRequests)
    faults.push(`The ${name} sync made ${listingRequests} requests and S2 counts ${expectedListingRequests}.`);
  if (ownRequests !== listingRequests + proofRequests)
    faults.push(`The ${name} sync says that it made ${ownRequests} requests and made ${listingRequests + proofRequests}.`);
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
    .map(([field, count]) => `The ${name} sync has ${field}: ${grouped(summary[field])} and not ${grouped(count)}.`);
}
