import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";

/**
 * Letters of these invitations that are not posted yet never are. The invitations show from now on what is true of the letters before:
 * SENT when one went, and otherwise that none did.
 */
export async function voidLetters(work: Work, column: "id" | "pendingKey", values: readonly string[]): Promise<void> {
  await work.write(
    `UPDATE Letter SET state = 'VOID', sealed = '' WHERE state = 'QUEUED' AND invitationId IN (SELECT id FROM Invitation WHERE ${column} IN (${marks(values)}))`,
    values,
  );
  await work.write(
    `UPDATE Invitation SET delivery = CASE WHEN EXISTS (SELECT 1 FROM Letter l WHERE l.invitationId = Invitation.id AND l.state = 'SENT')
     THEN 'SENT' ELSE 'NOT_SENT' END WHERE delivery = 'QUEUED' AND ${column} IN (${marks(values)})`,
    values,
  );
}
