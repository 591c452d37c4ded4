import { domainOf } from "./email.ts";

/** Letters that one mistyped or forgotten key can have meant in a local part. */
const keys = [..."abcdefghijklmnopqrstuvwxyz0123456789._-"];

/**
 * The first of the other addresses that this one was probably meant to be, or null (rule 2.10): one letter more, less, other or
 * swapped, or apart only in dots and plus tag. All are spelled addresses; the same address is not a near miss.
 */
export function nearMiss(email: string, others: Iterable<string>): string | null {
  const squashed = squashEmail(email);
  for (const other of others)
    if (other !== email && (isOneLetterAway(email, other) || squashEmail(other) === squashed)) return other;
  return null;
}

/** The address without its dots and plus tag, which many mail systems ignore. To compare, never to write to. */
export function squashEmail(email: string): string {
  return `${untagged(localOf(email)).replaceAll(".", "")}@${domainOf(email)}`;
}

/**
 * Addresses of the same domain that this one could be a slip of, to be looked up by an index instead of scanning every user: each
 * one letter away, the one without plus tag, and the squashed one with a dot anywhere. About 80 for each letter before the `@`.
 */
export function nearEmails(email: string): string[] {
  const domain = domainOf(email);
  const local = localOf(email);
  const squashed = localOf(squashEmail(email));
  const near = new Set([untagged(local), squashed]);
  for (let at = 1; at < squashed.length; at++) near.add(`${squashed.slice(0, at)}.${squashed.slice(at)}`);
  for (let at = 0; at <= local.length; at++) {
    const [head, here, next, tail] = [local.slice(0, at), local.charAt(at), local.charAt(at + 1), local.slice(at + 1)];
    near.add(head + tail).add(head + next + here + tail.slice(1));
    for (const key of keys) near.add(head + key + tail).add(head + key + here + tail);
  }
  near.delete(local);
  near.delete("");
  return [...near].map((candidate) => `${candidate}@${domain}`);
}

/** The addresses that add a plus tag to this one sort, as bytes, from the first of these to before the second, of any domain. */
export function taggedRange(email: string): [from: string, before: string] {
  const local = untagged(localOf(email));
  return [`${local}+`, `${local},`]; // In ASCII the comma follows the plus.
}

function localOf(email: string): string {
  return email.slice(0, email.lastIndexOf("@"));
}

/** A plus sign in front is no tag: something has to be left. */
function untagged(local: string): string {
  return local.replace(/(?!^)\+.*/, "");
}

/** Whether one insertion, deletion, change or swap of neighbours leads from one text to the other. Texts are ASCII. */
function isOneLetterAway(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const [rest, otherRest] = [one.slice(start), other.slice(start)];
  const swapped = rest.charAt(1) + rest.charAt(0) + rest.slice(2);
  return (
    rest.slice(1) === otherRest.slice(1) || rest.slice(1) === otherRest || rest === otherRest.slice(1) || swapped === otherRest
  );
}

const typos = new Map(
  Object.entries({
    "gmail.com": "gmial.com gmai.com gmal.com gmil.com gamil.com gnail.com gmaill.com gmali.com gmail.co gmail.cm gmail.om",
    "googlemail.com": "googelmail.com goglemail.com googlmail.com",
    "hotmail.com": "hotmial.com hotmal.com hotmai.com hotmil.com homail.com hotamil.com hotmaill.com",
    "icloud.com": "iclod.com icoud.com iclould.com icloud.co",
    "outlook.com": "outlok.com outloo.com outllok.com oulook.com outlook.co",
    "yahoo.com": "yaho.com yahooo.com yhoo.com yahoo.co yaoo.com",
  }).flatMap(([meant, typed]) => typed.split(" ").map((typo) => [typo, meant])),
);

/** The domain that this one was probably meant to be, or null: a common slip of a large provider, or of `.com` itself. */
export function domainTypo(domain: string): string | null {
  const meant = domain.replace(/\.(?:con|cmo|ocm|comm|vom|xom)$/, ".com");
  return typos.get(meant) ?? (meant === domain ? null : meant);
}
