import { createPrivateKey } from "node:crypto";
import { DirectoryFault } from "./snapshot.ts";

/** Google's keys have about 2,400 characters. */
const MAX_KEY_LENGTH = 16_384;

/** What is used of a service account's key file. */
export interface ServiceAccountKey {
  clientEmail: string;
  /** The numeric id that an administrator delegates scopes to. */
  clientId: string;
  privateKey: string;
}

/**
 * Reads the JSON text of a service account's key file and refuses anything else. The addresses inside it (`token_uri` and the
 * like) are never looked at: a key file is input, and following it would be a request forgery.
 */
export function readServiceAccountKey(text: string): ServiceAccountKey {
  if (text.length > MAX_KEY_LENGTH) throw refused("it is too long");
  const { type, client_email, client_id, private_key } = parseObject(text);
  if (type !== "service_account") throw refused('its "type" is not "service_account"');
  if (!isText(client_email)) throw refused('it has no "client_email"');
  if (!isText(client_id)) throw refused('it has no "client_id"');
  if (!isText(private_key) || !isRsaKey(private_key)) throw refused('its "private_key" is not an RSA private key');
  return { clientEmail: client_email, clientId: client_id, privateKey: private_key };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused("it is not JSON"); // The parser's own message is not passed on: it quotes the text, which may hold a secret.
  }
  if (typeof value !== "object" || value === null) throw refused("it is not a JSON object");
  return value as Record<string, unknown>; // as: any object has string keys; every value is checked where it is used
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0;
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

function refused(why: string): DirectoryFault {
  const advice = "Create a key of type JSON for the service account in the Google Cloud console and give its whole text.";
  return new DirectoryFault("CREDENTIALS_REJECTED", `This is not a service account key: ${why}. ${advice}`);
}
