import { ApiToken } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";

/** Ends a token from its next request on. Revoking what is revoked changes nothing. Answers the compact id. */
export async function revokeApiToken(work: Work, { id }: { id: string }): Promise<string> {
  const token = await findOrRefuse(work, ApiToken, "ApiToken", id, ["input", "id"]);
  const permit = work.permit("apiTokenRevoke", { noun: "token", id: token.id });
  if (token.revokedAt !== null) return work.unchanged(permit, token.id);
  await work.write("UPDATE ApiToken SET revokedAt = ? WHERE id = ? AND siteId = ?", [work.now, token.id, work.siteId]);
  await work.record(permit, [{ type: "ApiToken", id: token.id, label: token.name, changes: { revokedAt: [null, work.now] } }]);
  return token.id;
}
