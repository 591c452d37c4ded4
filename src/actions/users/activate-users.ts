import { Site, User } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAll, userTarget } from "../find-or-refuse.ts";
import { issueInvitations } from "../invitations/issue-invitations.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { openAccounts } from "./open-accounts.ts";
import { updateEach } from "./update-each.ts";

/**
 * Restores deactivated users exactly as they were (rule 5.2), if there are seats. Who never joined becomes INVITED again, with an
 * invitation that is not sent yet. Who is not deactivated stays as they are. Answers the compact ids.
 */
export async function activateUsers(work: Work, { ids }: { ids: readonly string[] }): Promise<string[]> {
  await holdSite(work);
  const pathOf = (index: number) => ["input", "ids", String(index)];
  const problems = new Problems();
  const given = await findAll(work, User, "User", ids, pathOf, problems);
  problems.refuseIfAny();
  const permit = work.permit("userActivate", given.map(userTarget), pathOf);
  const users = [...new Set(given)];
  const returning = users.filter((user) => user.status === "DEACTIVATED");
  const answer = users.map((user) => user.id);
  if (returning.length === 0) return work.unchanged(permit, answer);

  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  // A person whom a directory vouches for needs no invitation, joined or not.
  const joined = returning.filter((user) => user.joinedAt !== null || user.directoryId !== null);
  const neverJoined = returning.filter((user) => !joined.includes(user));
  await keepCounts(work, { userIds: returning.map((user) => user.id) }, async () => {
    await setStatus(work, joined, "ACTIVE");
    await setStatus(work, neverJoined, "INVITED");
  });
  await linkAccounts(work, joined);
  await issueInvitations(work, site, neverJoined, { send: false });
  await work.record(
    permit,
    returning.map((user) => ({
      type: "User",
      id: user.id,
      label: user.email,
      changes: { status: ["DEACTIVATED", joined.includes(user) ? "ACTIVE" : "INVITED"] },
    })),
  );
  return answer;
}

async function setStatus(work: Work, users: readonly User[], status: "ACTIVE" | "INVITED"): Promise<void> {
  if (users.length === 0) return;
  await work.write(
    `UPDATE User SET status = ?, deactivatedAt = NULL, deactivatedByKind = NULL, deactivatedById = NULL, deactivationNote = NULL,
     version = version + 1 WHERE ${ofSite()} AND id IN (${marks(users)})`,
    [status, work.siteId, ...users.map((user) => user.id)],
  );
}

/** Who was DEACTIVATED before a directory adopted them has no account yet, and signs in by that directory from now on. */
async function linkAccounts(work: Work, users: readonly User[]): Promise<void> {
  const unlinked = users.filter((user) => user.accountId === null);
  if (unlinked.length === 0) return;
  const accounts = await openAccounts(work, unlinked);
  const idOf = new Map(unlinked.map(({ id, email }) => [id, accounts.get(email) ?? null]));
  await updateEach(work, "User", [...idOf.keys()], { accountId: (id) => idOf.get(id) ?? null, joinedAt: () => work.now });
}
