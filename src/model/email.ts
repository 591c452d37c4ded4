import { LRUCache } from "lru-cache";
import { getDomain } from "tldts";
import { toASCII } from "tr46";

/** Nothing longer is looked at. Far above what any encoding of a valid address needs, in UTF-16 units. */
const longestInput = 1000;

/** RFC 5321, 4.1.2: the Dot-string form of a local part. Its Quoted-string form is what mail parsers disagree about. */
const dotString = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

/** RFC 1123, 2.1: letters, digits and inner hyphens. */
const hostLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What the URL standard takes for the end of an IPv4 address, however it is written; no top-level domain looks like this. */
const numericLabel = /^(?:\d+|0x[0-9a-f]*)$/;

/**
 * The one spelling of an email address (rule 1.3): trimmed, lower case, its domain in ASCII; or a sentence that says what is wrong
 * with it. Refuses whatever is not a single plain mailbox: display names, lists, comments, quotes, blanks, IP numbers and letters
 * outside ASCII before the `@`. At most 64 characters before it and 254 in all (RFC 5321, 4.5.3.1).
 */
export function spellEmail(input: string): { email: string } | { fault: string } {
  const text = input.trim();
  if (text.length > longestInput) return { fault: "An email address has at most 254 characters." };
  const at = text.lastIndexOf("@");
  if (at < 1) return { fault: "An email address looks like name@example.com." };
  const local = text.slice(0, at);
  // Looked at before any mapping: lower case alone would turn the Kelvin sign into a k, and one person into another.
  if (/[^\0-\x7f]/.test(local)) return { fault: "Letters outside a-z cannot stand before the @ of an email address." };
  if (!dotString.test(local))
    return { fault: "Give one plain email address like name@example.com, without a name, quotes, blanks or misplaced dots." };
  if (local.length > 64) return { fault: "An email address has at most 64 characters before the @." };
  const spelled = spellTrimmedDomain(text.slice(at + 1));
  if ("fault" in spelled) return spelled;
  const email = `${local.toLowerCase()}@${spelled.domain}`;
  return email.length > 254 ? { fault: "An email address has at most 254 characters." } : { email };
}

/**
 * The one spelling of a domain: trimmed, NFC, lower case, in ASCII by UTS #46 (nontransitional, STD3 rules); or a sentence that
 * says what is wrong with it. Needs a dot, and refuses IP numbers. Reserved names such as `acme.example` are welcome.
 */
export function spellDomain(input: string): { domain: string } | { fault: string } {
  return spellTrimmedDomain(input.trim());
}

/** People share few domains, and to map one to ASCII takes longer than all the rest of an address. */
const spelledDomains = new LRUCache<string, { domain: string } | { fault: string }>({ max: 1000 });

function spellTrimmedDomain(text: string): { domain: string } | { fault: string } {
  if (text.length > longestInput) return { fault: notADomain };
  const spelled = spelledDomains.get(text) ?? spellUnknownDomain(text);
  spelledDomains.set(text, spelled);
  return spelled;
}

const notADomain = "A domain looks like example.com: letters, digits and hyphens between dots.";

function spellUnknownDomain(text: string): { domain: string } | { fault: string } {
  const domain = toASCII(text.normalize("NFC"), {
    checkBidi: true,
    checkJoiners: true,
    useSTD3ASCIIRules: true,
    verifyDNSLength: true,
  });
  const labels = domain?.split(".") ?? [];
  if (domain === null || labels.length < 2 || !labels.every((label) => hostLabel.test(label))) return { fault: notADomain };
  // Taken for addresses that name nobody: RFC 6761, 6.4.
  if (labels.at(-1) === "invalid") return { fault: "Nothing is at a domain that ends in .invalid." };
  if (numericLabel.test(labels.at(-1) ?? "")) return { fault: "An IP number cannot stand for a domain." };
  return { domain };
}

/** The domain of a spelled address. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1);
}

/** Where anyone can have a mailbox. The largest providers by number of users; a list like this is never complete. */
const mailProviders = new Set(
  (
    "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.de hotmail.fr live.com msn.com yahoo.com yahoo.co.jp " +
    "yahoo.co.uk yahoo.de yahoo.fr ymail.com rocketmail.com icloud.com me.com mac.com aol.com gmx.com gmx.de gmx.net gmx.at web.de " +
    "t-online.de freenet.de mail.com mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru proton.me protonmail.com " +
    "pm.me tutanota.com tuta.com zoho.com fastmail.com hey.com qq.com foxmail.com 163.com 126.com sina.com yeah.net naver.com " +
    "daum.net hanmail.net docomo.ne.jp ezweb.ne.jp softbank.ne.jp orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it " +
    "virgilio.it tiscali.it seznam.cz wp.pl onet.pl o2.pl interia.pl ukr.net uol.com.br bol.com.br terra.com.br rediffmail.com " +
    "comcast.net verizon.net att.net sbcglobal.net cox.net bellsouth.net btinternet.com bigpond.com shaw.ca rogers.com"
  ).split(" "),
);

/**
 * Whether a spelled domain is nobody's to verify (rule 8.2): a public mail provider, or a suffix under which anyone can register,
 * such as `co.uk` or `github.io` (the Public Suffix List, private part included).
 */
export function isPublicDomain(domain: string): boolean {
  return mailProviders.has(domain) || getDomain(domain, { allowPrivateDomains: true }) === null;
}
