import type { Grant } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";

/** An application always keeps a default group: without one, nobody could be given it (rule 6.2, section 12). */
export async function refuseLastDefault(
  work: Work,
  { id, applicationId, isDefault }: Grant,
  application: string,
  path: string[],
): Promise<void> {
  if (!isDefault) return;
  const [other] = await work.rows(
    "SELECT 1 AS found FROM `Grant` WHERE applicationId = ? AND isDefault = 1 AND id <> ? LIMIT 1",
    [applicationId, id],
  );
  if (other) return;
  throw new Refusal("WRONG_STATE", `This is the only default group of ${application}. Make another one its default first.`, path);
}
