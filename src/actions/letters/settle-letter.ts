import type { Work } from "../../work/work.ts";

/** What became of a letter: posted, refused for good, or to be tried again. */
export type Settlement =
  | { outcome: "sent" }
  | { outcome: "refused"; reason: string }
  | { outcome: "later"; reason: string; inMs: number };

/** Notes what became of a letter, and shows it on its invitation. A letter that is done is wiped: it held a link (rule 2.9). */
export async function settleLetter(work: Work, { id, settlement }: { id: string; settlement: Settlement }): Promise<void> {
  const permit = work.permit("letterDeliver", { noun: "site", id: work.siteId });
  const failure = settlement.outcome === "sent" ? null : settlement.reason;
  if (settlement.outcome === "later") {
    const next = new Date(Date.parse(work.now) + settlement.inMs).toISOString();
    await work.write("UPDATE Letter SET nextTryAt = ?, failure = ? WHERE id = ? AND state = 'QUEUED'", [next, failure, id]);
    return work.unchanged(permit, undefined);
  }
  const state = settlement.outcome === "sent" ? "SENT" : "FAILED";
  const done = await work.write(
    "UPDATE Letter SET state = ?, sealed = '', failure = ?, sentAt = ? WHERE id = ? AND state = 'QUEUED'",
    [state, failure, state === "SENT" ? work.now : null, id],
  );
  // A letter that was voided meanwhile says nothing of the invitation as it is now.
  if (done > 0)
    await work.write(
      "UPDATE Invitation SET delivery = ?, deliveryFailure = ? WHERE id = (SELECT invitationId FROM Letter WHERE id = ?)",
      [state, failure, id],
    );
  return work.unchanged(permit, undefined);
}
