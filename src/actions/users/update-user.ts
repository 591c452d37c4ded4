import { isDuplicate } from "../../database/dialect.ts";
import { User } from "../../model/entities.ts";
import { nameKey } from "../../model/name-key.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse, userTarget } from "../find-or-refuse.ts";
import { vouchFor } from "../invitations/vouch-for.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { indexNames } from "./index-names.ts";
import { moveAddress } from "./move-address.ts";
import { readUserUpdate, type UserChanges, type UserUpdate } from "./read-user-update.ts";

/**
 * Changes a user. Email, username and full name only of a managed account (rule 4.1), an email only to a verified domain (4.2), and
 * nothing that a directory owns (4.3). Never leaves the site without an active admin. Answers the compact id.
 */
export async function updateUser(work: Work, input: UserUpdate): Promise<string> {
  await holdSite(work);
  const user = await findOrRefuse(work, User, "User", input.id, ["input", "id"]);
  const target = userTarget(user);
  const targets = input.role ? [target, { ...target, role: input.role }] : [target];
  const permit = work.permit("userUpdate", targets, (index) => ["input", index === 0 ? "id" : "role"]);
  const changes = await readUserUpdate(work, user, input);
  const changed = Object.entries(changes).filter(([column, value]) => value !== user[column as keyof UserChanges]); // as: UserChanges names columns of User
  if (changed.length === 0) return work.unchanged(permit, user.id);

  if (changes.email && changes.email !== user.email) await moveAddress(work, user, changes.email);
  await keepCounts(work, { userIds: [user.id] }, () => store(work, user, changed));
  if (changes.role && changes.role !== user.role) await vouchFor(work, [user.id]);
  if (changes.fullName && changes.fullName !== user.fullName) await rename(work, user, changes.fullName);
  const shown = changed.filter(([column]) => !column.endsWith("Key"));
  await work.record(permit, [
    {
      type: "User",
      id: user.id,
      label: changes.email ?? user.email,
      changes: Object.fromEntries(shown.map(([column, value]) => [column, [user[column as keyof UserChanges], value] as const])), // as: UserChanges names columns of User
    },
  ]);
  return user.id;
}

async function store(work: Work, user: User, changed: readonly (readonly [string, string | null])[]): Promise<void> {
  try {
    await work.write(
      `UPDATE User SET ${changed.map(([column]) => `${column} = ?`).join(", ")}, version = version + 1 WHERE id = ? AND siteId = ?`, // column names are UserChanges' own
      [...changed.map(([, value]) => value), user.id, work.siteId],
    );
  } catch (error) {
    // What is taken here was asked for while the site was held. Only another site can have moved an address here since (rule 4.2).
    if (isDuplicate(error)) throw new Refusal("TAKEN", "Another user of this site has this email.", ["input", "email"]);
    throw error;
  }
}

/** The account's name is one on every site that shows it. */
async function rename(work: Work, user: User, fullName: string): Promise<void> {
  if (user.accountId) {
    await work.write("UPDATE Account SET fullName = ? WHERE id = ?", [fullName, user.accountId]);
    await work.write("UPDATE User SET fullName = ?, nameKey = ?, version = version + 1 WHERE accountId = ? AND id <> ?", [
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
