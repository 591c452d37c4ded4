import { marks, type SqlValue } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";

/**
 * Gives many rows of one table new values of their own in one statement. `columns` says the value of each column for each id; the
 * `assignments` are the same for all. At most 500 ids, which callers see to. Answers how many rows there were.
 */
export async function updateEach(
  work: Work,
  table: "User" | "Account",
  ids: readonly string[],
  columns: Record<string, (id: string) => SqlValue>,
  assignments: readonly string[] = [],
): Promise<number> {
  if (ids.length === 0) return 0;
  const cases = Object.keys(columns).map((column) => `${column} = CASE id ${ids.map(() => "WHEN ? THEN ?").join(" ")} END`);
  const params = Object.values(columns).flatMap((valueFor) => ids.flatMap((id) => [id, valueFor(id)]));
  return work.write(`UPDATE ${table} SET ${[...cases, ...assignments].join(", ")} WHERE id IN (${marks(ids)})`, [
    ...params,
    ...ids,
  ]);
}
