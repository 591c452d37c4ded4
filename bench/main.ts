import { answeringServer } from "./bench-database.ts";
import { companySizes, type SizeName } from "./company-size.ts";
import { benchRequests } from "./requests.ts";
import { benchSync } from "./sync.ts";

// On SQLite, and on the MySQL or MariaDB server that BENCH_DATABASE_URL names, where one answers. `npm run bench requests` or `sync` runs
// one; `npm run bench sync 10,000` or `100,000` one company; `npm run bench sync 100,000 sqlite` or `server` one database.
const [only, people, database] = process.argv.slice(2);
const server = await answeringServer();
const names = (Object.keys(companySizes) as SizeName[]).filter((name) => !people || name === people); // as: the keys of the sizes
const servers = [...(database === "server" ? [] : ["sqlite"]), ...(server && database !== "sqlite" ? [server] : [])];
if (only !== "requests") await benchSync(servers, names);
if (only !== "sync" && server) await benchRequests(server);
if (!server) console.log("\nNo MySQL or MariaDB answered: measured on SQLite alone. BENCH_DATABASE_URL may name one.");
