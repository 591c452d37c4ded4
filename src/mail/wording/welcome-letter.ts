import { layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";

export interface WelcomeWords {
  siteName: string;
  signInUrl: string;
  directoryName: string;
}

/** Welcomes a person whom a directory brought and who needs no invitation (rule 2.4a). Its link carries no secret. */
export function welcomeLetter({ siteName, signInUrl, directoryName }: WelcomeWords): WordedLetter {
  return layOut({
    subject: `Welcome to ${siteName}`,
    heading: `Welcome to ${siteName}`,
    body: [
      `Hello! Your organization gave you a place on ${siteName}. There is nothing to set up: sign in with Google, with the account that you use at work.`,
      { label: "Sign in with Google", link: signInUrl },
    ],
    footnote: `You get this letter because the directory ${directoryName} lists you. Questions? Ask whoever looks after it in your organization.`,
  });
}
