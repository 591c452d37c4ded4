import { layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";

export interface DirectoryTroubleWords {
  siteName: string;
  directoryName: string;
  /** What is wrong and what to do, for a person. */
  sentence: string;
}

/** Tells the admins that a directory no longer syncs (S20). */
export function directoryTroubleLetter({ siteName, directoryName, sentence }: DirectoryTroubleWords): WordedLetter {
  return layOut({
    subject: `${directoryName} needs attention at ${siteName}`,
    heading: "A directory needs attention",
    body: [
      `The directory ${directoryName} cannot be synced with ${siteName} at the moment. The reason:`,
      { quote: sentence },
      "Until this is mended nobody loses access, and changes made in the directory do not arrive: people who left it keep their access here unless you deactivate them.",
    ],
    footnote: `You get this letter because you are an admin of ${siteName}.`,
  });
}
