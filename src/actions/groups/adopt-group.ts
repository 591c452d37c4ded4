import type { Group } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import { externalKeyOf } from "../users/provision-users.ts";

/** A group that was added by hand, and the directory's group that it is. `path` is where the group was named. */
export interface GroupAdoption {
  group: Group;
  directoryId: string;
  externalId: string;
  path: string[];
}

/**
 * Gives a group that was added by hand to a directory (S7): its grants and members stay, those added by hand until someone takes
 * them out. Refused for a default group of an application, which no synced group can be (rule 6.3). Whoever calls records it.
 */
export async function adoptGroup(work: Work, { group, directoryId, externalId, path }: GroupAdoption): Promise<void> {
  await holdSite(work);
  const [grant] = await work.rows<{ name: string }>(
    "SELECT a.name FROM `Grant` g JOIN Application a ON a.id = g.applicationId WHERE g.groupId = ? AND g.isDefault = 1 LIMIT 1",
    [group.id],
  );
  if (grant)
    throw new Refusal(
      "WRONG_STATE",
      `${group.name} is a default group of ${grant.name}, which a directory's group cannot be.`,
      path,
    );
  await work.write(
    "UPDATE `Group` SET directoryId = ?, externalId = ?, externalKey = ?, fingerprint = NULL, version = version + 1 WHERE id = ?",
    [directoryId, externalId, externalKeyOf(directoryId, externalId), group.id],
  );
}
