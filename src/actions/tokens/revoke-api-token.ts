import { ApiToken } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { endTokens } from "./end-tokens.ts";

/**
 * Ends a token from its next request on, for ever, and with it every token that it made, and that those made (rule 9.5). Revoking
 * what is revoked changes nothing. Answers the compact id.
 */
export async function revokeApiToken(work: Work, { id }: { id: string }): Promise<string> {
  // No count moves. But of two at the same moment the second must find it done, and a token that ends must make no other meanwhile.
  await holdSite(work);
  const token = await findOrRefuse(work, ApiToken, "ApiToken", id, ["input", "id"]);
  const permit = work.permit("apiTokenRevoke", { noun: "token", id: token.id });
  const ended = await endTokens(work, [token]);
  if (ended.length === 0) return work.unchanged(permit, token.id);
  await work.record(permit, ended);
  return token.id;
}
