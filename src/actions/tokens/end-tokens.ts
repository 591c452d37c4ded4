import { ApiToken } from "../../model/entities.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { TrailSubject, Work } from "../../work/work.ts";

/**
 * Ends these tokens for ever, and with each every token that it made, and that those made (rule 9.5). Answers what to record: those
 * that had not ended before. The caller holds the site, so that none of them makes another meanwhile.
 */
export async function endTokens(work: Work, tokens: readonly ApiToken[]): Promise<TrailSubject[]> {
  const ending = (await descentOf(work, tokens)).filter(({ revokedAt }) => revokedAt === null);
  for (let from = 0; from < ending.length; from += 500) {
    const part = ending.slice(from, from + 500);
    await work.write(`UPDATE ApiToken SET revokedAt = ? WHERE ${ofSite()} AND id IN (${marks(part)})`, [
      work.now,
      work.siteId,
      ...part.map(({ id }) => id),
    ]);
  }
  return ending.map(({ id, name }) => ({ type: "ApiToken", id, label: name, changes: { revokedAt: [null, work.now] } }));
}

/** Tokens and all that come of them, each once. Level by level: MariaDB cuts a recursive query short without a word. */
async function descentOf(work: Work, tokens: readonly ApiToken[]): Promise<ApiToken[]> {
  const descent = new Map(tokens.map((token) => [token.id, token]));
  for (let makers = tokens; makers.length > 0; ) {
    const made = await work.byIds(
      ApiToken,
      makers.map(({ id }) => id),
      "createdByTokenId",
    );
    makers = made.filter(({ id }) => !descent.has(id));
    for (const token of makers) descent.set(token.id, token);
  }
  return [...descent.values()];
}
