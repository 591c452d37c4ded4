import { createTransport, type NodemailerError } from "nodemailer";
import type { WordedLetter } from "./letter.ts";
import { oneLine } from "./one-line.ts";
import { plainAddress, readSender } from "./sender.ts";
import { readSmtpUrl } from "./smtp-url.ts";

/** A letter on its way to one person. */
export interface AddressedLetter extends WordedLetter {
  /** A stored address: one mailbox in its one spelling (rule 1.3). */
  to: string;
  /** The same at every try, so that a mailbox can tell a second delivery from a second letter. `id@host`, without brackets. */
  messageId: string;
}

/** What became of a letter. `reason` comes from the mail server: plain text of at most 300 characters. */
export type Posting =
  | { outcome: "sent" }
  /** Worth another try. Where only the answer was lost, the letter may have arrived. */
  | { outcome: "later"; reason: string }
  /** This recipient or this letter will never be accepted. */
  | { outcome: "refused"; reason: string };

/** The way to one mail server. */
export interface Postman {
  post(letter: AddressedLetter): Promise<Posting>;
  /** Connects and signs in, and posts nothing. */
  check(): Promise<{ ok: true } | { ok: false; reason: string }>;
  /** Ends idle connections; letters in hand are posted first. Later letters are answered `later`. */
  close(): void;
}

export interface PostmanSettings {
  /** See `readSmtpUrl`. */
  smtpUrl: string;
  /** See `readSender`. */
  from: string;
  /** How long the server may stay silent, in milliseconds. A letter as a whole may take six times that. */
  patienceMs?: number;
}

/** Opens the way to a mail server. Throws when a setting makes no sense; connects only when there is something to post. */
export function createPostman({ smtpUrl, from, patienceMs = 10_000 }: PostmanSettings): Postman {
  const sender = readSender(from);
  const transport = createTransport(transportOptions(smtpUrl, patienceMs));
  let closed = false;

  return {
    async post({ to, messageId, subject, text, html }) {
      if (closed) return shuttingDown;
      // The library would quote a strange address into another one. Stored addresses are never strange; this is the second lock.
      if (!plainAddress.test(to)) return { outcome: "refused", reason: "This is not a plain email address" };
      const recipient = { address: to, name: "" };
      try {
        await transport.sendMail({
          envelope: { from: { address: sender.address, name: "" }, to: recipient },
          from: sender,
          to: recipient,
          messageId: `<${messageId}>`,
          // RFC 2047: the reader's program would decode a name that looks like an encoded word, line breaks and all.
          subject: subject.replaceAll("=?", "= ?"),
          text,
          html,
          headers: { "Auto-Submitted": "auto-generated" }, // RFC 3834: no out-of-office answers, please
          xMailer: false,
          // The socket's time-out starts anew at every byte, so a server that trickles needs a limit over all.
          signal: AbortSignal.timeout(patienceMs * 6),
        });
        return { outcome: "sent" };
      } catch (error) {
        if (closed) return shuttingDown;
        const trouble = asMailTrouble(error);
        return { outcome: isFinal(trouble) ? "refused" : "later", reason: reasonOf(trouble) };
      }
    },

    async check() {
      try {
        await transport.verify();
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: reasonOf(asMailTrouble(error)) };
      }
    },

    close() {
      closed = true;
      transport.close();
    },
  };
}

const shuttingDown = { outcome: "later", reason: "The gateway is shutting down" } as const; // as: one of the outcomes

function transportOptions(smtpUrl: string, patienceMs: number) {
  const server = readSmtpUrl(smtpUrl);
  return {
    host: server.host,
    port: server.port,
    secure: server.startsWithTls,
    requireTLS: server.requiresTls,
    tls: { rejectUnauthorized: server.checksCertificate },
    auth: server.login ? { user: server.login.user, pass: server.login.password } : undefined,
    pool: true as const, // as: the overload for pools asks for the literal
    maxConnections: 3,
    maxRequeues: 1,
    dnsTimeout: patienceMs,
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** What goes wrong on the way, by the library's codes (nodemailer, `errors.ts`). */
const troubles = new Set([
  "ECONNECTION",
  "ETIMEDOUT",
  "ESOCKET",
  "EDNS",
  "ETLS",
  "EPROTOCOL",
  "EAUTH",
  "EENVELOPE",
  "EMESSAGE",
  "EABORT",
]);

/** The error, if it is the world's; ours are thrown again. */
function asMailTrouble(error: unknown): NodemailerError {
  if (error instanceof Error && "code" in error && troubles.has(String(error.code))) return error as NodemailerError; // as: its codes
  throw error;
}

/**
 * RFC 5321, 4.2.1: 5yz is final, and 503 means only that the conversation went wrong. Said to the recipient or the letter it
 * ends the letter; said to our greeting, login or sender it is about us, and an operator can mend it.
 */
function isFinal({ responseCode = 0, command }: NodemailerError): boolean {
  return responseCode >= 500 && responseCode !== 503 && (command === "RCPT TO" || command === "DATA");
}

function reasonOf(trouble: NodemailerError): string {
  const said = trouble.response
    ? `The mail server answered: ${trouble.response}`
    : `No connection with the mail server: ${trouble.message || trouble.code}`;
  return oneLine(said, 300);
}
