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
import { everywhere, type House, openHouse } from "./open-house.ts";

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

/** Opens everything and listens: HTTP, outbox and schedule. `postman` stands in for SMTP, as in the demo, which prints letters. */
export async function serve(config: Config, log: Log, postman?: Pick<Postman, "post">): Promise<Served> {
  const house = await openHouse(config, log, { patient: true });
  const { door } = house;
  const sync = wireSync({ door, log, isOutage, googleApiUrl: config.googleApiUrl, googleTokenUrl: config.googleTokenUrl });
  const finder = createProofFinder(config.domains);
  let closing = false;
  const gateway = await buildGateway({
    door,
    log,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    executor: config.executor,
    ideDirectory,
    whyNotReady: async () => {
      if (closing) return "shutting down";
      try {
        await house.ground.read("SELECT id FROM Site LIMIT 1");
        return null;
      } catch {
        return "the database does not answer";
      }
    },
    // Runs are made by the schedule's next look, which this brings forward.
    wakeSync: () => void sync.schedule.tick(),
    lookForProof: finder.look,
  });
  const poster = postman ?? (config.smtpUrl ? createPostman({ smtpUrl: config.smtpUrl, from: config.mailFrom }) : null);
  if (!poster) log.warn({}, "SMTP_URL is not set: letters stay queued");
  const outbox = poster
    ? openOutbox({
        claim: (most) => door.act(everywhere, (work) => claimLetters(work, { most })),
        settle: (id, settlement) => door.act(everywhere, (work) => settleLetter(work, { id, settlement })),
        postman: poster,
        host: new URL(config.publicUrl).hostname,
        report: (error) => log.error({ err: error }, "the outbox stumbled; it tries again"),
      })
    : null;
  sync.schedule.start();
  const rechecks = startRechecks({ door, finder, log });
  const address = await gateway.listen({ host: config.host, port: config.port });
  log.info({ address }, "listening");
  return {
    house,
    sync,
    address,
    async close() {
      closing = true;
      await gateway.close();
      await outbox?.close();
      await sync.schedule.stop();
      await rechecks.stop();
      if (poster && "close" in poster) (poster as Postman).close(); // as: only a real postman has connections
      await house.close();
    },
  };
}
