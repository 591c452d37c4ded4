import { User } from "../../model/entities.ts";
import { publicId } from "../../model/id.ts";
import { nameKey } from "../../model/name-key.ts";
import { Problems } from "../../model/refusal.ts";
import { marks, ofSite } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, userTarget } from "../find-or-refuse.ts";
import { voidInvitations } from "../invitations/issue-invitations.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { indexNames } from "./index-names.ts";
import { openAccounts } from "./open-accounts.ts";
import { externalKeyOf, type Newcomer } from "./provision-users.ts";
import { updateEach } from "./update-each.ts";

/** A user added by hand, by public id, and the directory's person whom that user turned out to be. */
export interface Adoption extends Pick<Newcomer, "externalId" | "email" | "fingerprint"> {
  id: string;
  /** Left out: the name stays. */
  fullName?: string;
}

/**
 * Gives users who were added by hand to a directory (S7): role, manual groups, title and content stay. Somebody INVITED becomes
 * ACTIVE and the link is void; somebody DEACTIVATED stays so. Refused where the address is not the user's any more, and for who
 * has a directory already. Answers the compact ids.
 */
export async function adoptUsers(
  work: Work,
  { directoryId, people }: { directoryId: string; people: readonly Adoption[] },
): Promise<string[]> {
  await holdSite(work);
  const users = await findAllOrRefuse(
    work,
    User,
    "User",
    people.map(({ id }) => id),
    ["people"],
  );
  const permit = work.permit("userAdopt", users.map(userTarget), (index) => ["people", String(index)]);
  const personOf = new Map(people.map((person) => [person.id, person]));
  const pairs = users.map((user) => ({ user, person: personOf.get(publicId("User", user.id)) })).filter(isPair);
  const waiting = pairs.filter(({ user, person }) => user.externalKey !== externalKeyOf(directoryId, person.externalId));
  const answer = users.map((user) => user.id);
  if (waiting.length === 0) return work.unchanged(permit, answer);
  refuseOthers(waiting);

  const joining = waiting.filter(({ user }) => user.status === "INVITED");
  const unlinked = waiting.filter(({ user }) => user.accountId === null && user.status !== "DEACTIVATED");
  const accounts = await openAccounts(
    work,
    unlinked.map((pair) => ({
      email: pair.person.email,
      fullName: nameOf(pair),
      externalKey: externalKeyOf(directoryId, pair.person.externalId),
    })),
  );
  const ids = waiting.map(({ user }) => user.id);
  const byId = new Map(waiting.map((pair) => [pair.user.id, pair]));
  const of =
    <T>(pick: (pair: Pair) => T) =>
    (id: string) =>
      pick(byId.get(id)!); // !: ids are those of byId
  await keepCounts(work, { userIds: ids }, async () => {
    await updateEach(
      work,
      "User",
      ids,
      {
        externalId: of(({ person }) => person.externalId),
        externalKey: of(({ person }) => externalKeyOf(directoryId, person.externalId)),
        fingerprint: of(({ person }) => person.fingerprint),
        fullName: of(nameOf),
        nameKey: of((pair) => nameKey(nameOf(pair))),
        accountId: of(({ user, person }) => user.accountId ?? accounts.get(person.email) ?? null),
        directoryId: () => directoryId,
      },
      ["directorySuspended = 0", "leftDirectoryAt = NULL", "version = version + 1"],
    );
    await activate(
      work,
      joining.map(({ user }) => user.id),
    );
  });
  await indexNames(
    work,
    waiting.map((pair) => ({ id: pair.user.id, siteId: work.siteId, fullName: nameOf(pair) })),
  );
  await work.record(
    permit,
    waiting.map(({ user, person }) => ({
      type: "User",
      id: user.id,
      label: user.email,
      changes: {
        directoryId: [null, directoryId],
        externalId: [user.externalId, person.externalId],
        ...(person.fullName && person.fullName !== user.fullName ? { fullName: [user.fullName, person.fullName] as const } : {}),
      },
    })),
  );
  return answer;
}

interface Pair {
  user: User;
  person: Adoption;
}

function nameOf({ user, person }: Pair): string {
  return person.fullName ?? user.fullName;
}

function isPair(pair: { user: User; person: Adoption | undefined }): pair is Pair {
  return pair.person !== undefined;
}

function refuseOthers(waiting: readonly Pair[]): void {
  const problems = new Problems();
  for (const [index, { user, person }] of waiting.entries()) {
    if (user.directoryId)
      problems.add("MANAGED_BY_DIRECTORY", `${user.email} has a directory already.`, ["people", String(index)]);
    if (user.email !== person.email)
      problems.add("CONFLICT", `${user.email} does not have the address ${person.email} any more.`, ["people", String(index)]);
  }
  problems.refuseIfAny();
}

async function activate(work: Work, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await work.write(`UPDATE User SET status = 'ACTIVE', joinedAt = ? WHERE ${ofSite()} AND id IN (${marks(userIds)})`, [
    work.now,
    work.siteId,
    ...userIds,
  ]);
  await voidInvitations(work, userIds, "REVOKED");
}
