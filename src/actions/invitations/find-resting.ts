import type { Problems } from "../../model/refusal.ts";
import { needsRest } from "../../policy/user-rules.ts";
import { addressesAtRest } from "../../queries/invitations.ts";
import type { Work } from "../../work/work.ts";

/** Collects addresses to which a letter went just now, by whatever invitation: deleting and inviting again writes no faster (rule 2.6). */
export async function findResting(
  work: Work,
  addressed: readonly { email: string; at: string[] }[],
  problems: Problems,
): Promise<void> {
  const resting = await addressesAtRest(
    work,
    addressed.map(({ email }) => email),
  );
  for (const { email, at } of addressed) if (resting.has(email)) problems.add("RATE_LIMITED", needsRest(email), at);
}
