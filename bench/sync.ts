import type { ChildProcess } from "node:child_process";
import type { CompanySize } from "../sync/sample/company.ts";
import { type BenchDatabase, makeDatabase, nameDatabase } from "./bench-database.ts";
import type { HandFigures, HandOrder } from "./by-hand-process.ts";
import { nextMessage, startChild } from "./child.ts";
import { companySizes, type SizeName } from "./company-size.ts";
import { listingRequests } from "./listing-requests.ts";
import type { SampleAddress, SampleQuestion, SampleState } from "./sample-process.ts";
import { syncFaults } from "./sync-faults.ts";
import type { CompanyFigures, RunFigures, SyncFigures } from "./sync-figures.ts";
import type { SyncOrder } from "./sync-process.ts";
import { reportCompany, reportGrowth } from "./sync-report.ts";
import { grouped } from "./table.ts";

/**
 * Measures the syncs of whole companies on SQLite, and on a MySQL or MariaDB server where there is one, and prints what they took. When a
 * sync does or asks for anything else than it should, that is printed and the process will exit with 1.
 */
export async function benchSync(servers: readonly string[], names: readonly SizeName[]): Promise<void> {
  console.log("\nGoogle's limit of 2,400 requests a minute is not waited for.");
  for (const server of servers) {
    const measured: CompanyFigures[] = [];
    for (const name of names) measured.push(await benchCompany(server, companySizes[name]));
    const [small, large] = measured;
    if (small && large) console.log(`\n${reportGrowth(small, large)}`);
  }
}

async function benchCompany(server: string, size: CompanySize): Promise<CompanyFigures> {
  const { users, groups, memberships } = size;
  console.log(`\nSync of ${grouped(users)} people, ${grouped(groups)} groups and ${grouped(memberships)} memberships`);
  const sample = startChild("sample-process.js", [JSON.stringify(size)]);
  const database = await makeDatabase(server);
  const another = await makeDatabase(server);
  try {
    const figures = await measureCompany(await nextMessage<SampleAddress>(sample), sample, database, another);
    console.log(reportCompany(figures));
    const faults = syncFaults(figures, size);
    for (const fault of faults) console.log(`WRONG: ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
    return figures;
  } finally {
    if (sample.connected) sample.disconnect();
    await database.drop();
    await another.drop();
  }
}

async function measureCompany(
  address: SampleAddress,
  sample: ChildProcess,
  { url }: BenchDatabase,
  { url: another }: BenchDatabase,
): Promise<CompanyFigures> {
  const ask = (question: SampleQuestion): Promise<SampleState> => {
    const answer = nextMessage<SampleState>(sample);
    sample.send(question);
    return answer;
  };
  const byHand = (order: Omit<HandOrder, "sample"> = {}) =>
    start<HandFigures>("by-hand-process.js", { sample: address, ...order } satisfies HandOrder);
  const sync = async (changes: boolean): Promise<RunFigures> => {
    const before = await ask("TELL");
    const figures = await start<SyncFigures>("sync-process.js", { url, sample: address, changes } satisfies SyncOrder);
    const after = await ask("TELL");
    return {
      ...figures,
      listingRequests: after.listings - before.listings,
      expectedListingRequests: listingRequests(after),
      proofRequests: after.proofs - before.proofs,
      sampleCpuSeconds: after.cpuSeconds - before.cpuSeconds,
    };
  };
  // The Workspace thinks of its pages now, so that it only has to send them later.
  await byHand();
  const first = await sync(true);
  const baseline = await byHand({ rows: { from: url, to: another } });
  const unchanged = await sync(false);
  const drained = await byHand();
  const drainedByClient = await byHand({ client: true });
  await ask("CHANGE");
  await byHand();
  const changed = await sync(true);
  return { database: await nameDatabase(url), first, unchanged, changed, byHand: baseline, drained, drainedByClient };
}

function start<T>(file: string, order: object): Promise<T> {
  return nextMessage<T>(startChild(file, [JSON.stringify(order)]));
}
