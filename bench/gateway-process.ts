import type { AddressInfo } from "node:net";
import { createApiToken } from "../src/actions/tokens/create-api-token.ts";
import { operator } from "../src/commands/open-house.ts";
import { buildGateway } from "../src/server/gateway.ts";
import { createLog } from "../src/server/log.ts";
import { type ServerAddress, tellCpu } from "./measured-server.ts";
import { openAt } from "./synced-site.ts";

// The gateway, in a process of its own so that its processor time can be told apart. Arguments: the database, and the executor.
const [url = "", executor = "jit"] = process.argv.slice(2);
const house = await openAt(url);
const [site] = await house.ground.read("SELECT id FROM Site");
const place = { siteId: String(site?.id), actor: operator };
const token = { name: "Bench", scopes: ["USERS_READ", "GROUPS_READ"] as const };
const { secret } = await house.door.act(place, (work) => createApiToken(work, token));
const gateway = await buildGateway({
  door: house.door,
  log: createLog({ level: "error" }),
  safe: { seal: (_context, secret) => secret, open: (_context, sealed) => sealed },
  signInProviders: [],
  publicUrl: "http://127.0.0.1",
  trustedProxies: [],
  costPerMinute: 1_000_000_000,
  executor: executor === "js" ? "js" : "jit",
  ideDirectory: "none",
  whyNotReady: async () => null,
  wakeSync: () => undefined,
  syncPerson: () => Promise.reject(new Error("No directory is asked here")),
  lookForProof: () => Promise.reject(new Error("Nobody verifies a domain here")),
});
await gateway.listen({ host: "127.0.0.1", port: 0 });
const { port } = gateway.server.address() as AddressInfo; // as: it listens on a port
tellCpu({ port, token: secret } satisfies ServerAddress);
process.once("disconnect", () => gateway.close().then(() => house.close()));
