import { welcomeLetter } from "../../mail/wording/welcome-letter.ts";
import { Directory, Membership, Site, User } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { freeUsernames } from "./free-usernames.ts";
import { indexNames } from "./index-names.ts";
import { newUser } from "./new-user.ts";
import { openAccounts } from "./open-accounts.ts";

/** A person as a directory brings one. Address and names are spelled already. */
export interface Newcomer {
  externalId: string;
  email: string;
  fullName: string;
  title: string | null;
  fingerprint: string;
}

/** Whom to bring, and what each of them is given once (S10). `applicationIds` are compact. At most 500 people. */
export interface Provision {
  directoryId: string;
  people: readonly Newcomer[];
  applicationIds: readonly string[];
  sendWelcome: boolean;
}

/**
 * Brings people whom a directory vouches for: ACTIVE at once, without an invitation (rule 2.4a). Who was brought before is passed
 * over; an address that is another user's is refused, and so is everybody when there are not enough seats. Answers compact ids.
 */
export async function provisionUsers(
  work: Work,
  { directoryId, people, applicationIds, sendWelcome }: Provision,
): Promise<string[]> {
  await holdSite(work);
  const permit = work.permit("userProvision", { noun: "directory", id: directoryId });
  const here = await work.byIds(
    User,
    people.map(({ externalId }) => externalKeyOf(directoryId, externalId)),
    "externalKey",
  );
  const brought = new Set(here.map((user) => user.externalId));
  const newcomers = people.filter(({ externalId }) => !brought.has(externalId));
  if (newcomers.length === 0) return work.unchanged(permit, []);
  await refuseTaken(work, newcomers);

  const accounts = await openAccounts(
    work,
    newcomers.map((newcomer) => ({ ...newcomer, externalKey: externalKeyOf(directoryId, newcomer.externalId) })),
  );
  const usernames = await freeUsernames(
    work,
    newcomers.map(({ email }) => email),
  );
  const users = newcomers.map((newcomer, index) =>
    rowOf(work, directoryId, newcomer, usernames[index] ?? newcomer.email, accounts),
  );
  const userIds = users.map((user) => user.id);
  const groupIds = await defaultGroups(work, applicationIds);
  await keepCounts(work, { userIds }, async () => {
    await work.insert(User, users);
    await work.insert(
      Membership,
      groupIds.flatMap((groupId) => userIds.map((userId) => ({ groupId, userId, byHand: true, bySync: false, direct: false }))),
    );
    if (groupIds.length > 0)
      await work.write(`UPDATE \`Group\` SET memberCount = memberCount + ? WHERE id IN (${marks(groupIds)})`, [
        users.length,
        ...groupIds,
      ]);
  });
  await indexNames(work, users, { fresh: true });
  if (sendWelcome) await welcome(work, directoryId, users);
  await work.record(
    permit,
    users.map(({ id, email, externalId }) => ({
      type: "User",
      id,
      label: email,
      changes: { status: [null, "ACTIVE"], externalId: [null, externalId] },
    })),
  );
  return userIds;
}

/** What no two users of a site share: the person's identity at one directory (S6). */
export function externalKeyOf(directoryId: string, externalId: string): string {
  return `${directoryId}:${externalId}`;
}

async function refuseTaken(work: Work, newcomers: readonly Newcomer[]): Promise<void> {
  const taken = new Set(
    (
      await work.byIds(
        User,
        newcomers.map(({ email }) => email),
        "emailKey",
      )
    ).map((user) => user.email),
  );
  const problems = new Problems();
  for (const [index, { email }] of newcomers.entries())
    if (taken.has(email)) problems.add("TAKEN", `${email} is the address of another user here.`, ["people", String(index)]);
  problems.refuseIfAny();
}

function rowOf(
  work: Work,
  directoryId: string,
  newcomer: Newcomer,
  username: string,
  accounts: ReadonlyMap<string, string>,
): User {
  const { externalId, email, fullName, title, fingerprint } = newcomer;
  return newUser(work, {
    accountId: accounts.get(email) ?? null,
    email,
    username,
    fullName,
    title,
    role: "MEMBER",
    status: "ACTIVE",
    directoryId,
    externalId,
    externalKey: externalKeyOf(directoryId, externalId),
    fingerprint,
    joinedAt: work.now,
  });
}

async function defaultGroups(work: Work, applicationIds: readonly string[]): Promise<string[]> {
  if (applicationIds.length === 0) return [];
  const grants = await work.rows<{ groupId: string }>(
    `SELECT DISTINCT groupId FROM \`Grant\` WHERE siteId = ? AND isDefault = 1 AND applicationId IN (${marks(applicationIds)})`,
    [work.siteId, ...applicationIds],
  );
  return grants.map((grant) => grant.groupId);
}

async function welcome(work: Work, directoryId: string, users: readonly User[]): Promise<void> {
  const [site] = await work.byIds(Site, [work.siteId]);
  const [directory] = await work.byIds(Directory, [directoryId]);
  if (!site || !directory) throw new Refusal("NOT_FOUND", "There is no such directory on this site.");
  const letter = welcomeLetter({
    siteName: site.name,
    signInUrl: `${work.publicUrl}/signin/google?site=${site.key}`,
    directoryName: directory.name,
  });
  await work.post(users.map(({ email }) => ({ recipient: email, ...letter })));
}
