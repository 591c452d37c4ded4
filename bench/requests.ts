import { isDeepStrictEqual } from "node:util";
import { makeDatabase } from "./bench-database.ts";
import { nextMessage, startChild } from "./child.ts";
import { companySizes } from "./company-size.ts";
import { type MeasuredServer, startServer } from "./measured-server.ts";
import type { SampleAddress } from "./sample-process.ts";
import { openSyncedSite } from "./synced-site.ts";
import { type TableLine, table } from "./table.ts";

const query = `{ users(first: 50) { nodes { id email fullName username role status synced createdAt
  groups(first: 50) { nodes { id name } } } } }`;
const body = JSON.stringify({ query });

const rounds = 5;
const requestsARound = 300;

/**
 * Measures what one request for 50 users with their groups costs the server in processor time, beside servers written by hand for
 * this question alone, in the same run. The least of some rounds is taken: other programs only ever add.
 */
export async function benchRequests(server: string): Promise<void> {
  console.log("\n50 users with their groups, of 10,000 users with 10 groups each: processor time of one request");
  const database = await makeDatabase(server);
  try {
    await fill(database.url);
    const lanes = new Map<string, MeasuredServer>();
    const gateway = await startServer("gateway-process.js", database.url, "jit");
    lanes.set("by hand, node:http and mysql2", await startServer("handwritten-process.js", database.url));
    lanes.set("by hand, token looked up", await startServer("handwritten-process.js", database.url, gateway.token));
    lanes.set("Gatehouse", gateway);
    lanes.set("Gatehouse, EXECUTOR=js", await startServer("gateway-process.js", database.url, "js"));
    try {
      await requireSameAnswers(lanes);
      console.log(`\n${report(await measure(lanes))}`);
    } finally {
      for (const lane of lanes.values()) lane.stop();
    }
  } finally {
    await database.drop();
  }
}

async function fill(url: string): Promise<void> {
  const sample = startChild("sample-process.js", [JSON.stringify(companySizes["10,000"])]);
  const site = await openSyncedSite(url, await nextMessage<SampleAddress>(sample));
  await site.apply(await site.plan());
  await site.house.close();
  sample.disconnect();
}

/** A server that answers something else is not compared. */
async function requireSameAnswers(lanes: ReadonlyMap<string, MeasuredServer>): Promise<void> {
  const answers = await Promise.all([...lanes.values()].map(async (lane) => JSON.parse(await lane.ask(body)) as unknown));
  if (!answers.every((answer) => isDeepStrictEqual(answer, answers[0]))) throw new Error("The servers answer differently.");
}

async function measure(lanes: ReadonlyMap<string, MeasuredServer>): Promise<Map<string, number>> {
  const least = new Map<string, number>();
  for (const lane of lanes.values()) await lane.cpuOf(body, requestsARound);
  for (let round = 0; round < rounds; round++)
    for (const [name, lane] of lanes)
      least.set(name, Math.min(least.get(name) ?? Number.POSITIVE_INFINITY, await lane.cpuOf(body, requestsARound)));
  return least;
}

function report(figures: ReadonlyMap<string, number>): string {
  const [base = 1] = figures.values();
  const head: TableLine = ["MariaDB or MySQL", "µs CPU", "times"];
  return table([head, ...[...figures].map(([name, cpu]): TableLine => [name, Math.round(cpu), (cpu / base).toFixed(2)])]);
}
