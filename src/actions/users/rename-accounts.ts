import { nameKey } from "../../model/name-key.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { indexNames } from "./index-names.ts";
import { updateEach } from "./update-each.ts";

/** Gives accounts new names, on every site that shows them. At most 500, which callers see to. */
export async function renameAccounts(work: Work, names: ReadonlyMap<string, string>): Promise<void> {
  const ids = [...names.keys()];
  if (ids.length === 0) return;
  await updateEach(work, "Account", ids, { fullName: (id) => names.get(id) ?? "" });
  const shownAs = await work.rows<{ id: string; siteId: string; accountId: string }>(
    `SELECT id, siteId, accountId FROM User WHERE accountId IN (${marks(ids)})`,
    ids,
  );
  const nameOf = new Map(shownAs.map(({ id, accountId }) => [id, names.get(accountId) ?? ""]));
  for (let from = 0; from < shownAs.length; from += 500) {
    const part = shownAs.slice(from, from + 500);
    const nameOfUser = (id: string) => nameOf.get(id) ?? "";
    await updateEach(
      work,
      "User",
      part.map(({ id }) => id),
      { fullName: nameOfUser, nameKey: (id) => nameKey(nameOfUser(id)) },
      ["version = version + 1"],
    );
  }
  await indexNames(
    work,
    shownAs.map(({ id, siteId }) => ({ id, siteId, fullName: nameOf.get(id) ?? "" })),
  );
}
