import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Sync, wireSync } from "../../sync/main.ts";
import { claimLetters } from "../actions/letters/claim-letters.ts";
import { settleLetter } from "../actions/letters/settle-letter.ts";
import type { Config } from "../config.ts";
import { isOutage } from "../database/dialect.ts";
import { createProofFinder } from "../domains/proof-finder.ts";
import { startRechecks } from "../domains/recheck-schedule.ts";
import { openOutbox } from "../mail/outbox.ts";
import { createPostman, type Postman } from "../mail/postman.ts";
import { buildGateway } from "../server/gateway.ts";
import type { Log } from "../server/log.ts";
import type { Door } from "../work/door.ts";
import { keepHouse } from "./housekeeping.ts";
import { everywhere, frontDoor, type House, openHouse, safeOf } from "./open-house.ts";

/** A gateway that listens. */
export interface Served {
  house: House;
  sync: Sync;
  /** Where it listens. */
  address: string;
  close(): Promise<void>;
}

/** The bundle that `npm run build` makes of `ide/`, beside the built code; run from the sources, `dist/ide` is not there. */
const ideDirectory = fileURLToPath(new URL("../../ide", import.meta.url));

export interface ServeOptions {
  /** Ends the waiting for a database that is away: then `serve` rejects. */
  stop?: AbortSignal;
  /** Stands in for SMTP, as in the demo, which prints letters. */
  postman?: Pick<Postman, "post">;
}

/** Opens everything and listens: HTTP at once, outbox, schedule and housekeeping when the database is there. */
export async function serve(config: Config, log: Log, { stop, postman }: ServeOptions = {}): Promise<Served> {
  let house: House | null = null;
  let closing = false;
  const finder = createProofFinder(config.domains);
  const door = frontDoor(() => house);
  const sync = wireSync({
    door,
    log,
    isOutage,
    googleApiUrl: config.googleApiUrl,
    googleTokenUrl: config.googleTokenUrl,
    googleQueriesPerMinute: config.googleQueriesPerMinute,
  });
  const gateway = await buildGateway({
    costPerMinute: config.costPerMinute,
    door,
    log,
    safe: safeOf(config),
    signInProviders: config.signInProviders,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    executor: config.executor,
    ideDirectory,
    whyNotReady: async () => (closing ? "shutting down" : whyNotOpen(house)),
    // Runs are made by the schedule's next look, which this brings forward.
    wakeSync: () => void sync.schedule.tick(),
    syncPerson: sync.syncPerson,
    lookForProof: finder.look,
  });
  const address = await gateway.listen({ host: config.host, port: config.port });
  log.info({ address }, "listening");
  try {
    house = await openHouse(config, log, { patience: stop ?? new AbortController().signal });
  } catch (error) {
    await gateway.close();
    throw error;
  }
  const stopPosting = startPosting(config, log, door, postman);
  sync.schedule.start();
  const housekeeping = keepHouse({ door, log, syncChangesDays: config.syncChangesDays });
  const rechecks = startRechecks({ door, finder, log });
  const opened = house;
  return {
    house: opened,
    sync,
    address,
    async close() {
      closing = true;
      await gateway.close();
      await stopPosting();
      await sync.schedule.stop();
      await housekeeping.stop();
      await rechecks.stop();
      await opened.close();
    },
  };
}

/** How long the database may take to say that it is there. Milliseconds. */
const patienceMs = 3000;

/** Why nothing can be asked of the database now, in a sentence; null when it can. */
async function whyNotOpen(house: House | null): Promise<string | null> {
  if (!house) return "The database is not open yet: it does not answer, or is being brought up to date.";
  const answered = house.ground.read("SELECT id FROM Site LIMIT 1").then(
    () => true,
    () => false,
  );
  const isThere = await Promise.race([answered, wait(patienceMs, false, { ref: false })]);
  return isThere ? null : "The database does not answer.";
}

/** Posts what is queued, where there is a way to. Answers how to stop. */
function startPosting(config: Config, log: Log, door: Door, postman?: Pick<Postman, "post">): () => Promise<void> {
  const smtp = !postman && config.smtpUrl ? createPostman({ smtpUrl: config.smtpUrl, from: config.mailFrom }) : null;
  const poster = postman ?? smtp;
  if (!poster) {
    log.warn({}, "SMTP_URL is not set: letters stay queued");
    return async () => undefined;
  }
  const outbox = openOutbox({
    claim: (most) => door.act(everywhere, (work) => claimLetters(work, { most })),
    settle: (id, settlement) => door.act(everywhere, (work) => settleLetter(work, { id, settlement })),
    postman: poster,
    host: new URL(config.publicUrl).hostname,
    report: (error) => log.error({ err: error }, "the outbox stumbled; it tries again"),
    tellFailure: (failure) => log.warn(failure, "a letter could not be posted"),
  });
  void smtp?.check().then((found) => {
    if (!found.ok) log.warn({ reason: found.reason }, "the mail server cannot be used: letters wait until it can");
  });
  return async () => {
    await outbox.close();
    smtp?.close();
  };
}
