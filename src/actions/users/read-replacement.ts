import { spellEmail } from "../../model/email.ts";
import { Group, Invitation, User } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
import { denial } from "../../policy/policy.ts";
import { contentOf } from "../../queries/content.ts";
import { userTargets } from "../../queries/user-targets.ts";
import type { Permit, Work } from "../../work/work.ts";
import { findOrRefuse, userTarget } from "../find-or-refuse.ts";
import { findResting } from "../invitations/find-resting.ts";
import { warnOfNearMisses } from "./warn-of-near-misses.ts";

/** Who is at the wrong address; the id is public. */
export interface Replace {
  id: string;
  rightEmail: string;
  sendEmail: boolean;
}

/** A replacement whose every word was read and found good, with leave to make it. */
export interface Replacement {
  permit: Permit;
  wrong: User;
  /** There is content of the wrong user, so that it stays. */
  hasContent: boolean;
  email: string;
  /** Who is at the right address already. */
  right: User | null;
  /** The very same was done before. */
  isDone: boolean;
  /** What the right user joins. */
  groups: Group[];
  /** What was said in the wrong user's invitation. */
  message: string | null;
}

const atId = ["input", "id"];
const atEmail = ["input", "rightEmail"];

/** Reads a replacement, and refuses with everything that is wrong. Warns of an address that looks mistyped again, and of groups left behind. */
export async function readReplacement(work: Work, { id, rightEmail, sendEmail }: Replace): Promise<Replacement> {
  const wrong = await findOrRefuse(work, User, "User", id, atId);
  const problems = new Problems();
  const spelled = spellEmail(rightEmail);
  if ("fault" in spelled) problems.add("INVALID", spelled.fault, atEmail);
  const email = "email" in spelled ? spelled.email : "";
  const [right = null] = email ? await work.byIds(User, [email], "emailKey") : [];
  const isDone = right !== null && right.id === wrong.replacedById;
  const target =
    (await userTargets(work, [wrong.id], ["replacedBy", "hasGroups", "lastAdmin"])).get(wrong.id) ?? userTarget(wrong);
  const permit = work.permit("userReplace", isDone ? { ...target, replacedBy: null } : target, () => atId);
  const memberships = await groupsOf(work, wrong);
  const groups = memberships.filter(({ directoryId }) => directoryId === null);
  if (email === wrong.email) problems.add("INVALID", "This is the address that the user has.", atEmail);
  else if (right && !isDone) findUnfit(work, right, problems);
  else if (!right && sendEmail) await findResting(work, [{ email, at: atEmail }], problems);
  await warn(work, { wrong, email, right, leftBehind: memberships.filter((group) => !groups.includes(group)) });
  problems.refuseIfAny();

  const [invitation] = await work.byIds(Invitation, [wrong.id], "pendingKey");
  const hasContent = (await contentOf(work, [wrong.id])).length > 0;
  return { permit, wrong, hasContent, email, right, isDone, groups, message: invitation?.message ?? null };
}

/** Who is at the right address gets groups, as if they were invited again (rule 2.11). */
function findUnfit(work: Work, right: User, problems: Problems): void {
  if (right.status === "DEACTIVATED")
    problems.add("WRONG_STATE", `${right.email} is a deactivated user of this site. Activate them first.`, atEmail);
  const no = denial(work.actor, "userInvite", userTarget(right));
  if (no) problems.add(no.code, no.reason, atEmail);
}

async function groupsOf(work: Work, user: User): Promise<Group[]> {
  const memberships = await work.rows<{ groupId: string }>("SELECT groupId FROM Membership WHERE userId = ? ORDER BY groupId", [
    user.id,
  ]);
  return work.byIds(
    Group,
    memberships.map(({ groupId }) => groupId),
  );
}

interface Doubts {
  wrong: User;
  email: string;
  right: User | null;
  leftBehind: readonly Group[];
}

async function warn(work: Work, { wrong, email, right, leftBehind }: Doubts): Promise<void> {
  // Near the wrong address it is on purpose.
  if (email && email !== wrong.email)
    await warnOfNearMisses(work, [{ email, at: atEmail }], new Map(right ? [[email, right]] : []), wrong.email);
  for (const { name } of leftBehind)
    work.report.warnings.push({
      message: `${name} takes its members from a directory alone, so ${email} does not join it.`,
      path: atId,
    });
}
