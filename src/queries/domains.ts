import { type DomainClaim, type ProofPlace, proofPath, proofText } from "../model/domain-proof.ts";
import { compactId } from "../model/id.ts";
import { publicIdSql } from "./columns.ts";
import { declareEdges } from "./expand.ts";
import { declareLoader, listByIds, toOne } from "./loaders.ts";
import { marks, maySee, ofSite, type Reader, type Row } from "./reader.ts";
import { put, type Selection } from "./selection.ts";

/** The most domains that the list shows: a Workspace has up to 600 of its own. */
const mostListed = 1000;

declareLoader("Domain", async (reader, ids) => {
  if (!maySee(reader, "DOMAINS_READ")) return [];
  const rows = await reader.rows<Row & { name: string; token: string }>(
    `SELECT ${publicIdSql("Domain", "d.id")} AS id, d.name, d.token, d.status, d.directoryId, d.verifiedAt, d.lastCheckedAt
     FROM Domain d WHERE ${ofSite("d")} AND d.id IN (${marks(ids)})`,
    [reader.siteId, ...ids],
  );
  return rows.map(({ token, ...row }) => ({
    ...row,
    dnsRecord: { name: row.name, value: proofText(token) },
    httpsFile: { url: `https://${row.name}${proofPath}`, content: proofText(token) },
  }));
});

/** SQL: the domain of an account's address, whose local part holds no `@`. */
const domainSql = "SUBSTR(a.email, INSTR(a.email, '@') + 1)";

declareEdges("Domain", {
  directory: toOne("Directory", "directoryId"),

  // Where it was selected, this walks through the site's users once. By the account's own address (rule 1.2); who has not joined has none.
  async accountCount(reader, rows, field) {
    const names = rows.map((row) => String(row.name));
    const counts = await reader.rows<{ domain: string; n: number }>(
      `SELECT ${domainSql} AS domain, COUNT(*) AS n FROM User u JOIN Account a ON a.id = u.accountId
       WHERE u.siteId = ? AND ${domainSql} IN (${marks(names)}) GROUP BY ${domainSql}`,
      [reader.siteId, ...names],
    );
    const byName = new Map(counts.map(({ domain, n }) => [domain, Number(n)]));
    for (const row of rows) put(row, field, byName.get(String(row.name)) ?? 0);
  },
});

/** Every domain of the site, by name. */
export async function listDomains(reader: Reader, selection: Selection): Promise<Row[]> {
  const rows = await reader.rows<{ id: string }>("SELECT id FROM Domain WHERE siteId = ? ORDER BY name LIMIT ?", [
    reader.siteId,
    mostListed,
  ]);
  return listByIds(
    reader,
    "Domain",
    rows.map(({ id }) => id),
    selection,
  );
}

/** What is to be looked for to verify a domain of the site, by its public id; null where there is no such domain. */
export async function findClaim(reader: Reader, publicId: string): Promise<DomainClaim | null> {
  const id = compactId("Domain", publicId);
  if (id === null) return null;
  const [claim] = await reader.rows<DomainClaim>(`SELECT name, token FROM Domain WHERE ${ofSite()} AND id = ?`, [
    reader.siteId,
    id,
  ]);
  return claim ?? null;
}

/** A verified domain of whichever site, for the daily check. */
export interface DomainToCheck extends DomainClaim {
  id: string;
  siteId: string;
  provedBy: ProofPlace | null;
  missingSince: string | null;
}

/**
 * Verified domains of every site that were not checked since a moment, the longest unchecked first; at most 5,000. Those that a
 * directory vouches for have nothing published to look for.
 */
export function listDomainsToCheck(reader: Reader, { since }: { since: string }): Promise<DomainToCheck[]> {
  return reader.rows<DomainToCheck>(
    `SELECT id, siteId, name, token, provedBy, missingSince FROM Domain
     WHERE status = 'VERIFIED' AND directoryId IS NULL AND (lastCheckedAt IS NULL OR lastCheckedAt <= ?) ORDER BY lastCheckedAt LIMIT 5000`,
    [since],
  );
}
