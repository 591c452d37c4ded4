import { layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";
import { momentInWords } from "../moment-in-words.ts";

export interface InvitationWords {
  siteName: string;
  /** Null when no person invited: a token, a directory or the operator did. */
  inviterName: string | null;
  email: string;
  /** Carries the token, so this letter is a secret until it is used. */
  link: string;
  /** RFC 3339 in UTC. */
  expiresAt: string;
  /** The inviter's own words, at most 1000 characters of plain text; the action refuses more. */
  message: string | null;
}

/** Invites a person to a site (rules 2.1, 2.7). Reads the same whether or not the address has an account (rule 2.2). */
export function invitationLetter({ siteName, inviterName, email, link, expiresAt, message }: InvitationWords): WordedLetter {
  return layOut({
    subject: inviterName ? `${inviterName} invited you to ${siteName}` : `You are invited to ${siteName}`,
    heading: `Join ${siteName}`,
    body: [
      inviterName
        ? `Hello! ${inviterName} invited you (${email}) to join ${siteName}.`
        : `Hello! You (${email}) are invited to join ${siteName}.`,
      message ? { quote: message } : null,
      { label: "Accept the invitation", link },
      `The invitation works once and ends on ${momentInWords(expiresAt)}.`,
    ],
    footnote: `This letter is for ${email} alone: whoever has its link can accept in your place, so please do not pass it on. If you did not expect it, ignore it and nothing will happen.`,
  });
}
