/** Joins words without being seen, and belongs to no address. */
const wordJoiner = "\u2060";

/** An email address, which may stay one; the end of a scheme; the dot of a name such as `evil.example`. */
const linkable = /([\w.+'-]+@[\w.-]+)|:\/\/|(?<=[\p{L}\p{N}])[.\u3002\uff0e\uff61](?=\p{L})/gu;

/**
 * A text of which no mail program makes a link to a page: where one would see an address, something unseen stands in it. Else
 * whoever is called `Win at evil.example` could put a link into letters that come from us. Email addresses stay whole.
 */
export function unlinked(text: string): string {
  return text.replace(linkable, (found, email: string | undefined) => email ?? `${found}${wordJoiner}`);
}
