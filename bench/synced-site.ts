import { connectDirectory } from "../src/actions/directories/connect-directory.ts";
import { startApply } from "../src/actions/directories/start-apply.ts";
import { startSync } from "../src/actions/directories/start-sync.ts";
import { createSite } from "../src/actions/sites/create-site.ts";
import { type House, openHouse, operator } from "../src/commands/open-house.ts";
import { readConfig } from "../src/config.ts";
import { isOutage } from "../src/database/dialect.ts";
import { newId, publicId } from "../src/model/id.ts";
import { listRecentRuns, type WholeRun } from "../src/queries/whole-run.ts";
import { createLog } from "../src/server/log.ts";
import type { Place } from "../src/work/door.ts";
import { connectGoogle } from "../sync/google.ts";
import { createSyncRunner, type SyncRunner } from "../sync/run.ts";
import type { SampleAddress } from "./sample-process.ts";

/** Google grants 2,400 requests a minute; that wait is Google's and the same for every program, so it is not measured. */
const queriesPerMinute = 1e9;

/** The processes of one bench open what another sealed. */
const secretKey = Buffer.alloc(32).toString("base64");

const log = createLog({ level: "error" });

/** Opens a database with Gatehouse's tables, making what is missing. */
export function openAt(url: string): Promise<House> {
  return openHouse(readConfig({ DATABASE_URL: url, SECRET_KEY: secretKey }, { demo: true }), log);
}

/** A site with a directory that is connected and not synced yet. */
export interface SyncedSite {
  house: House;
  /** Answers the run's compact id. */
  plan(): Promise<string>;
  /** Applies a plan, and answers the run without its changes. */
  apply(runId: string): Promise<WholeRun>;
}

/** Opens the one site with its directory; on an empty database makes both, and connects the sample Workspace. */
export async function openSyncedSite(url: string, sample: SampleAddress): Promise<SyncedSite> {
  const house = await openAt(url);
  const { door } = house;
  const [known] = await house.ground.read("SELECT id, siteId FROM Directory");
  const place: Place = { siteId: known ? String(known.siteId) : newId(), actor: operator };
  const id = known ? String(known.id) : await makeSite(house, place, sample);
  const directoryId = publicId("Directory", id);
  const runner = runnerFor(house, sample);
  return {
    house,
    async plan() {
      const runId = await door.act(place, (work) => startSync(work, { directoryId }));
      await runner.run(runId);
      return runId;
    },
    async apply(runId) {
      await door.act(place, (work) => startApply(work, { runId: publicId("SyncRun", runId) }));
      await runner.run(runId);
      const [run] = await door.look(place, (reader) => listRecentRuns(reader, 1));
      if (run?.id !== runId) throw new Error(`The run ${runId} is not the latest.`);
      return run;
    },
  };
}

/** Answers the directory's compact id. */
async function makeSite({ door }: House, place: Place, sample: SampleAddress): Promise<string> {
  await door.act(place, (work) => createSite(work, { key: "bench", name: "Bench", adminEmail: "owner@bench.example" }));
  const credentials = { googleWorkspace: { serviceAccountKey: sample.serviceAccountKey, adminEmail: sample.adminEmail } };
  return door.act(place, (work) => connectDirectory(work, { name: "Acme Workspace", credentials }));
}

function runnerFor({ door }: House, { url: apiUrl, tokenUrl }: SampleAddress): SyncRunner {
  return createSyncRunner({
    door,
    connect: (credentials) => connectGoogle({ ...credentials, apiUrl, tokenUrl, queriesPerMinute }),
    isOutage,
    log,
  });
}
