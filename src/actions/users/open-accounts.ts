import { Account, User } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { Problems } from "../../model/refusal.ts";
import { managesAddress } from "../../queries/manages-address.ts";
import type { Work } from "../../work/work.ts";
import { realmOf } from "./realm-of.ts";
import { renameAccounts } from "./rename-accounts.ts";
import { retireAccounts } from "./retire-addresses.ts";

/** A person whom a directory vouches for: the mailbox counts as verified (rule 2.4a). */
export interface VouchedPerson {
  email: string;
  fullName: string;
  /** Who it is at which directory. */
  externalKey: string | null;
}

/**
 * The account of each person, by address: the existing one, whose password, sessions and other sites stay untouched, or a new one
 * without a password (S7). An account that is somebody on this site already is nobody else's, and nor is one that was another person
 * of the directory. Names are written to existing accounts only while the site manages them.
 */
export async function openAccounts(work: Work, people: readonly VouchedPerson[]): Promise<Map<string, string>> {
  const realm = await realmOf(work);
  const found = (
    await work.byIds(
      Account,
      people.map(({ email }) => email),
      "emailKey",
    )
  ).filter((account) => account.realm === realm);
  await refuseTaken(work, people, found);
  const isManaged = await managesAddress(work);
  const former = formerOf(people, found);
  refuseUnmanaged(people, former, isManaged);
  await retireAccounts(
    work,
    former.map(({ id }) => id),
  );
  const known = found.filter((account) => !former.includes(account));
  const accounts = new Map(known.map((account) => [account.email, account.id]));
  const fresh = people.filter(({ email }) => !accounts.has(email));
  await work.insert(
    Account,
    fresh.map(({ email, fullName }) => {
      const id = newId();
      accounts.set(email, id);
      return { id, realm, email, emailKey: email, emailVerified: true, fullName, createdAt: work.now };
    }),
  );
  const names = new Map(people.map(({ email, fullName }) => [email, fullName]));
  const renamed = known.filter(({ email, fullName }) => isManaged(email) && names.get(email) !== fullName);
  await renameAccounts(work, new Map(renamed.map(({ id, email, fullName }) => [id, names.get(email) ?? fullName])));
  return accounts;
}

/** Rule 1.1b: an account is never handed on. */
async function refuseTaken(work: Work, people: readonly VouchedPerson[], known: readonly Account[]): Promise<void> {
  const users = await work.byIds(
    User,
    known.map(({ id }) => id),
    "accountId",
  );
  const taken = new Map(users.map((user) => [known.find(({ id }) => id === user.accountId)?.email, user]));
  const problems = new Problems();
  for (const [index, { email }] of people.entries()) {
    const owner = taken.get(email);
    if (owner && owner.email !== email)
      problems.add("TAKEN", `The account of ${email} is that of ${owner.email} here.`, ["people", String(index)]);
  }
  problems.refuseIfAny();
}

/** Accounts that were other persons of the same directory, whose users here were deleted (rule 1.1b). */
function formerOf(people: readonly VouchedPerson[], accounts: readonly Account[]): Account[] {
  const keys = new Map(people.map(({ email, externalKey }) => [email, externalKey]));
  return accounts.filter(({ email, leftAs }) => {
    const key = keys.get(email) ?? null;
    return leftAs !== null && key !== null && leftAs !== key && directoryOf(leftAs) === directoryOf(key);
  });
}

function directoryOf(externalKey: string): string {
  return externalKey.slice(0, externalKey.indexOf(":"));
}

/** An account that the site does not manage keeps its address, so that the newcomer cannot have it. */
function refuseUnmanaged(
  people: readonly VouchedPerson[],
  former: readonly Account[],
  isManaged: (email: string) => boolean,
): void {
  const kept = new Set(former.map(({ email }) => email).filter((email) => !isManaged(email)));
  const problems = new Problems();
  for (const [index, { email }] of people.entries())
    if (kept.has(email)) problems.add("TAKEN", `The account of ${email} is another person's.`, ["people", String(index)]);
  problems.refuseIfAny();
}
