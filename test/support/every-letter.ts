import type { WordedLetter } from "../../src/mail/letter.ts";
import { directoryTroubleLetter } from "../../src/mail/wording/directory-trouble-letter.ts";
import { domainLapsedLetter } from "../../src/mail/wording/domain-lapsed-letter.ts";
import { domainMissingLetter } from "../../src/mail/wording/domain-missing-letter.ts";
import { emailChangedLetter } from "../../src/mail/wording/email-changed-letter.ts";
import { invitationLetter } from "../../src/mail/wording/invitation-letter.ts";
import { passwordResetLetter } from "../../src/mail/wording/password-reset-letter.ts";
import { removalsHeldLetter } from "../../src/mail/wording/removals-held-letter.ts";
import { welcomeLetter } from "../../src/mail/wording/welcome-letter.ts";

export const link = "https://people.example.com/join#token=abc-DEF_123";
export const expiresAt = "2027-05-03T09:30:00.000Z";

/** Every letter, with one value in all the places that take free text. */
export function everyLetter(name: string): Record<string, WordedLetter> {
  return {
    invitation: invitationLetter({
      siteName: name,
      inviter: { name, email: name },
      email: name,
      applications: [name],
      link,
      expiresAt,
      message: name,
    }),
    welcome: welcomeLetter({ siteName: name, signInUrl: link, directoryName: name }),
    emailChanged: emailChangedLetter({ siteName: name, oldEmail: name, newEmail: name, changedBy: name }),
    removalsHeld: removalsHeldLetter({
      siteName: name,
      directoryName: name,
      counts: { users: 1, addresses: 1, groups: 2, memberships: 3 },
      link,
      failure: name,
    }),
    directoryTrouble: directoryTroubleLetter({ siteName: name, directoryName: name, sentence: name }),
    domainMissing: domainMissingLetter({ siteName: name, domains: [{ name, proof: name }], lapsesAt: expiresAt }),
    domainLapsed: domainLapsedLetter({ siteName: name, names: [name, name] }),
    passwordReset: passwordResetLetter({ siteName: name, email: name, link, expiresAt }),
  };
}
