import { claimLetters } from "../../src/actions/letters/claim-letters.ts";
import { settleLetter } from "../../src/actions/letters/settle-letter.ts";
import { openOutbox } from "../../src/mail/outbox.ts";
import { createPostman } from "../../src/mail/postman.ts";
import type { Place } from "../../src/work/door.ts";
import { type House, operator } from "./house.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";

/** A mail server, and as many outboxes as one likes that post a house's letters to it, as the gateway does. */
export interface PostOffice {
  mail: MailServer;
  /** Another process that posts. Answers how to stop it. */
  post(): () => Promise<void>;
  close(): Promise<void>;
}

export async function openPostOffice({ door }: Pick<House, "door">): Promise<PostOffice> {
  const mail = await startMailServer();
  const everywhere: Place = { siteId: "", actor: operator };
  const closing: (() => Promise<void>)[] = [];
  return {
    mail,
    post() {
      const postman = createPostman({ smtpUrl: mail.url, from: "Acme <no-reply@gatehouse.example>" });
      const outbox = openOutbox({
        claim: (most) => door.act(everywhere, (work) => claimLetters(work, { most })),
        settle: (id, settlement) => door.act(everywhere, (work) => settleLetter(work, { id, settlement })),
        postman,
        host: "gatehouse.example",
        report: (error) => {
          throw error;
        },
        tellFailure: () => undefined,
      });
      const stop = async () => {
        await outbox.close();
        postman.close();
      };
      closing.push(stop);
      return stop;
    },
    async close() {
      for (const stop of closing) await stop();
      await mail.close();
    },
  };
}
