import type { SampleUser } from "../../../sync/sample/company.ts";
import type { Row, SiteState } from "./site-state.ts";
import type { Truth } from "./truth.ts";

/** How somebody of the directory has to be after an undisturbed run that a person applied. */
export interface ExpectedPerson {
  email: string;
  fullName: string;
  /** Undefined where what was written by hand may stand. */
  title: string | null | undefined;
  status: string;
  suspended: boolean;
}

export interface Site {
  directoryId: string;
  before: SiteState;
  /** Compact ids of users whose title was written by hand. */
  ownTitles: ReadonlySet<string>;
}

/**
 * Who of the directory has to be here, by the directory's ids. Everybody who is not in the answer must not be here, and who is not
 * the directory's to change is in it as before.
 */
export function expectPeople(truth: Truth, { directoryId, before, ownTitles }: Site): Map<string, ExpectedPerson> {
  const held = new Map(
    before.users.filter((user) => user.directoryId === directoryId).map((user) => [String(user.externalId), user]),
  );
  const addresses = settleAddresses(truth, before, held, directoryId);
  const expected = new Map<string, ExpectedPerson>();
  for (const [id, user] of held) {
    const person = truth.living.get(id);
    if (isLeftAlone(truth, user, person)) expected.set(id, asBefore(user));
    else if (person) expected.set(id, whoStays(truth, user, person, addresses, ownTitles));
    else {
      const status = truth.settings.onLeave === "KEEP" ? String(user.status) : "DEACTIVATED";
      const email = addresses.retired.has(id) ? `former-${user.id}@retired.invalid` : String(user.email);
      expected.set(id, { ...asBefore(user), status, email });
    }
  }
  for (const person of truth.living.values()) {
    if (held.has(person.id) || !belongs(truth, person) || addresses.blocked.has(person.id)) continue;
    const match = before.users.find(({ email, directoryId: owner }) => email === person.primaryEmail && owner === null);
    const status = match?.status === "DEACTIVATED" ? "DEACTIVATED" : "ACTIVE";
    const title = match ? (match.title as string | null) : person.title || null; // as: a title is text
    expected.set(person.id, { email: person.primaryEmail, fullName: nameOf(person), title, status, suspended: false });
  }
  return expected;
}

/** The directory brings this person, and they are here unless something else keeps them out. */
export function belongs(truth: Truth, person: SampleUser): boolean {
  return truth.isActive(person) && truth.standingOf(person) === "IN";
}

/** The settings or the rules say not to touch them. */
export function isLeftAlone(truth: Truth, user: Row, person: SampleUser | undefined): boolean {
  if (truth.isIgnored(String(user.email))) return true;
  return person !== undefined && ["IGNORED", "SKIPPED"].includes(truth.standingOf(person));
}

function asBefore(user: Row): ExpectedPerson {
  return {
    email: String(user.email),
    fullName: String(user.fullName),
    title: user.title as string | null, // as: a title is text
    status: String(user.status),
    suspended: user.directorySuspended === 1,
  };
}

function whoStays(truth: Truth, user: Row, person: SampleUser, { blocked }: Addresses, ownTitles: ReadonlySet<string>) {
  const { status, suspended: wasSuspended } = asBefore(user);
  const isOurs = user.deactivatedByKind === "directory" && user.deactivatedById === user.directoryId;
  const next = !belongs(truth, person)
    ? truth.settings.onLeave === "KEEP" || (truth.isScopeLost && truth.isActive(person) && isInUnit(truth, person))
      ? status
      : "DEACTIVATED"
    : status === "DEACTIVATED" && (wasSuspended || isOurs)
      ? "ACTIVE"
      : status;
  const words = blocked.has(person.id)
    ? asBefore(user)
    : {
        email: person.primaryEmail,
        fullName: nameOf(person),
        title: ownTitles.has(String(user.id)) ? undefined : person.title || null,
      };
  return { ...words, status: next, suspended: !truth.isActive(person) };
}

function isInUnit({ settings }: Truth, { orgUnitPath }: SampleUser): boolean {
  return !settings.oneUnit || /^\/Staff(\/|$)/.test(orgUnitPath);
}

export function nameOf({ givenName, familyName }: SampleUser): string {
  return `${givenName} ${familyName}`;
}

interface Addresses {
  /** By the directory's ids, who wants an address here and cannot have it. */
  blocked: Set<string>;
  /** Who is gone and whose address is somebody else's now. */
  retired: Set<string>;
}

/** An address is free when nobody has it, or who has it gives it up; whoever cannot move keeps the one before. */
function settleAddresses(truth: Truth, before: SiteState, held: ReadonlyMap<string, Row>, directoryId: string): Addresses {
  const at = new Map(before.users.map((user) => [user.email, user]));
  const wanting = [...truth.living.values()].filter((person) => {
    const user = held.get(person.id);
    if (user) return !isLeftAlone(truth, user, person) && user.email !== person.primaryEmail;
    return belongs(truth, person);
  });
  const blocked = new Set<string>();
  const isFree = (person: SampleUser): boolean => {
    const holder = at.get(person.primaryEmail);
    if (!holder) return true;
    if (holder.directoryId === null) return !held.has(person.id) && truth.settings.onMatch === "ADOPT";
    if (holder.directoryId !== directoryId) return false;
    const owner = truth.living.get(String(holder.externalId));
    if (!owner) return !truth.isIgnored(String(holder.email));
    return !isLeftAlone(truth, holder, owner) && owner.primaryEmail !== person.primaryEmail && !blocked.has(owner.id);
  };
  for (let before = -1; before < blocked.size; ) {
    before = blocked.size;
    for (const person of wanting) if (!isFree(person)) blocked.add(person.id);
  }
  const retired = new Set<string>();
  for (const person of wanting) {
    const holder = at.get(person.primaryEmail);
    const isGone = holder?.directoryId === directoryId && !truth.living.has(String(holder.externalId));
    if (isGone && !blocked.has(person.id)) retired.add(String(holder.externalId));
  }
  return { blocked, retired };
}
