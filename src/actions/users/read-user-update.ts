import { domainOf, spellEmail } from "../../model/email.ts";
import { User } from "../../model/entities.ts";
import { cleanText, nameKey } from "../../model/name-key.ts";
import { Problems } from "../../model/refusal.ts";
import type { UserRole } from "../../model/scope.ts";
import { fieldDenial, type UserField } from "../../policy/policy.ts";
import { userTargets } from "../../queries/user-targets.ts";
import type { Work } from "../../work/work.ts";
import { readUsername } from "./read-invitees.ts";

/** What to change; what is left out stays. */
export interface UserUpdate {
  id: string;
  fullName?: string | null;
  email?: string | null;
  username?: string | null;
  title?: string | null;
  role?: UserRole | null;
  externalId?: string | null;
  expectedVersion?: number | null;
}

/** The columns that change, with their new values. */
export type UserChanges = Partial<
  Pick<
    User,
    "fullName" | "nameKey" | "email" | "emailKey" | "username" | "usernameKey" | "title" | "role" | "externalId" | "externalKey"
  >
>;

const pathOf = (field: string) => ["input", field];

/** Reads every field, and refuses with everything that is wrong: also what is not the site's to change, and what is taken. */
export async function readUserUpdate(work: Work, user: User, input: UserUpdate): Promise<UserChanges> {
  const problems = new Problems();
  if (typeof input.expectedVersion === "number" && input.expectedVersion !== user.version)
    problems.add("CONFLICT", "Someone changed this user since you read it. Read it again.", pathOf("expectedVersion"));
  for (const field of ["fullName", "username", "email", "role"] as const)
    if (input[field] === null) problems.add("INVALID", "This cannot be taken away.", pathOf(field));
  await guardIdentity(work, user, input, problems);
  const changes = { ...readNames(input, problems), ...readWords(input, problems), ...(input.role ? { role: input.role } : {}) };
  await findTaken(work, user, changes, problems);
  problems.refuseIfAny();
  return changes;
}

/** Rules 4.1 to 4.3: whose the email, the username, the full name and the external ID are. What is given as it was changes nothing. */
async function guardIdentity(work: Work, user: User, input: UserUpdate, problems: Problems): Promise<void> {
  const given = (["fullName", "email", "username"] as const).filter(
    (field) => typeof input[field] === "string" && input[field] !== user[field],
  );
  const guarded: UserField[] = input.externalId === undefined ? given : [...given, "externalId"];
  const target = (await userTargets(work, [user.id], given.length > 0 ? ["managed"] : [])).get(user.id);
  for (const field of guarded) {
    const no = target && fieldDenial(work.actor, field, target);
    if (no) problems.add(no.code, no.reason, pathOf(field));
  }
  const spelled = spellEmail(input.email ?? "");
  if ("fault" in spelled || spelled.email === user.email) return;
  if (!(await verifiedDomains(work)).has(domainOf(spelled.email)))
    problems.add("NOT_MANAGED", "An email can only be changed to a domain that this site has verified.", pathOf("email"));
}

async function verifiedDomains(work: Work): Promise<Set<string>> {
  const domains = await work.rows<{ name: string }>("SELECT name FROM Domain WHERE siteId = ? AND status = 'VERIFIED'", [
    work.siteId,
  ]);
  return new Set(domains.map(({ name }) => name));
}

function readNames({ fullName, username, email }: UserUpdate, problems: Problems): UserChanges {
  const changes: UserChanges = {};
  if (typeof fullName === "string") {
    const name = cleanText(fullName, { max: 200 });
    if ("fault" in name || name.text === "")
      problems.add("INVALID", "fault" in name ? name.fault : "A full name cannot be empty.", pathOf("fullName"));
    else Object.assign(changes, { fullName: name.text, nameKey: nameKey(name.text) });
  }
  if (typeof username === "string") {
    const name = readUsername(username);
    if ("fault" in name) problems.add("INVALID", name.fault, pathOf("username"));
    else Object.assign(changes, { username: name.text, usernameKey: nameKey(name.text) });
  }
  if (typeof email === "string") {
    const spelled = spellEmail(email);
    if ("fault" in spelled) problems.add("INVALID", spelled.fault, pathOf("email"));
    else Object.assign(changes, { email: spelled.email, emailKey: spelled.email });
  }
  return changes;
}

/** What can also be taken away. */
function readWords({ title, externalId }: UserUpdate, problems: Problems): UserChanges {
  const changes: UserChanges = {};
  if (title !== undefined) {
    const words = cleanText(title ?? "", { max: 200 });
    if ("fault" in words) problems.add("INVALID", words.fault, pathOf("title"));
    else changes.title = words.text || null;
  }
  if (externalId !== undefined) {
    const words = cleanText(externalId ?? "", { max: 200 });
    if ("fault" in words) problems.add("INVALID", words.fault, pathOf("externalId"));
    else Object.assign(changes, { externalId: words.text || null, externalKey: words.text ? `:${words.text}` : null });
  }
  return changes;
}

/** Collects what another user of the site has already. */
async function findTaken(work: Work, user: User, changes: UserChanges, problems: Problems): Promise<void> {
  const unique = [
    ["email", "emailKey"],
    ["username", "usernameKey"],
    ["externalId", "externalKey"],
  ] as const;
  for (const [field, column] of unique) {
    const key = changes[column];
    if (!key) continue;
    const [holder] = await work.byIds(User, [key], column);
    if (holder && holder.id !== user.id)
      problems.add(
        "TAKEN",
        `Another user of this site has this ${field === "externalId" ? "external ID" : field}.`,
        pathOf(field),
      );
  }
}
