import { isDuplicate } from "../../database/dialect.ts";
import { Domain } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import type { TrailSubject, Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import { newProofToken } from "./new-proof-token.ts";

/** The domains that a directory lists as verified, and those that its settings name; none named means all. */
export interface ProveDomains {
  directoryId: string;
  listed: readonly string[];
  named: readonly string[];
}

/**
 * Takes a directory's word for the domains it verified (rule 8.4), which makes accounts there managed. A domain that another site
 * owns is passed over without a word. Answers the names that were proved now.
 */
export async function proveDomains(work: Work, { directoryId, listed, named }: ProveDomains): Promise<string[]> {
  // An admin who claims one of them at this moment comes before or after.
  await holdSite(work);
  const permit = work.permit("domainProve", { noun: "directory", id: directoryId });
  const names = [...new Set(listed.map((name) => name.toLowerCase()))].filter(
    (name) => named.length === 0 || named.includes(name),
  );
  const known = new Map((await work.byIds(Domain, names, "name")).map((domain) => [domain.name, domain]));
  const proved: TrailSubject[] = [];
  // One by one: each can be refused by another site's claim, and an organization has a handful of domains.
  for (const name of names) {
    const domain = known.get(name);
    if (domain?.status === "VERIFIED") continue;
    const id = domain?.id ?? newId();
    if (await prove(work, { id, name, directoryId, isKnown: domain !== undefined }))
      proved.push({ type: "Domain", id, label: name, changes: { status: [domain?.status ?? null, "VERIFIED"] } });
  }
  if (proved.length === 0) return work.unchanged(permit, []);
  await work.record(permit, proved);
  return proved.map(({ label }) => label);
}

interface Claim {
  id: string;
  name: string;
  directoryId: string;
  isKnown: boolean;
}

/** False when another site owns the domain. */
async function prove(work: Work, { id, name, directoryId, isKnown }: Claim): Promise<boolean> {
  const [owner] = await work.rows<{ siteId: string }>("SELECT siteId FROM Domain WHERE verifiedKey = ?", [name]);
  if (owner) return false;
  try {
    if (isKnown)
      await work.write(
        `UPDATE Domain SET status = 'VERIFIED', verifiedKey = ?, directoryId = ?, provedBy = NULL, missingSince = NULL, verifiedAt = ?,
         lastCheckedAt = ? WHERE id = ? AND siteId = ?`,
        [name, directoryId, work.now, work.now, id, work.siteId],
      );
    else
      await work.insert(Domain, [
        {
          id,
          siteId: work.siteId,
          name,
          verifiedKey: name,
          status: "VERIFIED",
          token: newProofToken(),
          directoryId,
          verifiedAt: work.now,
          lastCheckedAt: work.now,
          createdAt: work.now,
        },
      ]);
    return true;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return false;
  }
}
