import { User } from "../../model/entities.ts";
import type { TrailSubject, Work } from "../../work/work.ts";

/**
 * An account in the trail of a site: the user that it is there, since that is who admins see. Of an account that has no place on the
 * site they learn nothing (rule 1.1a), not even its address.
 */
export async function trailOfAccount(work: Work, accountId: string, changes: TrailSubject["changes"]): Promise<TrailSubject> {
  const [user] = await work.byIds(User, [accountId], "accountId");
  return user
    ? { type: "User", id: user.id, label: user.email, changes }
    : { type: "Account", id: accountId, label: "somebody who is no user here", changes: withoutValues(changes) };
}

function withoutValues(changes: TrailSubject["changes"]): TrailSubject["changes"] {
  return Object.fromEntries(Object.keys(changes ?? {}).map((field) => [field, [null, null] as const]));
}
