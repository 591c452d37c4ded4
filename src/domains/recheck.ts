import { randomUUID } from "node:crypto";
import { releaseLease, renewLease, takeLease } from "../actions/directories/hold-lease.ts";
import { type Look, recheckDomains } from "../actions/domains/recheck-domains.ts";
import type { Actor } from "../model/actor.ts";
import { isGone, placeFound } from "../model/domain-proof.ts";
import { allScopes } from "../model/scope.ts";
import { type DomainToCheck, listDomainsToCheck } from "../queries/domains.ts";
import type { Door } from "../work/door.ts";
import type { ProofFinder } from "./proof-finder.ts";

/** What the operator is told. The fields first, as pino takes them. */
export interface RecheckLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RecheckOptions {
  door: Door;
  finder: ProofFinder;
  log: RecheckLog;
  /** Ends a round after the looks in hand. */
  stopped?: AbortSignal;
}

const actor: Actor = { kind: "operator", label: "gatehouse", scopes: new Set(allScopes), ipAddress: null };
const everywhere = { siteId: "", actor };

/** What was checked within so many milliseconds needs no check now: a day, less what two starts of a round can be apart. */
const restMs = 20 * 60 * 60 * 1000;
const looksAtOnce = 20;

/**
 * Looks again for the proof of every verified domain of every site that was not checked today (rule 8.3), on one instance at a time.
 * An outage of ours has no consequence: see `isBelievable`.
 */
export async function recheckAll(options: RecheckOptions): Promise<void> {
  const { door } = options;
  const list = () =>
    door.look(everywhere, (reader) => listDomainsToCheck(reader, { since: new Date(Date.now() - restMs).toISOString() }));
  if ((await list()).length === 0) return;
  const claim = { name: "domains", holder: randomUUID() };
  const taken = await door.act(everywhere, async (work) => {
    const permit = work.permit("domainRecheck", { noun: "site", id: work.siteId });
    return work.unchanged(permit, await takeLease(work, claim));
  });
  if (taken === null) return;
  try {
    // Listed again: another instance may have had the lease, and done it, in between.
    await checkThese(await list(), options, () => door.act(everywhere, (work) => renewLease(work, claim)));
  } finally {
    await door.act(everywhere, (work) => releaseLease(work, claim));
  }
}

type Checked = DomainToCheck & Look;

async function checkThese(
  domains: readonly DomainToCheck[],
  { door, finder, log, stopped }: RecheckOptions,
  renew: () => Promise<boolean>,
): Promise<void> {
  const checked: Checked[] = [];
  for (let from = 0; from < domains.length; from += looksAtOnce) {
    const part = domains.slice(from, from + looksAtOnce);
    checked.push(...(await Promise.all(part.map(async (domain) => ({ ...domain, sighting: await finder.look(domain) })))));
    if (stopped?.aborted || !(await renew())) return;
  }
  if (!(await isBelievable(checked, finder))) {
    log.warn(
      { domains: checked.length },
      "The proofs of domains seem to be gone, or our DNS is: nothing follows from this check",
    );
    return;
  }
  for (const [siteId, looks] of bySite(checked))
    try {
      await door.act({ siteId, actor }, (work) => recheckDomains(work, looks));
    } catch (error) {
      log.error({ err: error, siteId }, "What was seen of a site's domains could not be stored; they are checked again tomorrow");
    }
}

/**
 * Whether it is the proofs that are gone and not our DNS. It is ours when it no longer knows the root of all names, or when every
 * domain of several sites, which have nothing else in common, is gone on the same day.
 */
async function isBelievable(checked: readonly Checked[], finder: ProofFinder): Promise<boolean> {
  const gone = checked.filter(({ sighting, provedBy }) => isGone(sighting, provedBy));
  if (gone.length === 0) return true;
  const struckSites = new Set(gone.filter(({ missingSince }) => missingSince === null).map(({ siteId }) => siteId));
  const nothingStands = checked.every(({ sighting }) => placeFound(sighting) === null);
  return !(nothingStands && struckSites.size > 1) && (await finder.hasDns());
}

function bySite(checked: readonly Checked[]): Map<string, Checked[]> {
  const sites = new Map<string, Checked[]>();
  for (const one of checked) sites.set(one.siteId, [...(sites.get(one.siteId) ?? []), one]);
  return sites;
}
