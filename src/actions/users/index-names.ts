import { SearchTerm } from "../../model/entities.ts";
import { searchTerms } from "../../model/name-key.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";

/** Makes users findable by the start of any word of their names, in place of what they were findable by before. */
export async function indexNames(
  work: Work,
  users: readonly { id: string; siteId: string; fullName: string }[],
  { fresh = false } = {},
): Promise<void> {
  if (!fresh)
    for (let from = 0; from < users.length; from += 500) {
      const ids = users.slice(from, from + 500).map((user) => user.id);
      await work.write(`DELETE FROM SearchTerm WHERE userId IN (${marks(ids)})`, ids);
    }
  await work.insert(
    SearchTerm,
    users.flatMap(({ id, siteId, fullName }) => searchTerms(fullName).map((term) => ({ siteId, term, userId: id }))),
  );
}
