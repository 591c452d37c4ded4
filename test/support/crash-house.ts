import { setTimeout as wait } from "node:timers/promises";
import { createApplication } from "../../src/actions/applications/create-application.ts";
import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import { startApply } from "../../src/actions/directories/start-apply.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { isCollision, isOutage } from "../../src/database/dialect.ts";
import { publicId } from "../../src/model/id.ts";
import { allScopes } from "../../src/model/scope.ts";
import { wireSync } from "../../sync/main.ts";
import type { SampleDirectory } from "../../sync/sample/sample-directory.ts";
import { buildHouse, type House, testKey } from "./house.ts";
import { quiet } from "./synced-house.ts";

/** A house that the sample Workspace is connected to, whose runs are made by processes of their own, or here. */
export interface CrashHouse extends House {
  /** What a process needs to be an instance of this house. */
  env: NodeJS.ProcessEnv;
  /** Public. */
  directoryId: string;
  /** An API token that may do everything. */
  token: string;
  /** Has a first plan made; a person's. */
  plan(): Promise<void>;
  /** Has the plan applied; a person's word. */
  apply(): Promise<void>;
  /** Has a run planned and applied at once; a person's word. */
  applyAtOnce(): Promise<void>;
  /** The schedule's next start has come. */
  makeDue(): Promise<void>;
  /** Makes what is to be made, here and undisturbed. */
  makeRuns(): Promise<void>;
  /** The newest run; null before the first. */
  run(): Promise<NewestRun | null>;
  /** So many runs were started, and every one has ended. */
  haveEnded(runs: number): Promise<boolean>;
  write(sql: string): Promise<void>;
}

export interface NewestRun {
  id: string;
  status: string;
  appliedSeq: number;
  stepCount: number;
  /** Flags are 0 or 1. */
  isPlanned: number;
  hasEnded: number;
  /** The action of the next step to apply; null when there is none. */
  next: string | null;
}

const newest = `SELECT r.id, r.status, r.appliedSeq, r.stepCount, r.basis IS NOT NULL AS isPlanned,
  r.finishedAt IS NOT NULL AS hasEnded,
  (SELECT s.action FROM SyncStep s WHERE s.runId = r.id AND s.seq > r.appliedSeq AND s.status = 'PLANNED' ORDER BY s.seq LIMIT 1) AS next
  FROM SyncRun r ORDER BY r.id DESC LIMIT 1`;

export interface CrashHouseOptions {
  directory: SampleDirectory;
  /** Everybody who comes gets an application that has so many. */
  seatLimit: number;
}

export async function buildCrashHouse({ directory, seatLimit }: CrashHouseOptions): Promise<CrashHouse> {
  const house = await buildHouse();
  const place = { siteId: house.siteId, actor: house.admin };
  const { serviceAccountKey, adminEmail } = directory;
  const applicationId = await house.door.act(place, (work) =>
    createApplication(work, { key: "wiki", name: "Wiki", grantedToNewUsers: false, seatLimit }),
  );
  const settings = { sendWelcome: true, applicationIds: [publicId("Application", applicationId)] };
  const id = await house.door.act(place, (work) =>
    connectDirectory(work, {
      name: "Workspace",
      credentials: { googleWorkspace: { serviceAccountKey, adminEmail } },
      settings,
    }),
  );
  const { secret } = await house.door.act({ ...place, actor: house.operator }, (work) =>
    createApiToken(work, { name: "Script", scopes: allScopes }),
  );
  const env = {
    ...process.env,
    DATABASE_URL: house.database.url,
    PUBLIC_URL: "http://127.0.0.1:4000",
    SECRET_KEY: testKey.toString("base64"),
    GOOGLE_API_URL: directory.url,
    GOOGLE_QUERIES_PER_MINUTE: "100000",
    GOOGLE_TOKEN_URL: directory.tokenUrl,
    LOG_LEVEL: "warn",
  };

  const crashHouse: CrashHouse = {
    ...house,
    env,
    directoryId: publicId("Directory", id),
    token: secret,
    async plan() {
      await house.door.act(place, (work) => startSync(work, { directoryId: crashHouse.directoryId }));
    },
    async apply() {
      const run = await crashHouse.run();
      await house.door.act(place, (work) => startApply(work, { runId: publicId("SyncRun", run?.id ?? "") }));
    },
    async applyAtOnce() {
      await house.door.act(place, (work) => startApply(work, { directoryId: crashHouse.directoryId }));
    },
    makeDue: () => crashHouse.write("UPDATE Directory SET nextRunAt = '2020-01-01T00:00:00.000Z'"),
    async makeRuns() {
      const { schedule } = wireSync({
        door: house.door,
        log: quiet,
        isOutage,
        googleApiUrl: directory.url,
        googleTokenUrl: directory.tokenUrl,
        googleQueriesPerMinute: 100_000,
      });
      await schedule.tick();
      await schedule.stop();
    },
    async run() {
      const [run] = await house.rows<NewestRun>(newest);
      return run ?? null;
    },
    async haveEnded(runs) {
      const [count] = await house.rows<{ started: number; ended: number }>(
        "SELECT COUNT(*) AS started, COUNT(finishedAt) AS ended FROM SyncRun",
      );
      return count?.started === runs && count.ended === runs;
    },
    async write(sql) {
      // Other processes may be in the way for a moment.
      for (;;)
        try {
          const transaction = await house.database.ground.begin();
          try {
            await transaction.write(sql);
            return await transaction.commit();
          } catch (error) {
            await transaction.rollback();
            throw error;
          }
        } catch (error) {
          if (!isCollision(error)) throw error;
          await wait(20);
        }
    },
  };
  return crashHouse;
}
