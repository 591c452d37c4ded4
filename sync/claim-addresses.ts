import type { HeldUser } from "../src/queries/held.ts";
import type { PlanInput } from "./draft.ts";
import type { Person } from "./people.ts";
import { addressMatcher } from "./scope.ts";

/** What stands in the way of a person's address. */
export interface Claim {
  /** Who has the address here; not the person itself. Null when nobody has. */
  holder: HeldUser | null;
  /** Why the person cannot have it yet; null when nothing has to be asked. */
  dispute: string | null;
}

/** Who may have which address, when people are renamed, swap addresses, or leave theirs to somebody new (S6, rule 1.1b). */
export interface Claims {
  of(person: Person): Claim;
  /** The address of an absent person was given to a new one: it has to be taken from the old one first. */
  isWantedByAnother(user: HeldUser): boolean;
  /** The same word for all whose addresses move along one chain or in one circle. */
  chainOf(userId: string): string;
  isIgnored(email: string): boolean;
}

/** Looks at all addresses at once, since one person's depends on another's. */
export function claimAddresses(
  { held, directoryId, settings, snapshot }: PlanInput,
  people: ReadonlyMap<string, Person>,
): Claims {
  const firstWith = new Map<string, string>();
  for (const person of people.values())
    if (isBrought(person) && !firstWith.has(person.email)) firstWith.set(person.email, person.id);

  const claimOf = (person: Person): Claim => {
    const first = firstWith.get(person.email);
    if (first !== undefined && first !== person.id)
      return { holder: null, dispute: "Two people of the directory have this address." };
    const holder = held.usersByEmail.get(person.email) ?? null;
    if (holder === null || (holder.directoryId === directoryId && holder.externalId === person.id))
      return { holder: null, dispute: null };
    if (holder.directoryId === null)
      return { holder, dispute: held.users.has(person.id) ? "Someone else here was added by hand with this address." : null };
    if (holder.directoryId !== directoryId) return { holder, dispute: "This address belongs to a user of another directory." };
    const owner = people.get(holder.externalId ?? "");
    if (!owner)
      return {
        holder,
        dispute: snapshot.users.state === "complete" ? null : "The address belongs to somebody who may still be there.",
      };
    const givesUp = isBrought(owner) && owner.email !== person.email;
    return { holder, dispute: givesUp ? null : "The address still belongs to somebody else here." };
  };

  const next = new Map<string, string>();
  const root = (id: string): string => {
    let at = id;
    for (let up = next.get(at); up !== undefined; up = next.get(at)) at = up;
    return at;
  };
  for (const user of held.users.values()) {
    const person = people.get(user.externalId ?? "");
    if (!person || person.email === user.email || !isBrought(person)) continue;
    const { holder } = claimOf(person);
    if (holder && root(holder.id) !== root(user.id)) next.set(root(user.id), root(holder.id));
  }

  return {
    of: claimOf,
    isWantedByAnother: (user) => {
      const claimant = firstWith.get(user.email);
      const person = claimant === undefined ? undefined : people.get(claimant);
      return (
        person !== undefined &&
        person.id !== user.externalId &&
        (held.users.has(person.id) || (person.active && person.verdict === "IN"))
      );
    },
    chainOf: root,
    isIgnored: settings.ignore.length > 0 ? addressMatcher(settings.ignore) : () => false,
  };
}

/** The directory speaks for this person's address, in scope or not. */
function isBrought({ verdict }: Person): boolean {
  return verdict === "IN" || verdict === "OUT";
}
