import { clockSql, passOverDuplicates } from "../../database/dialect.ts";
import type { Work } from "../../work/work.ts";

/** Turns to ask a provider, all at once for a stretch of time: what one quota allows in it. */
export interface TurnsClaim {
  /** Names the quota, as the provider counts it. */
  quota: string;
  /** How long the quota needs to allow so many turns. Milliseconds. */
  lasts: number;
  /** Turns that nobody took lie by for so long, and are lost then. Milliseconds. */
  keeps: number;
}

/**
 * Takes the next stretch of a quota, by the database's clock, so that all instances together keep to it, and answers when it begins:
 * so many milliseconds from now, or before now. A quota is no part of any site: this leaves no trail.
 */
export async function takeTurns(work: Work, { quota, lasts, keeps }: TurnsClaim): Promise<number> {
  const permit = work.permit("syncPlan", { noun: "site", id: work.siteId });
  // Also where the row is there already this statement locks it: of two at once the second waits, and sees what the first took.
  await work.write(`INSERT INTO Quota (name, givenUpTo) VALUES (?, '')${passOverDuplicates(work.dialect, "name")}`, [quota]);
  const [row] = await work.rows<{ givenUpTo: string; now: string }>(
    `SELECT givenUpTo, ${clockSql[work.dialect]} AS now FROM Quota WHERE name = ?`,
    [quota],
  );
  if (!row) throw new Error(`The quota ${quota} is not there`);
  const now = Date.parse(row.now);
  const begins = Math.max(now - keeps, row.givenUpTo === "" ? 0 : Date.parse(row.givenUpTo));
  await work.write("UPDATE Quota SET givenUpTo = ? WHERE name = ?", [new Date(begins + lasts).toISOString(), quota]);
  return work.unchanged(permit, begins - now);
}
