import { ApiToken, type User } from "../../model/entities.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { TrailSubject, Work } from "../../work/work.ts";
import { leaveAllGroups } from "../groups/memberships.ts";
import { voidInvitations } from "../invitations/issue-invitations.ts";
import { endTokens } from "../tokens/end-tokens.ts";
import { updateEach } from "./update-each.ts";

/**
 * What being deleted is, whichever action brought it about. Inside `keepCounts`; the users have no content. What stays is their
 * accounts, with the sessions of other sites, and what is told of them: audit events, and invitations, which lead nowhere. Answers
 * what to record.
 */
export async function removeUsers(work: Work, users: readonly User[]): Promise<TrailSubject[]> {
  const ids = users.map(({ id }) => id);
  const endedTokens = await endTokens(work, await work.byIds(ApiToken, ids, "createdById"));
  await voidInvitations(work, ids, "REVOKED");
  await leaveAllGroups(work, ids);
  await work.write(`DELETE FROM SearchTerm WHERE userId IN (${marks(ids)})`, ids);
  await endLocalSessions(work, users);
  await rememberPersons(work, users);
  await work.write(`DELETE FROM User WHERE ${ofSite()} AND id IN (${marks(ids)})`, [work.siteId, ...ids]);
  return [
    ...users.map(({ id, email, status, role }) => ({
      type: "User" as const,
      id,
      label: email,
      changes: { status: [status, null], role: [role, null] } as const,
    })),
    ...endedTokens,
  ];
}

/** Whose an account was is known to the directory alone: who has its address next may be somebody else (rule 1.1b). */
async function rememberPersons(work: Work, users: readonly User[]): Promise<void> {
  const persons = new Map(
    users.flatMap(({ accountId, directoryId, externalKey }) =>
      accountId && directoryId ? [[accountId, externalKey] as const] : [],
    ),
  );
  await updateEach(work, "Account", [...persons.keys()], { leftAs: (id) => persons.get(id) ?? null });
}

/** A global account's sessions are of all its sites, and open nothing here from now on. A local one has no other site (rule 1.4). */
export async function endLocalSessions(work: Work, users: readonly User[]): Promise<void> {
  const accountIds = users.flatMap(({ accountId }) => accountId ?? []);
  if (accountIds.length === 0) return;
  await work.write(
    `DELETE FROM Session WHERE accountId IN (SELECT id FROM Account WHERE realm = ? AND id IN (${marks(accountIds)}))`,
    [work.siteId, ...accountIds],
  );
}
