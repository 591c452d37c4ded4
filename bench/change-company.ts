import type { SyncSummary } from "../src/model/sync-summary.ts";
import type { Company, CompanySize } from "../sync/sample/company.ts";
import { addMember, addUser, removeMember, suspendUser, userOf } from "../sync/sample/edit.ts";

/** What a sync finds after `changeOnePercent`. Whoever goes from one group to another changes two memberships. */
export function onePercentOf({ users, memberships }: CompanySize) {
  const suspended = Math.floor(users / 300);
  const moved = memberships / 200;
  return {
    usersToCreate: suspended,
    usersToUpdate: users / 100 - 2 * suspended,
    usersToRemove: suspended,
    membersToAdd: moved,
    membersToRemove: moved,
  } satisfies Partial<SyncSummary>;
}

/** Changes one percent of the people, of whom a third each are new, suspended and renamed, and one percent of the memberships. */
export function changeOnePercent(company: Company, size: CompanySize): void {
  const { usersToCreate: hired, usersToUpdate: renamed, usersToRemove: suspended, membersToAdd: moved } = onePercentOf(size);
  const movers = company.groups.slice(0, moved).map(({ id, members }) => ({ from: id, userId: members.at(-1)?.id ?? "" }));
  for (const [n, { from, userId }] of movers.entries()) {
    removeMember(company, from, userId);
    addMember(company, movers[(n + 1) % movers.length]?.from ?? "", userId);
  }
  const ids = company.users.map(({ id }) => id);
  for (const id of ids.slice(1, 1 + renamed)) userOf(company, id).familyName = "Renamed";
  for (const id of ids.slice(1 + renamed, 1 + renamed + suspended)) suspendUser(company, id);
  for (let n = 0; n < hired; n++)
    addUser(company, { primaryEmail: `hired-${n}@acme.example`, givenName: "Hired", familyName: `Number ${n}` });
}
