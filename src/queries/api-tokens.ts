import { publicIdSql } from "./columns.ts";
import { declareEdges } from "./expand.ts";
import { declareLoader, listByIds, toOne } from "./loaders.ts";
import { marks, maySee, ofSite, type Reader, type Row } from "./reader.ts";
import type { Selection } from "./selection.ts";

declareLoader("ApiToken", async (reader, ids) => {
  const own = reader.actor.kind === "token" ? reader.actor.tokenId : null;
  const seen = maySee(reader, "TOKENS_WRITE") ? ids : ids.filter((id) => id === own);
  if (seen.length === 0) return [];
  const rows = await reader.rows<Row>(
    `SELECT ${publicIdSql("ApiToken", "t.id")} AS id, t.name, t.hint, t.scopes, t.createdById, t.createdAt, t.lastUsedAt, t.expiresAt, t.revokedAt
     FROM ApiToken t WHERE ${ofSite("t")} AND t.id IN (${marks(seen)})`,
    [reader.siteId, ...seen],
  );
  for (const row of rows) row.scopes = String(row.scopes).split(" ");
  return rows;
});

declareEdges("ApiToken", { createdBy: toOne("User", "createdById") });

/** Every token of the site that is not revoked, the newest first. */
export async function listApiTokens(reader: Reader, selection: Selection): Promise<Row[]> {
  const rows = await reader.rows<{ id: string }>(
    "SELECT id FROM ApiToken WHERE siteId = ? AND revokedAt IS NULL ORDER BY id DESC",
    [reader.siteId],
  );
  return listByIds(
    reader,
    "ApiToken",
    rows.map(({ id }) => id),
    selection,
  );
}
