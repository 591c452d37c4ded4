import type { Ground } from "../src/database/ground.ts";
import type { SampleAddress } from "./sample-process.ts";
import type { SyncFigures } from "./sync-figures.ts";
import { openSyncedSite } from "./synced-site.ts";
import { measureUse } from "./used.ts";
import { countWrites, refuseWrites } from "./written-rows.ts";

/** What this process is told. Where nothing changed, the database refuses to change people and groups. */
export interface SyncOrder {
  url: string;
  sample: SampleAddress;
  changes: boolean;
}

// Makes one sync: a plan, and the same plan applied. A process for each, so that none is warmed up by another, and so that processor
// time and memory are this sync's alone.
const { url, sample, changes } = JSON.parse(process.argv[2] ?? "{}") as SyncOrder; // as: the bench's own argument
const site = await openSyncedSite(url, sample);
try {
  process.send?.(await measureSync(site.house.ground));
} finally {
  await site.house.close();
  process.disconnect?.();
}

async function measureSync(ground: Ground): Promise<SyncFigures> {
  const allowWrites = changes ? async () => undefined : await refuseWrites(ground);
  const written = countWrites(ground);
  let planSeconds = 0;
  const { value, ...used } = await measureUse(async () => {
    const start = performance.now();
    const runId = await site.plan();
    planSeconds = (performance.now() - start) / 1000;
    return site.apply(runId);
  });
  await allowWrites();
  const { status, failure, requestCount, summary } = value;
  return { ...used, planSeconds, status, failure, requestCount, summary, written, held: await countHeld(ground) };
}

/** What came from the directory. */
async function countHeld(ground: Ground): Promise<SyncFigures["held"]> {
  const count = async (from: string) => Number((await ground.read(`SELECT COUNT(*) AS n FROM ${from}`))[0]?.n);
  const users = await count("User WHERE directoryId IS NOT NULL");
  const groups = await count("`Group` WHERE directoryId IS NOT NULL");
  return { users, groups, memberships: await count("Membership WHERE bySync = 1") };
}
