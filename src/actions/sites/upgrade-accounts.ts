import { isDuplicate } from "../../database/dialect.ts";
import { Site } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";

/** Blockers that are told at once. */
const mostTold = 200;

/** Whose local accounts are global from the upgrade on. */
const active = "SELECT accountId FROM User WHERE siteId = ? AND status = 'ACTIVE'";

/** The site's compact id, and how many accounts became global. */
export interface UpgradedAccounts {
  siteId: string;
  accountCount: number;
}

/**
 * Turns the accounts of a site's active users global, and with them the site (rule 1.4): all, or none while somebody's email is that
 * of a global account already, and then the report names them. INVITED users become invitations to global accounts by that alone.
 * DEACTIVATED ones stay local; who was activated since is taken along by another upgrade.
 */
export async function upgradeAccounts(work: Work): Promise<UpgradedAccounts> {
  await holdSite(work);
  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  const permit = work.permit("siteUpgradeAccounts", { noun: "site", id: site.id });
  await refuseBlocked(work);
  const accountCount = await turnGlobal(work);
  if (accountCount === 0 && site.accounts === "GLOBAL") return work.unchanged(permit, { siteId: site.id, accountCount });

  await work.write("UPDATE Site SET accounts = 'GLOBAL' WHERE id = ?", [site.id]);
  const changes = { accounts: [site.accounts, "GLOBAL"], globalAccounts: [null, accountCount] } as const; // as: pairs
  await work.record(permit, [{ type: "Site", id: site.id, label: site.key, changes }]);
  return { siteId: site.id, accountCount };
}

async function turnGlobal(work: Work): Promise<number> {
  try {
    await turnLinksGlobal(work);
    return await work.write(`UPDATE Account SET realm = '' WHERE realm = ? AND id IN (${active})`, [work.siteId, work.siteId]);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    // A global account got one of the addresses since we looked: now it can be seen who.
    await refuseBlocked(work);
    throw new Refusal("CONFLICT", "Somebody's email became that of a global account at this very moment. Try again.");
  }
}

/** A provider's subject that signs in a global account already goes on doing so: the local account's link to it ends. */
async function turnLinksGlobal(work: Work): Promise<void> {
  const taken = await work.rows<{ identity: string }>(
    `SELECT l.identity FROM ProviderLink l JOIN ProviderLink g ON g.realm = '' AND g.identity = l.identity
     WHERE l.realm = ? AND l.accountId IN (${active})`,
    [work.siteId, work.siteId],
  );
  for (let from = 0; from < taken.length; from += 500) {
    const part = taken.slice(from, from + 500).map(({ identity }) => identity);
    await work.write(`DELETE FROM ProviderLink WHERE realm = ? AND identity IN (${marks(part)})`, [work.siteId, ...part]);
  }
  await work.write(`UPDATE ProviderLink SET realm = '' WHERE realm = ? AND accountId IN (${active})`, [work.siteId, work.siteId]);
}

/** Refuses while an active user's email is that of a global account, which nobody can be merged with (rule 1.5). */
async function refuseBlocked(work: Work): Promise<void> {
  const blockers = await work.rows<{ id: string }>(
    `SELECT u.id FROM User u JOIN Account a ON a.id = u.accountId AND a.realm = u.siteId JOIN Account g ON g.realm = '' AND g.emailKey = a.emailKey
     WHERE u.siteId = ? AND u.status = 'ACTIVE' ORDER BY u.nameKey, u.id`,
    [work.siteId],
  );
  if (blockers.length === 0) return;
  work.report.blockerIds = blockers.slice(0, mostTold).map(({ id }) => id);
  const who = blockers.length === 1 ? "1 user has an email" : `${blockers.length} users have emails`;
  throw new Refusal(
    "TAKEN",
    `${who} with a global account already. Replace them, or change their emails, and try again. Nothing was changed.`,
  );
}
