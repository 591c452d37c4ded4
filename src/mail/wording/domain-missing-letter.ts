import { layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";
import { momentInWords } from "../moment-in-words.ts";

export interface DomainMissingWords {
  siteName: string;
  /** The domains, each with the text to publish again. */
  domains: { name: string; proof: string }[];
  /** When they are given up, unless the proof is back. RFC 3339 in UTC. */
  lapsesAt: string;
}

/** Tells the admins that the proof of a domain has gone, while there is time to bring it back (rule 8.3). */
export function domainMissingLetter({ siteName, domains, lapsesAt }: DomainMissingWords): WordedLetter {
  return layOut({
    subject: `The proof of ${domains.map(({ name }) => name).join(", ")} is missing at ${siteName}`,
    heading: "The proof of a domain is missing",
    body: [
      `${siteName} looked for what proves that these domains are yours, and no longer found it:`,
      { items: domains.map(({ name, proof }) => `${name}: ${proof}`) },
      "Publish the text again, as a TXT record at the domain or in the file on its web server.",
      `If it is not back by ${momentInWords(lapsesAt)}, the accounts at the domain are no longer managed by ${siteName}: its admins cannot edit them. Nobody loses access.`,
    ],
    footnote: `You get this letter because you are an admin of ${siteName}.`,
  });
}
