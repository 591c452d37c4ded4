import { domainLapsedLetter } from "../../mail/wording/domain-lapsed-letter.ts";
import { domainMissingLetter } from "../../mail/wording/domain-missing-letter.ts";
import { isGone, placeFound, proofText, type Sighting } from "../../model/domain-proof.ts";
import { Domain, Site } from "../../model/entities.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { TrailSubject, Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import { writeToAdmins } from "../letters/write-to-admins.ts";

/** For so long a proof may be gone (rule 8.3). Milliseconds. */
const graceMs = 7 * 24 * 60 * 60 * 1000;

/** What was seen of a domain; by compact id. */
export interface Look {
  id: string;
  sighting: Sighting;
}

/** What comes of a look: the proof is there, it is missing from now on or still, or it has been for too long. */
type Fate = "RECORD" | "FILE" | "MISSING" | "STILL_MISSING" | "LAPSED";

/**
 * Draws the consequences of the daily look at a site's verified domains (rule 8.3): one whose proof is gone for 7 days lapses, and its
 * accounts are no longer managed. The admins are told when it goes missing and when it lapses. A look that had no definite answer
 * has no consequence. What a directory vouches for, or is no longer verified, is passed over.
 */
export async function recheckDomains(work: Work, looks: readonly Look[]): Promise<void> {
  await holdSite(work);
  const permit = work.permit("domainRecheck", { noun: "site", id: work.siteId });
  const sightings = new Map(looks.map(({ id, sighting }) => [id, sighting]));
  const byFate = new Map<Fate, Domain[]>();
  for (const domain of await work.byIds(Domain, [...sightings.keys()])) {
    const sighting = sightings.get(domain.id);
    const fate = sighting ? fateOf(domain, sighting, Date.parse(work.now)) : null;
    if (fate) byFate.set(fate, [...(byFate.get(fate) ?? []), domain]);
  }
  for (const [fate, domains] of byFate) await settle(work, fate, domains);
  const missing = byFate.get("MISSING") ?? [];
  const lapsed = byFate.get("LAPSED") ?? [];
  await tellAdmins(work, missing, lapsed);

  const back = [...(byFate.get("RECORD") ?? []), ...(byFate.get("FILE") ?? [])].filter(
    ({ missingSince }) => missingSince !== null,
  );
  const told: TrailSubject[] = [
    ...missing.map((domain) => subject(domain, { missingSince: [null, work.now] })),
    ...lapsed.map((domain) => subject(domain, { status: ["VERIFIED", "LAPSED"] })),
    ...back.map((domain) => subject(domain, { missingSince: [domain.missingSince, null] })),
  ];
  if (told.length === 0) return work.unchanged(permit, undefined);
  await work.record(permit, told);
}

function fateOf(domain: Domain, sighting: Sighting, now: number): Fate | null {
  if (domain.status !== "VERIFIED" || domain.directoryId !== null) return null;
  const place = placeFound(sighting);
  if (place || !isGone(sighting, domain.provedBy)) return place;
  if (domain.missingSince === null) return "MISSING";
  return now - Date.parse(domain.missingSince) >= graceMs ? "LAPSED" : "STILL_MISSING";
}

/** What each fate writes; behind it stand the parameters. */
const changes: Record<Fate, string> = {
  RECORD: "provedBy = 'RECORD', missingSince = NULL",
  FILE: "provedBy = 'FILE', missingSince = NULL",
  MISSING: "missingSince = ?",
  STILL_MISSING: "missingSince = missingSince",
  LAPSED: "status = 'LAPSED', verifiedKey = NULL, missingSince = NULL",
};

async function settle(work: Work, fate: Fate, domains: readonly Domain[]): Promise<void> {
  for (let from = 0; from < domains.length; from += 500) {
    const ids = domains.slice(from, from + 500).map(({ id }) => id);
    await work.write(
      `UPDATE Domain SET ${changes[fate]}, lastCheckedAt = ? WHERE ${ofSite()} AND id IN (${marks(ids)})`, // the changes are our own words
      [...(fate === "MISSING" ? [work.now] : []), work.now, work.siteId, ...ids],
    );
  }
}

function subject({ id, name }: Domain, changed: TrailSubject["changes"]): TrailSubject {
  return { type: "Domain", id, label: name, changes: changed };
}

async function tellAdmins(work: Work, missing: readonly Domain[], lapsed: readonly Domain[]): Promise<void> {
  if (missing.length === 0 && lapsed.length === 0) return;
  const [site] = await work.byIds(Site, [work.siteId]);
  const siteName = site?.name ?? "";
  if (missing.length > 0) {
    const domains = missing.map(({ name, token }) => ({ name, proof: proofText(token) }));
    const lapsesAt = new Date(Date.parse(work.now) + graceMs).toISOString();
    await writeToAdmins(work, domainMissingLetter({ siteName, domains, lapsesAt }));
  }
  if (lapsed.length > 0) await writeToAdmins(work, domainLapsedLetter({ siteName, names: lapsed.map(({ name }) => name) }));
}
