import { createPrivateKey } from "node:crypto";
import type { GoogleCredentials } from "../../model/directory-settings.ts";
import { spellEmail } from "../../model/email.ts";
import type { Problems } from "../../model/refusal.ts";

/** Exactly one kind of credentials. */
export interface CredentialsInput {
  googleWorkspace?: { serviceAccountKey: string; adminEmail: string; customerId?: string | null } | null;
}

/** Google's keys have about 2,400 characters. */
const longestKey = 16_384;

/** Reads credentials by their shape alone: nothing is asked of the directory inside a transaction. Never repeats a key in a message. */
export function readCredentials({ googleWorkspace }: CredentialsInput, problems: Problems): GoogleCredentials | null {
  const path = (field: string) => ["input", "credentials", "googleWorkspace", field];
  if (!googleWorkspace) {
    problems.add("INVALID", "Give the credentials of one directory.", ["input", "credentials"]);
    return null;
  }
  const { serviceAccountKey, adminEmail } = googleWorkspace;
  const customerId = googleWorkspace.customerId?.trim() || "my_customer";
  const fault = faultOfKey(serviceAccountKey);
  const spelled = spellEmail(adminEmail);
  if (fault)
    problems.add(
      "BAD_CREDENTIALS",
      `This is not a service account's key: ${fault}. Give the whole text of the JSON file.`,
      path("serviceAccountKey"),
    );
  if ("fault" in spelled) problems.add("INVALID", spelled.fault, path("adminEmail"));
  if (!/^[A-Za-z0-9_]{1,64}$/.test(customerId))
    problems.add("INVALID", "A customer id has letters and digits only.", path("customerId"));
  return "email" in spelled ? { serviceAccountKey, adminEmail: spelled.email, customerId } : null;
}

/** What is wrong with the text of a key file; null when nothing is. Addresses inside it are never followed. */
function faultOfKey(text: string): string | null {
  if (text.length > longestKey) return "it is too long";
  const key = parsed(text);
  if (key === null) return "it is not a JSON object";
  if (key.type !== "service_account") return 'its "type" is not "service_account"';
  for (const field of ["client_email", "client_id", "private_key"])
    if (typeof key[field] !== "string" || key[field] === "") return `it has no "${field}"`;
  return isRsaKey(String(key.private_key)) ? null : 'its "private_key" is not an RSA private key';
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null; // as: any object has string keys
  } catch {
    return null;
  }
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}
