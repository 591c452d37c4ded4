import { ApiToken } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";

/** Ends a token from its next request on, for ever. Revoking what is revoked changes nothing. Answers the compact id. */
export async function revokeApiToken(work: Work, { id }: { id: string }): Promise<string> {
  const token = await findOrRefuse(work, ApiToken, "ApiToken", id, ["input", "id"]);
  const permit = work.permit("apiTokenRevoke", { noun: "token", id: token.id });
  // The first of two at the same moment revokes it; the other finds it done.
  const ended = await work.write("UPDATE ApiToken SET revokedAt = ? WHERE id = ? AND siteId = ? AND revokedAt IS NULL", [
    work.now,
    token.id,
    work.siteId,
  ]);
  if (ended === 0) return work.unchanged(permit, token.id);
  await work.record(permit, [{ type: "ApiToken", id: token.id, label: token.name, changes: { revokedAt: [null, work.now] } }]);
  return token.id;
}
