import { layOut } from "../layout.ts";
import type { WordedLetter } from "../letter.ts";

export interface RemovalsHeldWords {
  siteName: string;
  directoryName: string;
  /** How many removals of each kind wait. `addresses` are users who would only lose theirs, or get another. */
  counts: { users: number; addresses: number; groups: number; memberships: number };
  /** The page that shows them; null when there is no page to show. */
  link: string | null;
  /** Why they wait, in a sentence. */
  failure: string;
}

/** Tells the admins that a run would have removed more than it may, and did not (S13). */
export function removalsHeldLetter({ siteName, directoryName, counts, link, failure }: RemovalsHeldWords): WordedLetter {
  return layOut({
    subject: `Removals from ${siteName} wait for you`,
    heading: "Removals wait for your approval",
    body: [
      `The directory ${directoryName} would take these away from ${siteName}:`,
      {
        items: [
          counted(counts.users, "user"),
          counted(counts.addresses, "user").map((users) => `the address of ${users}`),
          counted(counts.groups, "group"),
          counted(counts.memberships, "membership"),
        ].flat(),
      },
      failure,
      "Nothing of this was removed, and nothing will be until an admin approves it. Every other change was made. Please look whether the directory is right: a mistake there looks just the same.",
      link ? { label: "Look at the removals", link } : null,
    ],
    footnote: `You get this letter because you are an admin of ${siteName}.`,
  });
}

const english = new Intl.NumberFormat("en");

/** Nothing at all for none of a kind. */
function counted(count: number, noun: string): string[] {
  return count === 0 ? [] : [`${english.format(count)} ${noun}${count === 1 ? "" : "s"}`];
}
