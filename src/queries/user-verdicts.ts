import { factsFor, type UserAction, userVerdict } from "../policy/user-verdict.ts";
import type { Edge } from "./expand.ts";
import { put } from "./selection.ts";
import { userTargets } from "./user-targets.ts";

/** What the viewer may do to users, by the rules that the mutations go by (rule 4.4). */
export const verdictsOnUsers: Edge = async (reader, users, field) => {
  const asked = field.args.action as UserAction; // as: the schema checked it
  const ids = users.map((user) => String(user.compactId));
  const targets = await userTargets(reader, ids, factsFor(asked));
  for (const user of users) {
    const target = targets.get(String(user.compactId));
    const no = target ? userVerdict(reader.actor, asked, target) : { code: "NOT_FOUND" as const, reason: "This user is gone." };
    put(user, field, { allowed: no === null, code: no?.code ?? null, reason: no?.reason ?? null });
  }
};
