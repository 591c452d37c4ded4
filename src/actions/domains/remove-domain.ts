import { Domain } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";

/**
 * Gives a domain up: its accounts are no longer managed, and another site may verify it. Claimed again it gets another proof, so
 * that a record left behind proves nothing. One that a directory proved comes back when a plan of that is applied. Answers the compact id.
 */
export async function removeDomain(work: Work, { id }: { id: string }): Promise<string> {
  await holdSite(work);
  const domain = await findOrRefuse(work, Domain, "Domain", id, ["input", "id"]);
  const permit = work.permit("domainRemove", { noun: "domain", id: domain.id });
  await work.write("DELETE FROM Domain WHERE id = ? AND siteId = ?", [domain.id, work.siteId]);
  await work.record(permit, [{ type: "Domain", id: domain.id, label: domain.name, changes: { status: [domain.status, null] } }]);
  return domain.id;
}
