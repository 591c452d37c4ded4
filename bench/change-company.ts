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

/**
 * Changes one percent of the people, of whom a third each are new, suspended and renamed, and one percent of the memberships: those of
 * people who stay.
 */
export function changeOnePercent(company: Company, size: CompanySize): void {
  const { usersToCreate: hired, usersToUpdate: renamed, usersToRemove: suspended, membersToAdd: moved } = onePercentOf(size);
  const ids = company.users.map(({ id }) => id);
  // Spread evenly: no group loses all of its members.
  const everyThreeHundredth = (from: number) => ids.filter((_, n) => n % 300 === from);
  const leaving = everyThreeHundredth(299).slice(0, suspended);
  const groups = company.groups.slice(0, moved);
  const movers = groups.map(({ id, members }, n) => {
    const next = groups[(n + 1) % groups.length];
    const others = new Set([...leaving, ...(next?.members ?? []).map((member) => member.id)]);
    return { from: id, to: next?.id ?? "", userId: members.find((member) => !others.has(member.id))?.id ?? "" };
  });
  for (const { from, to, userId } of movers) {
    removeMember(company, from, userId);
    addMember(company, to, userId);
  }
  for (const id of everyThreeHundredth(1).slice(0, renamed)) userOf(company, id).familyName = "Renamed";
  for (const id of leaving) suspendUser(company, id);
  for (let n = 0; n < hired; n++)
    addUser(company, { primaryEmail: `hired-${n}@acme.example`, givenName: "Hired", familyName: `Number ${n}` });
}
