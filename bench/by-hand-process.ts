import { readDatabaseSetting } from "../src/config.ts";
import { askByClient, askByHand, type Drained, drain } from "./drain-by-hand.ts";
import { readBatches, writePlainly } from "./plain-inserts.ts";
import type { SampleAddress } from "./sample-process.ts";
import { openAt } from "./synced-site.ts";
import { measureUse, type Used } from "./used.ts";

/** What this process is told: where to read, and between which databases to carry the rows, if any. */
export interface HandOrder {
  sample: SampleAddress;
  /** Asks through Google's client, and not with `fetch`. */
  client?: boolean;
  rows?: { from: string; to: string };
}

/** What a script by hand took. */
export interface HandFigures {
  drain: Used & { value: Drained };
  /** Multi-row inserts of the rows that the first sync wrote. */
  insert: (Used & { value: number }) | null;
}

// The baseline, in a process of its own as every sync has: drains the listings, and bulk-inserts the rows that a sync would have made
// of them. Where it gets those rows from is not measured.
const { sample, client, rows } = JSON.parse(process.argv[2] ?? "{}") as HandOrder; // as: the bench's own argument
const ask = await (client ? askByClient : askByHand)(sample);
const drained = await measureUse(() => drain(ask));
process.send?.({ drain: drained, insert: rows ? await insert(rows) : null } satisfies HandFigures);
process.disconnect?.();

async function insert({ from, to }: { from: string; to: string }): Promise<Used & { value: number }> {
  await (await openAt(to)).close();
  const source = await openAt(from);
  const batches = await readBatches(source.ground);
  await source.close();
  const setting = readDatabaseSetting({ DATABASE_URL: to });
  const used = await measureUse(() => writePlainly(setting, batches));
  return { ...used, value: batches.reduce((sum, { count }) => sum + count, 0) };
}
