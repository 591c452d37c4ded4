import { referenceTo } from "../../model/actor.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";

/** Makes the work's actor the inviter of these users: an invitation to be an ADMIN or MANAGER dies with the right of that one (rule 2.11). */
export async function vouchFor(work: Work, userIds: readonly string[]): Promise<void> {
  const by = referenceTo(work.actor);
  await work.write(
    `UPDATE Invitation SET invitedByKind = ?, invitedById = ?, invitedByLabel = ? WHERE pendingKey IN (${marks(userIds)})`,
    [by.kind, by.id, by.label, ...userIds],
  );
}
