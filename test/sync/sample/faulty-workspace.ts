import { startApply } from "../../../src/actions/directories/start-apply.ts";
import { startSync } from "../../../src/actions/directories/start-sync.ts";
import type { SyncRunStatus } from "../../../src/model/entities.ts";
import { publicId } from "../../../src/model/id.ts";
import { connectGoogle } from "../../../sync/google.ts";
import type { SampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { DirectoryFault, type DirectoryReader, type Snapshot } from "../../../sync/snapshot.ts";
import type { SyncedHouse } from "../../support/synced-house.ts";

/** How a run on a sample Workspace came out. */
export interface Outcome {
  /** The listings that were not complete, each with its reason on a line; or the fault of the whole directory. */
  says: string;
  run: SyncRunStatus | null;
  failure: string | null;
  /** What people had here before and have no longer. */
  lost: string[];
}

/** The real reader on a sample Workspace. It waits by a clock that need not be waited for. */
export function readSample(sample: SampleDirectory, timeoutMs = 30_000): DirectoryReader {
  let slept = 0;
  const sleep = async (milliseconds: number) => {
    slept += milliseconds;
  };
  return connectGoogle({
    serviceAccountKey: sample.serviceAccountKey,
    adminEmail: sample.adminEmail,
    customerId: "my_customer",
    apiUrl: sample.url,
    tokenUrl: sample.tokenUrl,
    timeoutMs,
    queriesPerMinute: 600_000,
    backoff: { firstMs: 1000, maxMs: 1000, tries: 3 },
    clock: { now: () => slept, sleep },
  });
}

/** Plans, and applies the plan as a person does: the directory is trusted from then on. */
export async function syncByHand(house: SyncedHouse, sample: SampleDirectory): Promise<SyncRunStatus | null> {
  const { directoryId } = house;
  const runId = await house.act((work) => startSync(work, { directoryId }));
  await house.run(runId, { reader: readSample(sample) });
  await house.act((work) => startApply(work, { runId: publicId("SyncRun", runId) }));
  return house.run(runId, { reader: readSample(sample) });
}

/** Plans and applies at once, as the schedule does, and tells what came of it. */
export async function syncBySchedule(house: SyncedHouse, sample: SampleDirectory, timeoutMs?: number): Promise<Outcome> {
  const before = await accessIn(house);
  const reader = readSample(sample, timeoutMs);
  let says = "It was not read.";
  const watched: DirectoryReader = Object.create(reader, {
    readSnapshot: {
      value: async (options: Parameters<DirectoryReader["readSnapshot"]>[0]) => {
        try {
          const snapshot = await reader.readSnapshot(options);
          says = doubtsOf(snapshot);
          return snapshot;
        } catch (error) {
          says = error instanceof DirectoryFault ? `${error.kind}: ${error.message}` : String(error);
          throw error;
        }
      },
    },
  });
  const runId = await house.act((work) => startApply(work, { directoryId: house.directoryId }));
  const run = await house.run(runId, { reader: watched });
  const { failure } = await house.runOf(runId);
  const after = await accessIn(house);
  return { says, run, failure, lost: [...before].filter((one) => !after.has(one)) };
}

/** Each listing that is not complete, by what it is of; `complete` when all are. */
function doubtsOf({ verifiedDomains, users, deletedUserIds, groups, members }: Snapshot): string {
  const nameOf = new Map(groups.items.map(({ id, email }) => [id, email.split("@")[0]]));
  const listings = [
    ["domains", verifiedDomains],
    ["users", users],
    ["deleted", deletedUserIds],
    ["groups", groups],
    ...[...members].map(([id, listing]) => [nameOf.get(id) ?? id, listing] as const),
  ] as const;
  const doubtful = listings.filter(([, { state }]) => state !== "complete");
  return doubtful.map(([name, { state, reason }]) => `${name} ${state}: ${reason}`).join("\n") || "complete";
}

/** Who is active, which groups there are and who is in them, by Google's ids. */
async function accessIn(house: SyncedHouse): Promise<Set<string>> {
  const users = await house.rows<{ externalId: string }>(
    "SELECT externalId FROM User WHERE status = 'ACTIVE' AND externalId IS NOT NULL",
  );
  const groups = await house.rows<{ externalId: string }>("SELECT externalId FROM `Group` WHERE externalId IS NOT NULL");
  const members = await house.rows<{ userId: string; groupId: string }>(
    "SELECT u.externalId AS userId, g.externalId AS groupId FROM Membership m JOIN User u ON u.id = m.userId JOIN `Group` g ON g.id = m.groupId",
  );
  return new Set([
    ...users.map(({ externalId }) => `user ${externalId}`),
    ...groups.map(({ externalId }) => `group ${externalId}`),
    ...members.map(({ userId, groupId }) => `${userId} in ${groupId}`),
  ]);
}
