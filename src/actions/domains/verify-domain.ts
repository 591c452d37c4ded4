import { isDuplicate } from "../../database/dialect.ts";
import { type ProofPlace, placeFound, type Sighting } from "../../model/domain-proof.ts";
import { Domain } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import type { TrailSubject, Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";

export interface VerifyDomain {
  id: string;
  /** What was seen of the domain's proofs, just before: looking takes too long for a transaction. Null where nothing was to be seen. */
  sighting: Sighting | null;
}

const path = ["input", "id"];

/**
 * Takes a domain for the site's own once its proof was seen: its accounts are managed from then on, and nobody is written to
 * (rule 8.5). A domain has one owner: where that is another site, this is refused, and only to who proved the domain (rule 8.2).
 * One that is verified already stays so. Answers the compact id.
 */
export async function verifyDomain(work: Work, { id, sighting }: VerifyDomain): Promise<string> {
  await holdSite(work);
  const domain = await findOrRefuse(work, Domain, "Domain", id, path);
  const permit = work.permit("domainVerify", { noun: "domain", id: domain.id });
  const provedBy = sighting && placeFound(sighting);
  if (!provedBy) throw new Refusal("PROOF_NOT_FOUND", whatWasSeen(sighting), path);

  const isVerified = domain.status === "VERIFIED";
  await claim(work, domain, provedBy);
  if (isVerified && domain.missingSince === null) return work.unchanged(permit, domain.id);
  const changes: TrailSubject["changes"] = isVerified
    ? { missingSince: [domain.missingSince, null] }
    : { status: [domain.status, "VERIFIED"], provedBy: [domain.provedBy, provedBy] };
  await work.record(permit, [{ type: "Domain", id: domain.id, label: domain.name, changes }]);
  return domain.id;
}

/** The index decides who owns a domain, also between sites that prove it at the same moment. */
async function claim(work: Work, { id, name }: Domain, provedBy: ProofPlace): Promise<void> {
  try {
    // In this order: MySQL reads a column that was set before as what it was set to.
    await work.write(
      `UPDATE Domain SET provedBy = CASE WHEN directoryId IS NULL THEN ? ELSE provedBy END,
       verifiedAt = CASE WHEN status = 'VERIFIED' THEN verifiedAt ELSE ? END,
       status = 'VERIFIED', verifiedKey = ?, lastCheckedAt = ?, missingSince = NULL WHERE id = ? AND siteId = ?`,
      [provedBy, work.now, name, work.now, id, work.siteId],
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new Refusal("TAKEN", "Another site has verified this domain. It has to be removed there first.", path);
  }
}

function whatWasSeen(sighting: Sighting | null): string {
  if (!sighting) return "Neither proof was looked for. Try again.";
  return `Neither proof was found. ${sighting.record.detail} ${sighting.file.detail}`;
}
