import type { DirectorySettings } from "../model/directory-settings.ts";
import { publicIdSql } from "./columns.ts";
import { declareEdges, expand } from "./expand.ts";
import { declareLoader, listByIds, toOne } from "./loaders.ts";
import { marks, maySee, ofSite, type Reader, type Row } from "./reader.ts";
import { put, type Selection, slotOf } from "./selection.ts";
import { runsOfDirectories } from "./sync-runs.ts";

// The credentials are never read here.
declareLoader("Directory", (reader, ids) =>
  maySee(reader, "DIRECTORIES_READ")
    ? reader.rows<Row>(
        `SELECT ${publicIdSql("Directory", "d.id")} AS id, d.id AS compactId, d.name, d.provider, d.status, d.statusReason, d.settings AS settingsText,
         d.lastRunId, d.lastSuccessAt, d.nextRunAt, d.createdAt, d.version FROM Directory d WHERE ${ofSite("d")} AND d.id IN (${marks(ids)})`,
        [reader.siteId, ...ids],
      )
    : Promise.resolve([]),
);

/** Every directory of the site, in order of connecting. */
export async function listDirectories(reader: Reader, selection: Selection): Promise<Row[]> {
  const rows = await reader.rows<{ id: string }>("SELECT id FROM Directory WHERE siteId = ? ORDER BY id", [reader.siteId]);
  return listByIds(
    reader,
    "Directory",
    rows.map(({ id }) => id),
    selection,
  );
}

declareEdges("Directory", {
  lastRun: toOne("SyncRun", "lastRunId"),
  runs: runsOfDirectories,

  async settings(reader, rows, field) {
    for (const row of rows) put(row, field, { ...(JSON.parse(String(row.settingsText)) as DirectorySettings) }); // as: written by its actions alone
    const all = rows.map((row) => row[slotOf(field.name, field.key)] as Row); // as: put just above
    await expand(reader, "DirectorySettings", all, field.selection);
  },

  async holdings(reader, rows, field) {
    const ids = rows.map((row) => String(row.compactId));
    const count = async (sql: string) => {
      const found = await reader.rows<{ directoryId: string; n: number }>(sql, [reader.siteId, ...ids]);
      return new Map(found.map(({ directoryId, n }) => [directoryId, Number(n)]));
    };
    const of = (table: string) =>
      `SELECT directoryId, COUNT(*) AS n FROM ${table} WHERE siteId = ? AND directoryId IN (${marks(ids)}) GROUP BY directoryId`;
    const users = await count(of("User"));
    const groups = await count(of("`Group`"));
    const memberships = await count(
      `SELECT g.directoryId, COUNT(*) AS n FROM \`Group\` g JOIN Membership m ON m.groupId = g.id AND m.bySync = 1
       WHERE g.siteId = ? AND g.directoryId IN (${marks(ids)}) GROUP BY g.directoryId`,
    );
    for (const [index, row] of rows.entries()) {
      const id = ids[index] ?? "";
      put(row, field, { users: users.get(id) ?? 0, groups: groups.get(id) ?? 0, memberships: memberships.get(id) ?? 0 });
    }
  },
});

declareEdges("DirectorySettings", {
  async applications(reader, rows, field) {
    for (const row of rows)
      put(row, field, await listByIds(reader, "Application", row.applicationIds as string[], field.selection)); // as: a setting's own ids
  },
});
