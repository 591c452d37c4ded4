import { User } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import { userTargets } from "../../queries/user-targets.ts";
import type { Work } from "../../work/work.ts";
import { findAll, userTarget } from "../find-or-refuse.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { removeUsers } from "./remove-users.ts";

/**
 * Takes users off the site for good (rule 5.3); their accounts remain. Nobody with content, nobody whom a directory lists, never
 * the last active admin. Old links never bring them back. Answers the compact ids.
 */
export async function deleteUsers(work: Work, { ids }: { ids: readonly string[] }): Promise<string[]> {
  await holdSite(work);
  const pathOf = (index: number) => ["input", "ids", String(index)];
  const problems = new Problems();
  const given = await findAll(work, User, "User", ids, pathOf, problems);
  problems.refuseIfAny();
  const targets = await userTargets(
    work,
    given.map(({ id }) => id),
    ["content"],
  );
  const permit = work.permit(
    "userDelete",
    given.map((user) => targets.get(user.id) ?? userTarget(user)),
    pathOf,
  );
  const users = [...new Set(given)];
  if (users.length === 0) return work.unchanged(permit, []);

  const userIds = users.map(({ id }) => id);
  const subjects = await keepCounts(work, { userIds }, () => removeUsers(work, users));
  await work.record(permit, subjects);
  return userIds;
}
