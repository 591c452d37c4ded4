/**
 * ZERO WIDTH NON-JOINER. It is not seen, and a host name in which it stands between Latin letters is refused by browsers (RFC 5892,
 * A.1), where other unseen characters are left out of it: a program that makes a link all the same makes one that leads nowhere.
 */
const nonJoiner = "\u200c";

/** An email address, which may stay one; what follows a scheme; the dot of a name such as `evil.example`. */
const linkable = /([\w.+'-]+@[\w.-]+)|:\/\/|(?<=[\p{L}\p{N}])[.\u3002\uff0e\uff61](?=\p{L})/gu;

/**
 * A text of which no mail program makes a link to a page: something unseen stands where one would see an address. Else whoever is
 * called `Win at evil.example` could put a link into letters that come from us. Email addresses stay whole.
 */
export function unlinked(text: string): string {
  return text.replace(linkable, (found, email: string | undefined) => email ?? `${nonJoiner}${found}`);
}
