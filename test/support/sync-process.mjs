// An instance of Gatehouse that makes runs and nothing else, from the built code, as a process of its own that a test can kill.
// It opens the database, says so, begins once it is told to, and says when it has looked for what there is to do.

import { openHouse } from "../../dist/src/commands/open-house.js";
import { readConfig } from "../../dist/src/config.js";
import { isOutage } from "../../dist/src/database/dialect.js";
import { createLog } from "../../dist/src/server/log.js";
import { wireSync } from "../../dist/sync/main.js";

const config = readConfig(process.env);
const log = createLog({ level: config.logLevel });
const { door } = await openHouse(config, log, { patience: new AbortController().signal });
const { schedule } = wireSync({
  door,
  log,
  isOutage,
  googleApiUrl: config.googleApiUrl,
  googleTokenUrl: config.googleTokenUrl,
  googleQueriesPerMinute: config.googleQueriesPerMinute,
});
process.once("message", async () => {
  schedule.start();
  await schedule.tick();
  process.send("looked");
});
process.once("disconnect", () => process.exit());
if (process.connected) process.send("open");
else process.exit();
