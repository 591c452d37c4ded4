import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { readDatabaseSetting } from "../src/config.ts";
import type { Ground } from "../src/database/ground.ts";
import { makeDatabase } from "./bench-database.ts";
import { nextMessage, startChild } from "./child.ts";
import { listingRequests } from "./listing-requests.ts";
import { readBatches, writePlainly } from "./plain-inserts.ts";
import type { SampleAddress, SampleQuestion, SampleState } from "./sample-process.ts";
import type { RunFigures, SyncFigures } from "./sync-figures.ts";
import { makeSyncedSite, openAt, type SyncedSite } from "./synced-site.ts";

// Measures one database, named by the first argument: a server, or `sqlite`. A process for each, so that none is warmed up by
// another, and so that processor time and memory are the sync's alone.
process.send?.(await measure(process.argv[2] ?? "sqlite"));

async function measure(server: string): Promise<SyncFigures> {
  const database = await makeDatabase(server);
  const sample = startChild("sample-process.js");
  try {
    const site = await makeSyncedSite(database.url, await nextMessage<SampleAddress>(sample));
    try {
      const { ground } = site.house;
      const idleBytes = peakBytes();
      const first = await measureSync(site, sample, "TELL");
      const memory = { idleBytes, peakBytes: peakBytes() };
      const held = await countHeld(ground);
      const second = await measureSync(site, sample, "TELL");
      const plain = await writeAgain(ground, server);
      const changed = await measureSync(site, sample, "CHANGE");
      return { database: await nameOf(ground), ...memory, first, second, changed, held, plain };
    } finally {
      await site.house.close();
    }
  } finally {
    if (sample.connected) sample.disconnect();
    await database.drop();
  }
}

async function measureSync(site: SyncedSite, sample: ChildProcess, question: SampleQuestion): Promise<RunFigures> {
  const before = await ask(sample, question);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const runId = await site.plan();
  const planned = performance.now();
  const { status, failure, requestCount, summary } = await site.apply(runId);
  const applied = performance.now();
  const cpu = process.cpuUsage(cpuBefore);
  const after = await ask(sample, "TELL");
  const asked = (isListing: boolean) => countRequests(after, isListing) - countRequests(before, isListing);
  return {
    status,
    failure,
    planSeconds: (planned - start) / 1000,
    applySeconds: (applied - planned) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    listingRequests: asked(true),
    expectedListingRequests: listingRequests(after),
    proofRequests: asked(false),
    ownRequests: requestCount,
    summary,
  };
}

function ask(sample: ChildProcess, question: SampleQuestion): Promise<SampleState> {
  const answer = nextMessage<SampleState>(sample);
  sample.send(question);
  return answer;
}

/** Requests for pages, or else for single objects. Those for access tokens are neither. */
function countRequests({ requests }: SampleState, isListing: boolean): number {
  return [...requests]
    .filter(([method]) => method !== "token" && method.endsWith(".list") === isListing)
    .reduce((sum, [, count]) => sum + count, 0);
}

/** What came from the directory. */
async function countHeld(ground: Ground): Promise<SyncFigures["held"]> {
  const count = async (from: string) => Number((await ground.read(`SELECT COUNT(*) AS n FROM ${from}`))[0]?.n);
  const users = await count("User WHERE directoryId IS NOT NULL");
  const groups = await count("`Group` WHERE directoryId IS NOT NULL");
  return { users, groups, memberships: await count("Membership WHERE bySync = 1") };
}

/** Writes the rows of a synced database into another, in the plainest way. */
async function writeAgain(ground: Ground, server: string): Promise<SyncFigures["plain"]> {
  const database = await makeDatabase(server);
  try {
    await (await openAt(database.url)).close();
    const batches = await readBatches(ground);
    const seconds = await writePlainly(readDatabaseSetting({ DATABASE_URL: database.url }), batches);
    return { rows: batches.reduce((sum, { rows }) => sum + rows.length, 0), seconds };
  } finally {
    await database.drop();
  }
}

/** The most that this process has had in memory. `maxRSS` would on Linux begin with what the parent process had. */
function peakBytes(): number {
  const kilobytes =
    process.platform === "linux" ? /VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] : undefined;
  return Number(kilobytes ?? process.resourceUsage().maxRSS) * 1024;
}

async function nameOf(ground: Ground): Promise<string> {
  const isSqlite = ground.dialect === "sqlite";
  const [row] = await ground.read(isSqlite ? "SELECT sqlite_version() AS version" : "SELECT VERSION() AS version");
  const version = String(row?.version).replace(/-.*/, "");
  if (isSqlite) return `SQLite ${version}`;
  return `${ground.dataSource.options.type === "mariadb" ? "MariaDB" : "MySQL"} ${version}`;
}
