import { clockAheadSql, clockSql, passOverDuplicates } from "../../database/dialect.ts";
import type { Work } from "../../work/work.ts";

/** How long a lease lasts unless it is renewed. A process that hangs longer is taken for dead. Seconds. */
export const leaseSeconds = 60;

/** Who wants to be the only one to do something. */
export interface LeaseClaim {
  name: string;
  /** Names this process and this attempt. */
  holder: string;
}

/**
 * Takes a lease by the database's clock (S19; `GET_LOCK` is local to one node of a Galera cluster) and answers its fencing number,
 * which every taking raises; or null while somebody else holds it. A lease is no change of the site: it leaves no trail.
 */
export async function takeLease(work: Work, { name, holder }: LeaseClaim): Promise<number | null> {
  const now = clockSql[work.dialect];
  await work.write(
    `INSERT INTO Lease (name, holder, fence, expiresAt) VALUES (?, '', 0, '')${passOverDuplicates(work.dialect, "name")}`,
    [name],
  );
  const taken = await work.write(
    `UPDATE Lease SET holder = ?, fence = fence + 1, expiresAt = ${clockAheadSql(work.dialect, leaseSeconds)} WHERE name = ? AND expiresAt <= ${now}`,
    [holder, name],
  );
  if (taken === 0) return null;
  const [lease] = await work.rows<{ fence: number }>("SELECT fence FROM Lease WHERE name = ?", [name]);
  return lease?.fence ?? null;
}

/** Holds on to a lease for another term; false when somebody else took it meanwhile. */
export async function renewLease(work: Work, { name, holder }: LeaseClaim): Promise<boolean> {
  const permit = work.permit("syncApply", { noun: "site", id: work.siteId });
  const sql = `UPDATE Lease SET expiresAt = ${clockAheadSql(work.dialect, leaseSeconds)} WHERE name = ? AND holder = ?`;
  return work.unchanged(permit, (await work.write(sql, [name, holder])) > 0);
}

/** Gives a lease back, if it is still held. A renewal that comes late finds nothing to renew. */
export async function releaseLease(work: Work, { name, holder }: LeaseClaim): Promise<void> {
  const permit = work.permit("syncApply", { noun: "site", id: work.siteId });
  await work.write("UPDATE Lease SET holder = '', expiresAt = '' WHERE name = ? AND holder = ?", [name, holder]);
  work.unchanged(permit, undefined);
}
