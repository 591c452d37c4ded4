import { isDuplicate } from "../../database/dialect.ts";
import { domainOf, spellEmail } from "../../model/email.ts";
import { type Site, User } from "../../model/entities.ts";
import { cleanText, nameKey } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { UserRole } from "../../model/scope.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse, userTarget } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { indexNames } from "./index-names.ts";
import { moveAddress } from "./move-address.ts";
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
type Changes = Partial<
  Pick<
    User,
    "fullName" | "nameKey" | "email" | "emailKey" | "username" | "usernameKey" | "title" | "role" | "externalId" | "externalKey"
  >
>;

/**
 * Changes a user. Email, username and full name only of a managed account (rule 4.1), an email only to a verified domain (4.2), and
 * nothing that a directory owns (4.3). Never leaves the site without an active admin. Answers the compact id.
 */
export async function updateUser(work: Work, input: UserUpdate): Promise<string> {
  await holdSite(work);
  const user = await findOrRefuse(work, User, "User", input.id, ["input", "id"]);
  const target = userTarget(user);
  const permit = work.permit("userUpdate", input.role ? [target, { ...target, role: input.role }] : target);
  const changes = await readChanges(work, user, input);
  const changed = Object.entries(changes).filter(([column, value]) => value !== user[column as keyof Changes]); // as: Changes names columns of User
  if (changed.length === 0) return work.unchanged(permit, user.id);

  if (changes.email && changes.email !== user.email) await moveAddress(work, user, changes.email);
  await keepCounts(work, { userIds: [user.id] }, () => store(work, user, changed));
  if (changes.fullName && changes.fullName !== user.fullName) await rename(work, user, changes.fullName);
  const shown = changed.filter(([column]) => !column.endsWith("Key"));
  await work.record(permit, [
    {
      type: "User",
      id: user.id,
      label: changes.email ?? user.email,
      changes: Object.fromEntries(shown.map(([column, value]) => [column, [user[column as keyof Changes], value] as const])), // as: Changes names columns of User
    },
  ]);
  return user.id;
}

/** Reads every field, and refuses with everything that is wrong. */
async function readChanges(work: Work, user: User, input: UserUpdate): Promise<Changes> {
  const problems = new Problems();
  const changes: Changes = {};
  const path = (field: string) => ["input", field];
  if (typeof input.expectedVersion === "number" && input.expectedVersion !== user.version)
    problems.add("CONFLICT", "Someone changed this user since you read it. Read it again.", path("expectedVersion"));
  await guardIdentity(work, user, input, problems);
  if (typeof input.fullName === "string") {
    const name = cleanText(input.fullName, { max: 200 });
    if ("fault" in name || name.text === "")
      problems.add("INVALID", "fault" in name ? name.fault : "A full name cannot be empty.", path("fullName"));
    else Object.assign(changes, { fullName: name.text, nameKey: nameKey(name.text) });
  }
  if (typeof input.username === "string") {
    const username = readUsername(input.username);
    if ("fault" in username) problems.add("INVALID", username.fault, path("username"));
    else Object.assign(changes, { username: username.text, usernameKey: nameKey(username.text) });
  }
  if (typeof input.email === "string") {
    const spelled = spellEmail(input.email);
    if ("fault" in spelled) problems.add("INVALID", spelled.fault, path("email"));
    else Object.assign(changes, { email: spelled.email, emailKey: spelled.email });
  }
  if (input.title !== undefined) {
    const title = cleanText(input.title ?? "", { max: 200 });
    if ("fault" in title) problems.add("INVALID", title.fault, path("title"));
    else changes.title = title.text || null;
  }
  if (input.externalId !== undefined) {
    const externalId = cleanText(input.externalId ?? "", { max: 200 });
    if ("fault" in externalId) problems.add("INVALID", externalId.fault, path("externalId"));
    else
      Object.assign(changes, {
        externalId: externalId.text || null,
        externalKey: externalId.text ? `:${externalId.text}` : null,
      });
  }
  if (input.role) changes.role = input.role;
  for (const field of ["fullName", "username", "email", "role"] as const)
    if (input[field] === null) problems.add("INVALID", "This cannot be taken away.", path(field));
  problems.refuseIfAny();
  return changes;
}

/** Rules 4.1 to 4.3: whose the email, the username and the full name are. */
async function guardIdentity(work: Work, user: User, input: UserUpdate, problems: Problems): Promise<void> {
  const given = (["fullName", "email", "username"] as const).filter((field) => typeof input[field] === "string");
  if (typeof input.externalId === "string" && user.directoryId)
    problems.add("MANAGED_BY_DIRECTORY", "The external ID of this user is their directory's.", ["input", "externalId"]);
  if (given.length === 0) return;
  const [site] = await work.rows<Pick<Site, "accounts">>("SELECT accounts FROM Site WHERE id = ?", [work.siteId]);
  const verified = new Set(
    (await work.rows<{ name: string }>("SELECT name FROM Domain WHERE siteId = ? AND status = 'VERIFIED'", [work.siteId])).map(
      ({ name }) => name,
    ),
  );
  const managed = site?.accounts === "LOCAL" || verified.has(domainOf(user.email));
  for (const field of given) {
    if (user.directoryId && field !== "username")
      problems.add("MANAGED_BY_DIRECTORY", "This user is managed by a directory: change it there.", ["input", field]);
    else if (!managed)
      problems.add("NOT_MANAGED", "Only the owner may edit this account, because the site has not verified its email's domain.", [
        "input",
        field,
      ]);
  }
  const spelled = typeof input.email === "string" ? spellEmail(input.email) : null;
  if (!spelled || "fault" in spelled || spelled.email === user.email) return;
  if (!verified.has(domainOf(spelled.email)))
    problems.add("NOT_MANAGED", "An email can only be changed to a domain that this site has verified.", ["input", "email"]);
  if (!work.actor.scopes.has("ADMINS_WRITE") && work.actor.kind !== "operator")
    problems.add("FORBIDDEN", "Changing an email needs the scope ADMINS_WRITE.", ["input", "email"]);
}

async function store(work: Work, user: User, changed: readonly (readonly [string, string | null])[]): Promise<void> {
  try {
    await work.write(
      `UPDATE User SET ${changed.map(([column]) => `${column} = ?`).join(", ")}, version = version + 1 WHERE id = ? AND siteId = ?`, // column names are Changes' own
      [...changed.map(([, value]) => value), user.id, work.siteId],
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const fields = changed.map(([column]) => column).filter((column) => ["email", "username", "externalId"].includes(column));
    throw new Refusal(
      fields.map((field) => ({
        code: "TAKEN",
        message: `Another user of this site may have this ${field}.`,
        path: ["input", field],
      })),
    );
  }
}

/** The account's name is one on every site that shows it. */
async function rename(work: Work, user: User, fullName: string): Promise<void> {
  if (user.accountId) {
    await work.write("UPDATE Account SET fullName = ? WHERE id = ?", [fullName, user.accountId]);
    await work.write("UPDATE User SET fullName = ?, nameKey = ? WHERE accountId = ? AND id <> ?", [
      fullName,
      nameKey(fullName),
      user.accountId,
      user.id,
    ]);
  }
  const shownAs = user.accountId
    ? await work.rows<{ id: string; siteId: string }>("SELECT id, siteId FROM User WHERE accountId = ?", [user.accountId])
    : [user];
  await indexNames(
    work,
    shownAs.map(({ id, siteId }) => ({ id, siteId, fullName })),
  );
}
