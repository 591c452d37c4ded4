import { spellEmail } from "../../model/email.ts";
import { cleanText, nameKey } from "../../model/name-key.ts";
import type { Problems } from "../../model/refusal.ts";

/** An invitee whose every word was read and found good. */
export interface ReadInvitee {
  email: string;
  username: string | null;
  fullName: string;
  /** Where it stood in the input. */
  path: string[];
}

/** What can be called a username: no blanks, and nothing that could be taken for an address. */
const usernameForm = /^[^\s@<>"'\\/]{1,64}$/u;

/** Reads the invitees of an input and collects what is wrong with each, and with the message. */
export function readInvitees(
  {
    invitees,
    message,
  }: { invitees: readonly { email: string; username?: string | null; fullName?: string | null }[]; message?: string | null },
  problems: Problems,
): ReadInvitee[] {
  if (invitees.length === 0) problems.add("INVALID", "Name at least one person to invite.", ["input", "invitees"]);
  if (message && [...message].length > 1000)
    problems.add("INVALID", "The message is longer than 1000 characters.", ["input", "message"]);
  const emails = new Set<string>();
  const usernames = new Set<string>();
  const read: ReadInvitee[] = [];
  for (const [index, invitee] of invitees.entries()) {
    const path = ["input", "invitees", String(index)];
    const spelled = spellEmail(invitee.email);
    const name = invitee.fullName ? cleanText(invitee.fullName, { max: 200 }) : { text: "" };
    const username = invitee.username ? readUsername(invitee.username) : { text: null };
    if ("fault" in spelled) problems.add("INVALID", spelled.fault, [...path, "email"]);
    else if (emails.has(spelled.email)) problems.add("INVALID", `${spelled.email} is named twice.`, [...path, "email"]);
    if ("fault" in name) problems.add("INVALID", name.fault, [...path, "fullName"]);
    if ("fault" in username) problems.add("INVALID", username.fault, [...path, "username"]);
    else if (username.text && usernames.has(nameKey(username.text)))
      problems.add("INVALID", `The username ${username.text} is given twice.`, [...path, "username"]);
    if ("fault" in spelled || "fault" in name || "fault" in username) continue;
    emails.add(spelled.email);
    if (username.text) usernames.add(nameKey(username.text));
    read.push({
      email: spelled.email,
      username: username.text,
      fullName: name.text || spelled.email.slice(0, spelled.email.lastIndexOf("@")),
      path,
    });
  }
  return read;
}

/** A username as it is kept, or why it cannot be one. */
export function readUsername(username: string): { text: string } | { fault: string } {
  const cleaned = cleanText(username, { max: 64 });
  if ("fault" in cleaned) return cleaned;
  return usernameForm.test(cleaned.text)
    ? cleaned
    : { fault: "A username has 1 to 64 characters, no blanks and none of @ < > \" ' \\ /." };
}
