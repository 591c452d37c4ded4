import { layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";

export interface EmailChangedWords {
  siteName: string;
  oldEmail: string;
  newEmail: string;
  /** The admin's or the directory's name. */
  changedBy: string;
}

/** Tells a person that their address changed (rule 4.2). The same letter goes to both addresses, and asks for no click. */
export function emailChangedLetter({ siteName, oldEmail, newEmail, changedBy }: EmailChangedWords): WordedLetter {
  return layOut({
    subject: `Your email address at ${siteName} was changed`,
    heading: "Your email address was changed",
    body: [
      `${changedBy} changed the email address of your account at ${siteName}:`,
      { items: [`from ${oldEmail}`, `to ${newEmail}`] },
      `You were signed out everywhere. From now on, sign in with ${newEmail}; everything else stays as it was.`,
      `If this should not have happened, tell an admin of ${siteName} right away.`,
    ],
    footnote: "This letter went to both addresses, so that neither is changed behind your back.",
  });
}
