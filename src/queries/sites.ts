import { publicIdSql } from "./columns.ts";
import { declareEdges } from "./expand.ts";
import { declareLoader } from "./loaders.ts";
import { marks, maySee, type Reader, type Row } from "./reader.ts";
import { put } from "./selection.ts";

const columns = `${publicIdSql("Site", "s.id")} AS id, s.\`key\`, s.name, s.accounts, s.invitationDays, s.createdAt, s.id AS compactId,
  s.invitedCount, s.activeCount, s.deactivatedCount`;

declareLoader("Site", (reader, ids) => {
  const seen = ids.filter((id) => id === reader.siteId);
  return seen.length > 0 && mayOpen(reader)
    ? reader.rows<Row>(`SELECT ${columns} FROM Site s WHERE s.id IN (${marks(seen)})`, seen)
    : Promise.resolve([]);
});

/** Who may open the site: its active users, its tokens, its directories and the operator. */
function mayOpen({ actor }: Reader): boolean {
  return actor.kind !== "stranger";
}

declareEdges("Site", {
  userCounts(reader, rows, field) {
    const sees = maySee(reader, "USERS_READ");
    for (const row of rows) {
      const [invited, active, deactivated] = [Number(row.invitedCount), Number(row.activeCount), Number(row.deactivatedCount)];
      put(row, field, sees ? { invited, active, deactivated, billable: invited + active } : null);
    }
  },
});

/** Every site that an account can open. */
export async function sitesOfAccount(reader: Reader, accountId: string): Promise<Row[]> {
  return reader.rows<Row>(
    `SELECT ${columns} FROM User u JOIN Site s ON s.id = u.siteId WHERE u.accountId = ? AND u.status = 'ACTIVE' ORDER BY s.id LIMIT 200`,
    [accountId],
  );
}
