import { ApiToken } from "../../model/entities.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";

/**
 * Ends a token from its next request on, for ever, and with it every token that it made, and that those made (rule 9.5). Revoking
 * what is revoked changes nothing. Answers the compact id.
 */
export async function revokeApiToken(work: Work, { id }: { id: string }): Promise<string> {
  // No count moves. But of two at the same moment the second must find it done, and a token that ends must make no other meanwhile.
  await holdSite(work);
  const token = await findOrRefuse(work, ApiToken, "ApiToken", id, ["input", "id"]);
  const permit = work.permit("apiTokenRevoke", { noun: "token", id: token.id });
  const ending = (await descentOf(work, token)).filter(({ revokedAt }) => revokedAt === null);
  if (ending.length === 0) return work.unchanged(permit, token.id);

  for (let from = 0; from < ending.length; from += 500) {
    const part = ending.slice(from, from + 500);
    await work.write(`UPDATE ApiToken SET revokedAt = ? WHERE ${ofSite()} AND id IN (${marks(part)})`, [
      work.now,
      work.siteId,
      ...part.map((one) => one.id),
    ]);
  }
  await work.record(
    permit,
    ending.map((one) => ({ type: "ApiToken", id: one.id, label: one.name, changes: { revokedAt: [null, work.now] } })),
  );
  return token.id;
}

/** A token and all that come of it. Level by level: MariaDB cuts a recursive query short without a word. */
async function descentOf(work: Work, token: ApiToken): Promise<ApiToken[]> {
  let descent = [token];
  for (let makers = [token]; makers.length > 0; descent = [...descent, ...makers]) {
    const ids = makers.map(({ id }) => id);
    makers = await work.byIds(ApiToken, ids, "createdByTokenId");
  }
  return descent;
}
