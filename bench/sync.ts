import { nextMessage, startChild } from "./child.ts";
import { companySize } from "./company-size.ts";
import { syncFaults } from "./sync-faults.ts";
import type { RunFigures, SyncFigures } from "./sync-figures.ts";
import { grouped, type TableLine, table } from "./table.ts";

/**
 * Measures the sync of a whole company on SQLite, and on a MySQL or MariaDB server where there is one, and prints what it took. When a sync does or asks for anything else than it should, that is printed and the process will exit with 1.
 */
export async function benchSync(server: string | null): Promise<void> {
  const { users, groups, memberships } = companySize;
  console.log(`\nSync of ${grouped(users)} people, ${grouped(groups)} groups and ${grouped(memberships)} memberships`);
  console.log("Google's limit of 2,400 requests a minute is not waited for.");
  await benchDatabase("sqlite");
  if (server) await benchDatabase(server);
}

async function benchDatabase(server: string): Promise<void> {
  const figures = await nextMessage<SyncFigures>(startChild("sync-process.js", [server]));
  const faults = syncFaults(figures);
  console.log(`\n${report(figures)}`);
  for (const fault of faults) console.log(`WRONG: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

function report({ database, idleBytes, peakBytes, first, second, changed, plain }: SyncFigures): string {
  const head: TableLine = [database, "plan s", "apply s", "both s", "CPU s", "changes", "requests", "by S2", "proofs"];
  const lines = [line("first sync", first), line("second, no changes", second), line("third, 1% changed", changed)];
  const seconds = first.planSeconds + first.applySeconds;
  return [
    table([head, ...lines]),
    `Memory: ${mebibytes(idleBytes)} MiB before, ${mebibytes(peakBytes)} MiB at most during the first sync.`,
    `The same ${grouped(plain.rows)} rows as plain inserts: ${plain.seconds.toFixed(2)} s. ` +
      `The first sync, reading and thinking included: ${(seconds / plain.seconds).toFixed(1)} times the plain inserts; ` +
      `its applying alone: ${(first.applySeconds / plain.seconds).toFixed(1)} times.`,
  ].join("\n");
}

function line(name: string, run: RunFigures): TableLine {
  const { planSeconds, applySeconds, cpuSeconds } = run;
  const seconds = [planSeconds, applySeconds, planSeconds + applySeconds, cpuSeconds].map((value) => value.toFixed(2));
  return [name, ...seconds, run.summary.applied, run.listingRequests, run.expectedListingRequests, run.proofRequests];
}

function mebibytes(bytes: number): string {
  return grouped(Math.round(bytes / 1024 / 1024));
}
