import type { Site } from "../../model/entities.ts";
import type { Reader } from "../../queries/reader.ts";

/** The realm of the accounts that the site accepts: its own while they are local, and otherwise that of all sites (rule 1.4). */
export async function realmOf(reader: Reader): Promise<string> {
  const [site] = await reader.rows<Pick<Site, "accounts">>("SELECT accounts FROM Site WHERE id = ?", [reader.siteId]);
  return site?.accounts === "LOCAL" ? reader.siteId : "";
}
