import { isDuplicate } from "../../database/dialect.ts";
import { emailChangedLetter } from "../../mail/wording/email-changed-letter.ts";
import { Account, Site, User } from "../../model/entities.ts";
import { compactId } from "../../model/id.ts";
import { nameKey } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import { isRetired } from "../../model/retired-address.ts";
import { managesAddress } from "../../queries/manages-address.ts";
import { marks, type SqlValue } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, userTarget } from "../find-or-refuse.ts";
import { indexNames } from "./index-names.ts";
import { realmOf } from "./realm-of.ts";
import { renameAccounts } from "./rename-accounts.ts";
import { updateEach } from "./update-each.ts";

/** What a directory says anew of a user, by public id; what is left out stays. */
export interface SyncedUpdate {
  id: string;
  email?: string;
  fullName?: string;
  title?: string | null;
  suspended?: boolean;
  /** False: the directory brings the person no more. */
  listed?: boolean;
  fingerprint?: string;
}

interface Pair {
  user: User;
  update: SyncedUpdate;
}

/**
 * Changes what a directory owns of its users, up to 500 in one transaction, so that renames in a chain and addresses that change
 * places go through together (S6). A changed address ends the account's sessions and is told to both addresses; name and address
 * reach the account only while the site manages it (S7). Refuses addresses that belong to anybody else. Answers compact ids.
 */
export async function updateSyncedUsers(work: Work, updates: readonly SyncedUpdate[]): Promise<string[]> {
  const users = await findAllOrRefuse(
    work,
    User,
    "User",
    updates.map(({ id }) => id),
    ["users"],
  );
  const updateOf = new Map(updates.map((update) => [compactId("User", update.id), update]));
  const pairs = users.map((user) => ({ user, update: updateOf.get(user.id) ?? { id: user.id } }));
  const moving = pairs.filter(({ user, update }) => update.email !== undefined && update.email !== user.email);
  const movers = new Set(moving.map(({ user }) => user.id));
  const targets = users.map((user) => ({ ...userTarget(user), keepsAddress: !movers.has(user.id) }));
  const permit = work.permit("userUpdate", targets, (index) => ["users", String(index)]);
  const changed = pairs.filter(({ user, update }) => Object.keys(changesOf(user, update, work.now)).length > 0);
  const answer = users.map((user) => user.id);
  if (changed.length === 0) return work.unchanged(permit, answer);

  const addressOf = await accountAddresses(work, users);
  const isManaged = await managesAddress(work);
  await moveAddresses(work, moving, { addressOf, isManaged });
  await rename(
    work,
    changed.filter(({ user, update }) => update.fullName !== undefined && update.fullName !== user.fullName),
    { addressOf, isManaged },
  );
  const byId = new Map(changed.map((pair) => [pair.user.id, pair]));
  const of = (pick: (pair: Pair) => SqlValue) => (id: string) => pick(byId.get(id)!); // !: ids are those of byId
  await updateEach(
    work,
    "User",
    [...byId.keys()],
    {
      title: of(({ user, update }) => (update.title === undefined ? user.title : update.title)),
      directorySuspended: of(({ user, update }) => update.suspended ?? user.directorySuspended),
      leftDirectoryAt: of(({ user, update }) => leftAfter(user, update, work.now)),
      fingerprint: of(({ user, update }) => update.fingerprint ?? user.fingerprint),
    },
    ["version = version + 1"],
  );
  await work.record(
    permit,
    changed.map(({ user, update }) => {
      const { fingerprint, ...shown } = changesOf(user, update, work.now);
      return { type: "User", id: user.id, label: update.email ?? user.email, changes: shown };
    }),
  );
  return answer;
}

/** Since when the directory brings the person no more, once it said this. */
function leftAfter(user: User, { listed }: SyncedUpdate, now: string): string | null {
  if (listed === undefined) return user.leftDirectoryAt;
  return listed ? null : (user.leftDirectoryAt ?? now);
}

function changesOf(user: User, update: SyncedUpdate, now: string): Record<string, readonly [unknown, unknown]> {
  const fields = [
    ["email", user.email, update.email],
    ["fullName", user.fullName, update.fullName],
    ["title", user.title, update.title],
    ["directorySuspended", user.directorySuspended, update.suspended],
    ["leftDirectoryAt", user.leftDirectoryAt, leftAfter(user, update, now)],
    ["fingerprint", user.fingerprint, update.fingerprint],
  ] as const;
  return Object.fromEntries(
    fields.filter(([, from, to]) => to !== undefined && to !== from).map(([field, from, to]) => [field, [from, to]]),
  );
}

/** What is the site's to change of an account. */
interface Reach {
  /** The account's own address (rule 1.2), which is not always the user's; empty when it was retired, null without an account. */
  addressOf(user: User): string | null;
  isManaged(email: string): boolean;
}

async function accountAddresses(work: Work, users: readonly User[]): Promise<Reach["addressOf"]> {
  const accounts = await work.byIds(
    Account,
    users.flatMap(({ accountId }) => accountId ?? []),
  );
  const byId = new Map(accounts.map(({ id, email }) => [id, email]));
  return ({ accountId }) => byId.get(accountId ?? "") ?? null;
}

async function rename(work: Work, renamed: readonly Pair[], { addressOf, isManaged }: Reach): Promise<void> {
  if (renamed.length === 0) return;
  const names = new Map(renamed.map(({ user, update }) => [user.id, update.fullName ?? user.fullName]));
  const nameOf = (id: string) => names.get(id) ?? "";
  await updateEach(work, "User", [...names.keys()], { fullName: nameOf, nameKey: (id) => nameKey(nameOf(id)) });
  await indexNames(
    work,
    renamed.map(({ user }) => ({ id: user.id, siteId: work.siteId, fullName: nameOf(user.id) })),
  );
  const managed = renamed.filter(({ user }) => user.accountId !== null && isManaged(addressOf(user) ?? ""));
  await renameAccounts(work, new Map(managed.map(({ user }) => [user.accountId ?? "", nameOf(user.id)])));
}

async function moveAddresses(work: Work, moving: readonly Pair[], { addressOf, isManaged }: Reach): Promise<void> {
  if (moving.length === 0) return;
  // Who lost the address to another person, and is back at a new one, gets the account back with it.
  const isOurs = (email: string | null) => email === "" || (email !== null && isManaged(email));
  const managed = moving.filter(({ user, update }) => isOurs(addressOf(user)) && isManaged(update.email ?? ""));
  await refuseTaken(work, moving, managed);
  const emails = new Map(moving.map(({ user, update }) => [user.id, update.email ?? ""]));
  const emailByAccount = new Map(managed.map(({ user, update }) => [user.accountId ?? "", update.email ?? ""]));
  const elsewhere = await sameAccounts(work, [...emailByAccount.keys()]);
  for (const { id, accountId } of elsewhere) emails.set(id, emailByAccount.get(accountId) ?? "");
  const emailOf = (id: string) => emails.get(id) ?? "";
  const accountEmail = (id: string) => emailByAccount.get(id) ?? "";
  try {
    // Through a place that is nobody's: two addresses that change places would meet on the way.
    await updateEach(work, "User", [...emails.keys()], { emailKey: (id) => `moving:${id}` });
    await updateEach(work, "User", [...emails.keys()], { email: emailOf, emailKey: emailOf });
    await updateEach(work, "Account", [...emailByAccount.keys()], { emailKey: (id) => `moving:${id}` });
    await updateEach(work, "Account", [...emailByAccount.keys()], { email: accountEmail, emailKey: accountEmail });
  } catch (error) {
    // Only on another site, which is nobody's business here.
    if (isDuplicate(error)) throw new Refusal("TAKEN", "One of these addresses is in use.", ["users"]);
    throw error;
  }
  await tellBoth(work, managed);
}

async function sameAccounts(work: Work, accountIds: readonly string[]): Promise<{ id: string; accountId: string }[]> {
  if (accountIds.length === 0) return [];
  return work.rows(`SELECT id, accountId FROM User WHERE accountId IN (${marks(accountIds)}) AND siteId <> ?`, [
    ...accountIds,
    work.siteId,
  ]);
}

async function refuseTaken(work: Work, moving: readonly Pair[], managed: readonly Pair[]): Promise<void> {
  const wanted = moving.map(({ update }) => update.email ?? "");
  const movers = new Set(moving.map(({ user }) => user.id));
  const movingAccounts = new Set(managed.map(({ user }) => user.accountId));
  const users = (await work.byIds(User, wanted, "emailKey")).filter(({ id }) => !movers.has(id));
  // An account of another realm is nobody's here, whatever its address (rule 1.4).
  const realm = await realmOf(work);
  const accounts = (await work.byIds(Account, wanted, "emailKey")).filter(
    (account) => account.realm === realm && !movingAccounts.has(account.id),
  );
  const taken = new Set(users.map((user) => user.email));
  const takenFromManaged = new Set(accounts.map((account) => account.email));
  const isOurs = new Set(managed.map(({ update }) => update.email));
  const problems = new Problems();
  for (const [index, email] of wanted.entries()) {
    if (taken.has(email)) problems.add("TAKEN", `${email} is the address of another user here.`, ["users", String(index)]);
    else if (takenFromManaged.has(email) && isOurs.has(email))
      problems.add("TAKEN", `${email} is in use.`, ["users", String(index)]);
  }
  problems.refuseIfAny();
}

/** Rule 4.2: the sessions of a moved account end, and a letter goes to both addresses. */
async function tellBoth(work: Work, managed: readonly Pair[]): Promise<void> {
  if (managed.length === 0) return;
  const accountIds = managed.map(({ user }) => user.accountId ?? "");
  await work.write(`DELETE FROM Session WHERE accountId IN (${marks(accountIds)})`, accountIds);
  const [site] = await work.byIds(Site, [work.siteId]);
  const told = managed.filter(({ user }) => user.status === "ACTIVE" && !isRetired(user.email));
  await work.post(
    told.flatMap(({ user, update }) => {
      const words = {
        siteName: site?.name ?? "",
        oldEmail: user.email,
        newEmail: update.email ?? "",
        changedBy: work.actor.label,
      };
      return [user.email, update.email ?? ""].map((recipient) => ({ recipient, ...emailChangedLetter(words) }));
    }),
  );
}
