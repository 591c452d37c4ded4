import { layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";
import { momentInWords } from "../moment-in-words.ts";

export interface PasswordResetWords {
  siteName: string;
  email: string;
  /** Carries the token, so this letter is a secret until it is used. */
  link: string;
  /** RFC 3339 in UTC. */
  expiresAt: string;
}

/** Lets a person choose a new password (rule 9.6). */
export function passwordResetLetter({ siteName, email, link, expiresAt }: PasswordResetWords): WordedLetter {
  return layOut({
    subject: `Choose a new password for ${siteName}`,
    heading: "Choose a new password",
    body: [
      `Someone, we hope you, asked for a new password for ${email} at ${siteName}.`,
      { label: "Choose a new password", link },
      `The link works once and ends on ${momentInWords(expiresAt)}. A new password signs you out everywhere else.`,
    ],
    footnote: "If it was not you, ignore this letter: your password stays as it is. Please do not pass the link on.",
  });
}
