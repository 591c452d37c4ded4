import { generateKeyPairSync } from "node:crypto";
import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import type { SettingsInput } from "../../src/actions/directories/read-settings.ts";
import { startApply } from "../../src/actions/directories/start-apply.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { isOutage } from "../../src/database/dialect.ts";
import type { Directory, SyncRun, SyncRunStatus } from "../../src/model/entities.ts";
import { publicId } from "../../src/model/id.ts";
import { type SyncChangeBody, unpackChanges } from "../../src/model/sync-change.ts";
import type { Door } from "../../src/work/door.ts";
import type { Work } from "../../src/work/work.ts";
import type { RunLog } from "../../sync/lease.ts";
import { createSyncRunner } from "../../sync/run.ts";
import type { DirectoryReader } from "../../sync/snapshot.ts";
import { buildHouse, type House } from "./house.ts";
import { type ScriptedDirectory, scriptedDirectory } from "./scripted-directory.ts";

const rsa = {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
} as const;
const { privateKey } = generateKeyPairSync("rsa", rsa);
export const serviceAccountKey = JSON.stringify({
  type: "service_account",
  client_email: "sync@project.iam",
  client_id: "1",
  private_key: privateKey,
});

/** A house with a connected directory that says what a script says. */
export interface SyncedHouse extends House {
  script: ScriptedDirectory;
  /** Public. */
  directoryId: string;
  /** What the runner told the operator. */
  told: string[];
  act<T>(change: (work: Work) => Promise<T>): Promise<T>;
  /** Makes a run through this door, or its own, and says how it ended. */
  run(
    runId: string,
    through?: { door?: Door; reader?: DirectoryReader; noteReadingEveryMs?: number },
  ): Promise<SyncRunStatus | null>;
  /** Plans, and applies the plan as a person does. Answers the run's compact id. */
  sync(options?: { approveRemovals?: boolean }): Promise<string>;
  /** Plans and applies at once, as the schedule does. */
  syncAtOnce(): Promise<string>;
  directory(): Promise<Directory>;
  runOf(runId: string): Promise<SyncRun>;
  /** `STATUS ACTION label[ in group]`, sorted. The status of a change is its exception's, if it has one. */
  changes(runId: string): Promise<string[]>;
  /** The content of the tables that people have their access from. */
  content(): Promise<string>;
}

export const quiet: RunLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function buildSyncedHouse(settings: SettingsInput = {}): Promise<SyncedHouse> {
  const house = await buildHouse();
  const script = scriptedDirectory();
  const told: string[] = [];
  const log: RunLog = {
    ...quiet,
    error: (fields, message) => told.push(`${message}: ${String((fields as { err?: unknown }).err)}`),
  }; // as: errors are told as `err`
  const act: SyncedHouse["act"] = (change) => house.door.act({ siteId: house.siteId, actor: house.admin }, change);
  const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: "admin@acme.example" } };
  const id = await act((work) => connectDirectory(work, { name: "Workspace", credentials, settings }));
  const directoryId = publicId("Directory", id);
  const one = async <T>(sql: string, param: string) => (await house.rows<T>(sql, [param]))[0] as T; // as: tests ask for what is there

  const synced: SyncedHouse = {
    ...house,
    script,
    directoryId,
    told,
    act,
    run: (runId, { door = house.door, reader = script.reader(), noteReadingEveryMs } = {}) =>
      createSyncRunner({ door, connect: () => reader, isOutage, log, noteReadingEveryMs }).run(runId),
    async sync({ approveRemovals = false } = {}) {
      const runId = await act((work) => startSync(work, { directoryId }));
      await synced.run(runId);
      await act((work) => startApply(work, { runId: publicId("SyncRun", runId), approveRemovals }));
      await synced.run(runId);
      return runId;
    },
    async syncAtOnce() {
      const runId = await act((work) => startApply(work, { directoryId }));
      await synced.run(runId);
      return runId;
    },
    directory: () => one("SELECT * FROM Directory WHERE id = ?", id),
    runOf: (runId) => one("SELECT * FROM SyncRun WHERE id = ?", runId),
    async changes(runId) {
      const steps = await house.rows<{ seq: number; status: string; body: Buffer }>(
        "SELECT seq, status, body FROM SyncStep WHERE runId = ?",
        [runId],
      );
      const exceptions = await house.rows<{ seq: number; position: number; status: string }>(
        "SELECT seq, position, status FROM SyncException WHERE runId = ?",
        [runId],
      );
      const other = new Map(exceptions.map(({ seq, position, status }) => [`${seq}:${position}`, status]));
      const line = (body: SyncChangeBody) =>
        `${body.action} ${body.subjectLabel}${body.groupLabel ? ` in ${body.groupLabel}` : ""}`;
      return steps
        .flatMap(({ seq, status, body }) =>
          unpackChanges(body).map((change, at) => `${other.get(`${seq}:${at}`) ?? status} ${line(change)}`),
        )
        .sort();
    },
    async content() {
      const tables = ["Account", "User", "SearchTerm", "`Group`", "Membership", "Nesting", "Domain", "Application", "Letter"];
      const rows = await Promise.all(tables.map((table) => house.rows(`SELECT * FROM ${table}`)));
      const site = await house.rows("SELECT activeCount, invitedCount, deactivatedCount, adminCount FROM Site");
      return JSON.stringify([...rows.map((table) => table.map((row) => JSON.stringify(row)).sort()), site]);
    },
  };
  return synced;
}
