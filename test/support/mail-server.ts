import type { AddressInfo } from "node:net";
import { domainToASCII } from "node:url";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import { type ReceivedLetter, readLetter } from "./received-letter.ts";

/** What the server says instead of yes, and to what: by default to the recipient. */
export interface MailRefusal {
  code: number;
  text: string;
  to?: "sender" | "recipient" | "letter";
}

export interface MailServer {
  /** `smtp://127.0.0.1:port`, with the login when there is one. */
  url: string;
  letters: ReceivedLetter[];
  /** Every command line as it came over the wire. */
  commands: string[];
  /** From now on answers by what the function says of each recipient; null is yes. */
  refuse(decide: (recipient: string) => MailRefusal | null): void;
  /** The first `count` letters that went to an address. Gives up after ten seconds. */
  waitFor(to: string, count?: number): Promise<ReceivedLetter[]>;
  close(): Promise<void>;
}

export interface MailServerSettings {
  port?: number;
  /** With it, the server takes letters only from who signs in. */
  login?: { user: string; password: string };
  /** True for a server that knows STARTTLS, with a certificate that nobody vouches for. */
  offersTls?: boolean;
}

/** A real SMTP server on loopback that keeps what it gets. */
export async function startMailServer({ port = 0, login, offersTls = false }: MailServerSettings = {}): Promise<MailServer> {
  const letters: ReceivedLetter[] = [];
  const commands: string[] = [];
  const waiting = new Set<() => void>();
  let decide: (recipient: string) => MailRefusal | null = () => null;

  const refusalOf = (recipients: string[], to: MailRefusal["to"]): Error | null => {
    const refusal = recipients.map(decide).find((refused) => refused && (refused.to ?? "recipient") === to);
    return refusal ? Object.assign(new Error(refusal.text), { responseCode: refusal.code }) : null;
  };
  const server = new SMTPServer({
    authOptional: !login,
    allowInsecureAuth: true,
    disabledCommands: offersTls ? [] : ["STARTTLS"],
    closeTimeout: 200,
    disableReverseLookup: true,
    logger: {
      debug: (entry: { tnx?: string; command?: string }, prefix: string, line: string) => {
        if (entry.tnx === "command" && entry.command && prefix === "C:") commands.push(line);
      },
    },
    onAuth: ({ username, password }, _session, answer) => {
      if (username === login?.user && password === login?.password) answer(null, { user: username });
      else answer(new Error("Wrong user or password"));
    },
    // The recipient is not known yet: whoever refuses everybody's sender says so for any.
    onMailFrom: (_address, _session, answer) => answer(refusalOf([""], "sender")),
    onRcptTo: ({ address }, _session, answer) => answer(refusalOf([address], "recipient")),
    onData: async (stream, { envelope }, answer) => {
      const raw = await readAll(stream).catch(() => null);
      if (raw === null) return; // The client broke off: nobody waits for an answer.
      const to = envelope.rcptTo.map(({ address }) => asSent(address));
      const refusal = refusalOf(to, "letter");
      if (!refusal) letters.push(readLetter(raw, { from: envelope.mailFrom ? envelope.mailFrom.address : "", to }));
      answer(refusal);
      for (const look of waiting) look();
    },
  });
  server.on("error", () => {}); // clients that break off are part of the tests

  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.server.address() as AddressInfo; // as: it listens on a port, not on a pipe
  return {
    url: `smtp://${login ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@` : ""}127.0.0.1:${address.port}`,
    letters,
    commands,
    refuse: (next) => {
      decide = next;
    },
    waitFor: (to, count = 1) => waitFor(letters, waiting, to, count),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The library shows domains in Unicode, whatever came over the wire; `commands` has that. */
function asSent(address: string): string {
  const at = address.lastIndexOf("@") + 1;
  return address.slice(0, at) + domainToASCII(address.slice(at));
}

function waitFor(letters: ReceivedLetter[], waiting: Set<() => void>, to: string, count: number): Promise<ReceivedLetter[]> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = letters.filter(({ envelope }) => envelope.to.includes(to));
      if (found.length < count) return;
      stop();
      resolve(found.slice(0, count));
    };
    const giveUp = setTimeout(() => {
      stop();
      const others = letters.map(({ envelope, subject }) => `${envelope.to}: ${subject}`).join("; ");
      reject(new Error(`Waited for ${count} letter(s) to ${to}; got: ${others || "none"}`));
    }, 10_000);
    const stop = (): void => {
      clearTimeout(giveUp);
      waiting.delete(look);
    };
    waiting.add(look);
    look();
  });
}

async function readAll(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
