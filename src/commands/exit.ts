import { once } from "node:events";

/** Exit codes: 0 done, 1 failed, 2 changes planned or held, 64 wrong usage (sysexits.h EX_USAGE). */
export const exitCodes = { done: 0, failed: 1, planned: 2, usage: 64 } as const;

/** Results go to standard output; everything else to standard error. */
export function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Tells one of many lines, and waits where whoever reads them is slower: they are not kept in memory. */
export async function tellPatiently(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}

/** Told beside the result: progress, hints, faults. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}
