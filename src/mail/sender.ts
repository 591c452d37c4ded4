import { oneLine } from "./one-line.ts";

/** Whom letters come from. */
export interface Sender {
  address: string;
  /** Empty for none. */
  name: string;
}

/** An address that needs no quoting and no parsing: `local@domain` in ASCII. Mail parsers disagree about everything else. */
export const plainAddress = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}$/;

/** Reads `MAIL_FROM`: `address` or `Name <address>`. */
export function readSender(mailFrom: string): Sender {
  const [, name = "", bracketed] = /^([^<>]*)<([^<>]+)>$/.exec(mailFrom.trim()) ?? [];
  const address = bracketed ?? mailFrom.trim();
  if (!plainAddress.test(address))
    throw new Error("MAIL_FROM must be an email address, or a name and an address: Gatehouse <no-reply@example.com>");
  return { address, name: oneLine(name).replace(/^"(.*)"$/, "$1") };
}
