import { Directory } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";

/**
 * Forgets a directory's credentials, schedule and settings. Nobody loses anything: its users, groups and memberships stay and are
 * managed by hand from now on, its domains stay verified, its runs stay to be read. Answers the compact id.
 */
export async function disconnectDirectory(work: Work, { id }: { id: string }): Promise<string> {
  const directory = await findOrRefuse(work, Directory, "Directory", id, ["input", "id"]);
  const permit = work.permit("directoryDisconnect", { noun: "directory", id: directory.id });
  const ours = [work.siteId, directory.id];
  const itsGroups = "SELECT id FROM `Group` WHERE siteId = ? AND directoryId = ?";
  await work.write(`DELETE FROM Nesting WHERE groupId IN (${itsGroups})`, ours);
  await work.write(
    `UPDATE Membership SET byHand = 1, bySync = 0, direct = 0 WHERE bySync = 1 AND groupId IN (${itsGroups})`,
    ours,
  );
  const byHand = "directoryId = NULL, externalId = NULL, externalKey = NULL, fingerprint = NULL, version = version + 1";
  const users = await work.write(
    `UPDATE User SET ${byHand}, directorySuspended = 0, leftDirectoryAt = NULL WHERE siteId = ? AND directoryId = ?`,
    ours,
  );
  const groups = await work.write(
    `UPDATE \`Group\` SET ${byHand}, outOfScopeSince = NULL WHERE siteId = ? AND directoryId = ?`,
    ours,
  );
  await work.write("UPDATE Domain SET directoryId = NULL WHERE siteId = ? AND directoryId = ?", ours);
  await work.write(
    `UPDATE SyncRun SET status = 'CANCELLED', cancelled = 1, fence = fence + 1, failure = ?, finishedAt = ?
     WHERE siteId = ? AND directoryId = ? AND status IN ('PLANNING', 'PLANNED', 'APPLYING', 'HELD')`,
    ["The directory was disconnected.", work.now, ...ours],
  );
  await work.write("DELETE FROM LeftAlone WHERE directoryId = ?", [directory.id]);
  await work.write("DELETE FROM Directory WHERE siteId = ? AND id = ?", ours);
  await work.record(permit, [
    { type: "Directory", id: directory.id, label: directory.name, changes: { users: [users, 0], groups: [groups, 0] } },
  ]);
  return directory.id;
}
