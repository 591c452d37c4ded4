import type { CompanyFigures, RunFigures } from "./sync-figures.ts";
import { grouped, type TableLine, table } from "./table.ts";
import type { Used } from "./used.ts";

const head = [
  "plan s",
  "all s",
  "CPU s",
  "sample CPU s",
  "MiB above idle",
  "requests",
  "by S2",
  "proofs",
  "changes",
  "rows written",
];

/** What the syncs of one company took, beside a script by hand. */
export function reportCompany(figures: CompanyFigures): string {
  const { database, first, unchanged, changed, byHand, drained, drainedByClient } = figures;
  const hand = (name: string, parts: readonly Used[], rows: number): TableLine => {
    const sum = (of: (used: Used) => number) => parts.reduce((all, used) => all + of(used), 0).toFixed(2);
    const peak = Math.max(...parts.map(aboveIdle));
    return [
      name,
      "",
      sum(({ seconds }) => seconds),
      sum(({ cpuSeconds }) => cpuSeconds),
      "",
      mebibytes(peak),
      "",
      "",
      "",
      "",
      rows,
    ];
  };
  const { drain, insert } = byHand;
  const [handSeconds, ownSeconds] = [drain.seconds + (insert?.seconds ?? 0), first.seconds];
  const others = [...unchanged.written].map(([name, rows]) => `${rows} of ${name}`).join(", ");
  return [
    table([
      [database, ...head],
      line("first sync", first),
      hand("by hand: drain and insert", insert ? [drain, insert] : [drain], insert?.value ?? 0),
      line("no changes", unchanged),
      hand("by hand: drain alone", [drained.drain], 0),
      hand("Google's client: drain alone", [drainedByClient.drain], 0),
      line("1% changed", changed),
    ]),
    `First sync: ${ratio(ownSeconds, handSeconds)} times draining and inserting by hand (aim: 3; of that the draining took ${drain.seconds.toFixed(2)} s).`,
    `No changes: ${ratio(unchanged.seconds, drained.drain.seconds)} times draining alone (aim: 1.3), which by Google's client takes ${ratio(drainedByClient.drain.seconds, drained.drain.seconds)} times as long. Rows written: ${others}.`,
  ].join("\n");
}

/** How ten times the company takes more. */
export function reportGrowth(small: CompanyFigures, large: CompanyFigures): string {
  const times = (of: (figures: CompanyFigures) => number) => ratio(of(large), of(small));
  const times3 = [
    times(({ first }) => first.seconds),
    times(({ unchanged }) => unchanged.seconds),
    times(({ changed }) => changed.seconds),
  ];
  return (
    `${large.database}: ten times the company takes ${times3[0]} times as long for the first sync, ${times3[1]} times without changes, ` +
    `${times3[2]} times with 1% changed.`
  );
}

function line(name: string, run: RunFigures): TableLine {
  const { planSeconds, seconds, cpuSeconds, sampleCpuSeconds } = run;
  const times = [planSeconds, seconds, cpuSeconds, sampleCpuSeconds].map((value) => value.toFixed(2));
  const requests = [run.listingRequests, run.expectedListingRequests, run.proofRequests];
  const rows = [...run.written.values()].reduce((sum, count) => sum + count, 0);
  return [name, ...times, mebibytes(aboveIdle(run)), ...requests, run.summary.applied, rows];
}

function aboveIdle({ idleBytes, peakBytes }: Used): number {
  return peakBytes - idleBytes;
}

function ratio(one: number, other: number): string {
  return (one / other).toFixed(2);
}

function mebibytes(bytes: number): string {
  return grouped(Math.round(bytes / 1024 / 1024));
}
