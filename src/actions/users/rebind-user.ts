import { Account, type User } from "../../model/entities.ts";
import { managesAddress } from "../../queries/manages-address.ts";
import type { Work } from "../../work/work.ts";
import { externalKeyOf } from "./provision-users.ts";

/**
 * Says that a directory's user goes on under a new id there, as when an account was deleted and made again for the same person. A
 * person vouches for that: by itself nothing passes on with an address (S6). The user's sessions end, and provider links of an
 * account that the site manages: Google knows the person by another subject now. Whoever calls records it.
 */
export async function rebindUser(work: Work, { user, externalId }: { user: User; externalId: string }): Promise<void> {
  await work.write(
    `UPDATE User SET externalId = ?, externalKey = ?, fingerprint = NULL, leftDirectoryAt = NULL, directorySuspended = 0,
     version = version + 1 WHERE id = ?`,
    [externalId, externalKeyOf(user.directoryId ?? "", externalId), user.id],
  );
  const [account] = user.accountId === null ? [] : await work.byIds(Account, [user.accountId]);
  if (!account || !(await managesAddress(work))(account.email)) return;
  for (const table of ["ProviderLink", "Session"]) await work.write(`DELETE FROM ${table} WHERE accountId = ?`, [account.id]);
}
