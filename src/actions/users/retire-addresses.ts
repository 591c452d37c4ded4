import { Account, User } from "../../model/entities.ts";
import { isRetired, nowhere } from "../../model/retired-address.ts";
import { managesAddress } from "../../queries/manages-address.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, userTarget } from "../find-or-refuse.ts";
import { voidInvitations } from "../invitations/issue-invitations.ts";

/** SQL. Each row gets an address of its own, which no other row can have. */
const retire = `UPDATE User SET email = CONCAT('former-', id, '${nowhere}'), emailKey = CONCAT('former-', id, '${nowhere}'), version = version + 1`;

/**
 * Takes the address from users, by public id, because their directory gave it to someone else (rule 1.1b). The user keeps its id,
 * groups and content under `former-<id>@retired.invalid`; an account that the site manages loses the address, its password,
 * provider links and sessions. Any other account keeps them and stays this user's, so that the newcomer cannot have it. Answers
 * the compact ids.
 */
export async function retireAddresses(work: Work, { ids }: { ids: readonly string[] }): Promise<string[]> {
  const users = await findAllOrRefuse(work, User, "User", ids, ["ids"]);
  const permit = work.permit("userUpdate", users.map(userTarget), (index) => ["ids", String(index)]);
  const retiring = users.filter(({ email }) => !isRetired(email));
  const answer = users.map((user) => user.id);
  if (retiring.length === 0) return work.unchanged(permit, answer);
  const accounts = await work.byIds(
    Account,
    retiring.flatMap(({ accountId }) => accountId ?? []),
  );
  // By the account's own address (rule 1.2), which is not always the one that a directory had the user shown by.
  const isManaged = await managesAddress(work);
  await retireAccounts(
    work,
    accounts.filter(({ emailKey, email }) => emailKey !== null && isManaged(email)).map(({ id }) => id),
  );
  await work.write(
    `${retire} WHERE id IN (${marks(retiring)})`,
    retiring.map((user) => user.id),
  );
  await work.record(
    permit,
    retiring.map(({ id, email }) => ({ type: "User", id, label: email, changes: { email: [email, `former-${id}${nowhere}`] } })),
  );
  return answer;
}

/**
 * Takes the address, the password, provider links and sessions from accounts. The other sites that show them show that, too, and
 * what they invited the address to ends: it was meant for whoever had it.
 */
export async function retireAccounts(work: Work, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await endInvitationsElsewhere(work, accountIds);
  await work.write(`${retire} WHERE accountId IN (${marks(accountIds)}) AND siteId <> ?`, [...accountIds, work.siteId]);
  await work.write(
    `UPDATE Account SET email = '', emailKey = NULL, passwordHash = NULL WHERE id IN (${marks(accountIds)})`,
    accountIds,
  );
  for (const table of ["ProviderLink", "Session"])
    await work.write(`DELETE FROM ${table} WHERE accountId IN (${marks(accountIds)})`, accountIds);
}

/** On sites whose accounts are their own, the address is another account's. */
async function endInvitationsElsewhere(work: Work, accountIds: readonly string[]): Promise<void> {
  const invited = await work.rows<{ id: string }>(
    `SELECT u.id FROM Account a JOIN User u ON u.emailKey = a.emailKey JOIN Site s ON s.id = u.siteId
     WHERE a.id IN (${marks(accountIds)}) AND a.realm = '' AND s.accounts = 'GLOBAL' AND u.status = 'INVITED' AND u.siteId <> ?`,
    [...accountIds, work.siteId],
  );
  await voidInvitations(
    work,
    invited.map(({ id }) => id),
    "REVOKED",
  );
}
