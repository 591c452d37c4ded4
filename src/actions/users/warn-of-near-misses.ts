import { domainOf } from "../../model/email.ts";
import { domainTypo, nearEmails, nearMiss, taggedRange } from "../../model/near-email.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";

/** Candidates looked up by one statement. */
const atOnce = 2000;

/** An address that somebody typed, and where it stood in the input. */
export interface TypedAddress {
  email: string;
  at: string[];
}

/**
 * Warns, without refusing, of addresses that were probably meant to be another (rule 2.10). Looks candidates up by the index. Being near
 * the address `besides` is no reason. */
export async function warnOfNearMisses(
  work: Work,
  addresses: readonly TypedAddress[],
  known: ReadonlyMap<string, { status: string }>,
  besides?: string,
): Promise<void> {
  for (const { email, at } of addresses) {
    const warn = (message: string) => work.report.warnings.push({ message, path: at });
    if (known.get(email)?.status === "ACTIVE") warn(`${email} is an active user of this site already.`);
    if (known.has(email)) continue;
    const meant = domainTypo(domainOf(email));
    if (meant) warn(`Did you mean ${meant}? ${email} looks mistyped.`);
    const neighboursOfIt = await neighbours(work, email);
    const near = nearMiss(
      email,
      neighboursOfIt.filter((neighbour) => neighbour !== besides),
    );
    if (near) warn(`${email} is very close to ${near}, who is on this site already.`);
  }
}

async function neighbours(work: Work, email: string): Promise<string[]> {
  const candidates = nearEmails(email);
  const found: string[] = [];
  for (let from = 0; from < candidates.length; from += atOnce) {
    const part = candidates.slice(from, from + atOnce);
    const rows = await work.rows<{ email: string }>(`SELECT email FROM User WHERE siteId = ? AND emailKey IN (${marks(part)})`, [
      work.siteId,
      ...part,
    ]);
    found.push(...rows.map((row) => row.email));
  }
  const tagged = await work.rows<{ email: string }>(
    "SELECT email FROM User WHERE siteId = ? AND emailKey >= ? AND emailKey < ? LIMIT 100",
    [work.siteId, ...taggedRange(email)],
  );
  return [...found, ...tagged.map((row) => row.email)];
}
