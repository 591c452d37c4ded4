import { type Block, layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";
import { momentInWords } from "../moment-in-words.ts";

export interface InvitationWords {
  siteName: string;
  /** Null when no person invited: a token, a directory or the operator did. */
  inviter: { name: string; email: string } | null;
  email: string;
  /** Names of what the person will be able to open. */
  applications: readonly string[];
  /** Carries the token, so this letter is a secret until it is used. */
  link: string;
  /** RFC 3339 in UTC. */
  expiresAt: string;
  /** The inviter's own words, at most 1000 characters of plain text; the action refuses more. */
  message: string | null;
}

/** How many applications are named; the others are counted. */
const mostNamed = 10;

/** Invites a person to a site (rules 2.1, 2.7). Reads the same whether or not the address has an account (rule 2.2). */
export function invitationLetter(words: InvitationWords): WordedLetter {
  const { siteName, inviter, email, link, expiresAt } = words;
  return layOut({
    subject: inviter ? `${inviter.name} invited you to ${siteName}` : `You are invited to ${siteName}`,
    heading: `Join ${siteName}`,
    body: [
      // The address stands beside the name, since anyone can be called anything.
      inviter
        ? `Hello! ${inviter.name} (${inviter.email}) invited you to join ${siteName}.`
        : `Hello! You are invited to join ${siteName}.`,
      ...quoted(words),
      ...listed(words),
      { label: "Accept the invitation", link },
      `The invitation works once and ends on ${momentInWords(expiresAt)}.`,
    ],
    footnote: `This letter is for ${email} alone: whoever has its link can accept in your place, so please do not pass it on. If you did not expect it, ignore it and nothing will happen.`,
  });
}

function quoted({ inviter, message }: InvitationWords): Block[] {
  if (!message) return [];
  return [inviter ? `${inviter.name} writes:` : "A message for you:", { quote: message }];
}

function listed({ applications }: InvitationWords): Block[] {
  if (applications.length === 0) return [];
  const named = applications.slice(0, applications.length > mostNamed ? mostNamed - 1 : mostNamed);
  const others = applications.length - named.length;
  return ["You will be able to open:", { items: others > 0 ? [...named, `and ${others} more`] : named }];
}
