import { layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";

export interface DomainLapsedWords {
  siteName: string;
  names: string[];
}

/** Tells the admins that a domain is no longer the site's, since its proof has been gone for 7 days (rule 8.3). */
export function domainLapsedLetter({ siteName, names }: DomainLapsedWords): WordedLetter {
  return layOut({
    subject: `${names.join(", ")} is no longer verified at ${siteName}`,
    heading: "A domain is no longer verified",
    body: [
      "The proof of these domains has been missing for 7 days:",
      { items: names },
      `Accounts there are no longer managed by ${siteName}: its admins cannot edit them. Nobody lost access, and nobody else was told.`,
      "To manage them again, publish the proof and verify the domain once more.",
    ],
    footnote: `You get this letter because you are an admin of ${siteName}.`,
  });
}
