import { answeringServer } from "./bench-database.ts";
import { benchRequests } from "./requests.ts";
import { benchSync } from "./sync.ts";

// On SQLite, and on the MySQL or MariaDB server that BENCH_DATABASE_URL names, where one answers. `npm run bench requests` or `sync` runs one.
const only = process.argv[2];
const server = await answeringServer();
if (only !== "requests") await benchSync(server);
if (only !== "sync" && server) await benchRequests(server);
if (!server) console.log("\nNo MySQL or MariaDB answered: measured on SQLite alone. BENCH_DATABASE_URL may name one.");
