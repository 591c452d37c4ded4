import { domainOf } from "../model/email.ts";
import type { Site } from "../model/entities.ts";
import type { Reader } from "./reader.ts";

/** Whether the site manages accounts at an address (rule 1.2): it verified the domain, or its accounts are its own (rule 1.4). */
export async function managesAddress(reader: Reader): Promise<(email: string) => boolean> {
  const [site] = await reader.rows<Pick<Site, "accounts">>("SELECT accounts FROM Site WHERE id = ?", [reader.siteId]);
  const domains = await reader.rows<{ name: string }>("SELECT name FROM Domain WHERE siteId = ? AND status = 'VERIFIED'", [
    reader.siteId,
  ]);
  const verified = new Set(domains.map(({ name }) => name));
  return (email) => site?.accounts === "LOCAL" || verified.has(domainOf(email));
}
