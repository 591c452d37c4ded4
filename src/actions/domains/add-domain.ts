import { isPublicDomain, spellDomain } from "../../model/email.ts";
import { Domain } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import { newProofToken } from "./new-proof-token.ts";

/** The most domains that a site claims by hand, so that the list of them stays one. */
const mostDomains = 500;

/**
 * Claims a domain: from now on it can be verified, and nothing else changes (rule 8.5). Who claims it on another site is not told.
 * One that is claimed here already keeps its proof. Answers the compact id.
 */
export async function addDomain(work: Work, { name }: { name: string }): Promise<string> {
  await holdSite(work);
  const permit = work.permit("domainAdd", { noun: "site", id: work.siteId });
  const path = ["input", "name"];
  const spelled = spellDomain(name);
  if ("fault" in spelled) throw new Refusal("INVALID", spelled.fault, path);
  const { domain } = spelled;
  if (isPublicDomain(domain))
    throw new Refusal("PUBLIC_DOMAIN", `${domain} is open to the public: nobody can claim it for a site.`, path);
  const [known] = await work.rows<{ id: string }>("SELECT id FROM Domain WHERE siteId = ? AND name = ?", [work.siteId, domain]);
  if (known) return work.unchanged(permit, known.id);
  const [claimed] = await work.rows<{ n: number }>("SELECT COUNT(*) AS n FROM Domain WHERE siteId = ?", [work.siteId]);
  if (Number(claimed?.n) >= mostDomains)
    throw new Refusal("LIMIT_EXCEEDED", `A site claims at most ${mostDomains} domains. Remove one first.`, path);

  const id = newId();
  const claim = {
    id,
    siteId: work.siteId,
    name: domain,
    status: "PENDING" as const,
    token: newProofToken(),
    createdAt: work.now,
  };
  await work.insert(Domain, [claim]);
  await work.record(permit, [{ type: "Domain", id, label: domain, changes: { status: [null, "PENDING"] } }]);
  return id;
}
