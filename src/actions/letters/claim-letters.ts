import type { Letter } from "../../model/entities.ts";
import type { Work } from "../../work/work.ts";

/** A letter that this process alone posts now. */
export interface ClaimedLetter {
  id: string;
  recipient: string;
  subject: string;
  text: string;
  html: string;
  tries: number;
}

/** How long a claim holds. Milliseconds: longer than any post takes; a process that died leaves its letters to others after it. */
const claimMs = 180_000;

/** Claims letters whose time has come, of every site; each is claimed by one process only. */
export async function claimLetters(work: Work, { most }: { most: number }): Promise<ClaimedLetter[]> {
  const permit = work.permit("letterDeliver", { noun: "site", id: work.siteId });
  const due = await work.rows<Letter>(
    "SELECT id, recipient, sealed, tries, nextTryAt FROM Letter WHERE state = 'QUEUED' AND nextTryAt <= ? ORDER BY nextTryAt LIMIT ?",
    [work.now, most],
  );
  const claimed: ClaimedLetter[] = [];
  const until = new Date(Date.parse(work.now) + claimMs).toISOString();
  for (const { id, recipient, sealed, tries, nextTryAt } of due) {
    const mine = await work.write(
      "UPDATE Letter SET nextTryAt = ?, tries = tries + 1 WHERE id = ? AND state = 'QUEUED' AND nextTryAt = ?",
      [until, id, nextTryAt],
    );
    if (mine === 0) continue;
    const words = JSON.parse(work.unseal(`letter:${id}`, sealed)) as { subject: string; text: string; html: string }; // as: sealed by the door alone
    claimed.push({ id, recipient, ...words, tries: tries + 1 });
  }
  return work.unchanged(permit, claimed);
}
