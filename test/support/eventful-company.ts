import { type Company, type SampleUser, scaledCompany } from "../../sync/sample/company.ts";
import {
  addGroup,
  addMember,
  addUser,
  deleteGroup,
  deleteUser,
  reactivateUser,
  removeMember,
  renameGroup,
  renameUser,
  suspendUser,
} from "../../sync/sample/edit.ts";

/** Two steps of users and three of memberships, so that a first run can be broken off between two of a kind. */
const size = { users: 640, groups: 14, memberships: 1250 };

/** So many people are concerned by one round. */
const perRound = 20;

/** A company in which much happens. */
export interface EventfulCompany {
  company: Company;
  /** Something of everything: people come, go, are renamed, swap addresses and are suspended; groups and their members, too. */
  nextRound(): void;
}

export function eventfulCompany(): EventfulCompany {
  const company = scaledCompany(size);
  const people = [...company.users];
  const groups = company.groups.map(({ id }) => id);
  let round = 0;
  return {
    company,
    nextRound() {
      const first = 10 + (round % 30) * perRound;
      const at = (n: number) => people[first + n] as SampleUser; // as: there are more people than rounds
      for (let n = 0; n < 4; n++)
        addUser(company, { primaryEmail: `joined-${round}-${n}@acme.example`, givenName: "Joined", familyName: `${round} ${n}` });
      renameUser(company, at(0).id, `renamed-${round}@acme.example`);
      passOn(at(1), at(2), `passed-on-${round}@acme.example`);
      passOn(at(3), at(4), at(3).primaryEmail);
      Object.assign(at(5), { familyName: `Married ${round}`, title: `Title ${round}` });
      for (const n of [6, 7]) suspendUser(company, at(n).id);
      if (round > 0) reactivateUser(company, at(6 - perRound).id);
      for (const n of [8, 9]) deleteUser(company, at(n).id);
      addUser(company, { primaryEmail: at(9).primaryEmail, givenName: "Successor", familyName: `${round}` });
      const team = addGroup(company, { email: `team-${round}@acme.example`, name: `Team ${round}` });
      for (const n of [10, 11, 12]) addMember(company, team.id, at(n).id);
      addMember(company, groups[0] ?? "", team.id);
      renameGroup(company, groups[1] ?? "", { name: `Renamed ${round}` });
      if (round > 0) deleteGroup(company, `team-${round - 1}@acme.example`);
      moveMembers(company, groups.slice(2, 10), round);
      round++;
    },
  };
}

/** One person gets the address of another, who gets a new one: or that of the first, when they swap. */
function passOn(to: SampleUser, from: SampleUser, fresh: string): void {
  const email = from.primaryEmail;
  from.primaryEmail = fresh;
  to.primaryEmail = email;
}

/** The oldest member of each group goes to the next. */
function moveMembers(company: Company, ids: readonly string[], round: number): void {
  const leaving = ids.map(
    (id) => company.groups.find((group) => group.id === id)?.members.find(({ type }) => type === "USER")?.id,
  );
  for (const [n, userId = ""] of leaving.entries()) {
    removeMember(company, ids[n] ?? "", userId);
    addMember(company, ids[(n + 1 + round) % ids.length] ?? "", userId);
  }
}
