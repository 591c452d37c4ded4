import { type Group, Site, User } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { Refusal } from "../../model/refusal.ts";
import { marks } from "../../queries/reader.ts";
import type { TrailSubject, Work } from "../../work/work.ts";
import { joinGroups } from "../groups/memberships.ts";
import { issueInvitations, postInvitations } from "../invitations/issue-invitations.ts";
import { renewInvitations } from "../invitations/renew-invitations.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { drawUpNewcomers, settleNewcomers } from "./add-newcomers.ts";
import { setDeactivated } from "./deactivate-users.ts";
import type { ReadInvitee } from "./read-invitees.ts";
import { type Replace, type Replacement, readReplacement } from "./read-replacement.ts";
import { endLocalSessions, removeUsers } from "./remove-users.ts";

/** Compact ids. `replacedId` is null when the wrong user was deleted. */
export interface Replaced {
  userId: string;
  replacedId: string | null;
}

/**
 * For a user invited at the wrong address (rule 3.1): invites the right one with the same role and groups, or adds the groups to
 * who is there already, and ends the wrong one's access and invitation. The wrong user is deleted, or, where there is content of
 * theirs, deactivated: it stays theirs. The seats count as one change. Replacing by the same address again changes nothing.
 */
export async function replaceUser(work: Work, input: Replace): Promise<Replaced> {
  await holdSite(work);
  const replacement = await readReplacement(work, input);
  const { permit, wrong, hasContent, right, isDone, groups } = replacement;
  const userId = right?.id ?? newId();
  const answer = { userId, replacedId: hasContent || isDone ? wrong.id : null };
  if (isDone) return work.unchanged(permit, answer);

  const { ended, joined } = await keepCounts(work, { userIds: [wrong.id, userId] }, async () => {
    const ended = await endWrong(work, replacement, userId);
    return { ended, joined: right ? await addGroups(work, right, groups) : await settle(work, replacement, userId) };
  });
  await inviteRight(work, replacement, userId, input.sendEmail);
  await work.record(permit, [...ended, trailOfRight(replacement, userId), ...joined.map(trailOfJoined)]);
  return answer;
}

/** Ends the wrong user, before anybody takes their seats, and maybe their username. Answers what to record. */
async function endWrong(work: Work, { wrong, hasContent, email }: Replacement, userId: string): Promise<TrailSubject[]> {
  const replacedBy = [null, email] as const;
  if (!hasContent) {
    const [subject, ...others] = await removeUsers(work, [wrong]);
    return subject ? [{ ...subject, changes: { ...subject.changes, replacedBy } }, ...others] : others;
  }
  if (wrong.status !== "DEACTIVATED") await setDeactivated(work, [wrong.id], `Replaced by ${email}.`);
  await endLocalSessions(work, [wrong]);
  await work.write("UPDATE User SET replacedById = ?, version = version + 1 WHERE id = ? AND siteId = ?", [
    userId,
    wrong.id,
    work.siteId,
  ]);
  return [{ type: "User", id: wrong.id, label: wrong.email, changes: { status: [wrong.status, "DEACTIVATED"], replacedBy } }];
}

/** Puts somebody new at the right address. Answers the groups joined. */
async function settle(work: Work, replacement: Replacement, userId: string): Promise<readonly Group[]> {
  const { wrong, groups } = replacement;
  const drawn = await drawUpNewcomers(work, [newcomerFor(replacement)], wrong.role);
  const title = wrong.joinedAt === null ? wrong.title : null;
  await settleNewcomers(
    work,
    drawn.map((user) => ({ ...user, id: userId, title })),
    groups,
  );
  return groups;
}

/** What the site was told of somebody who never joined was meant for the right person. What was made of the wrong address was not. */
function newcomerFor({ wrong, hasContent, email }: Replacement): ReadInvitee {
  const localPart = (address: string) => address.slice(0, address.lastIndexOf("@"));
  const wasTold = wrong.joinedAt === null;
  const choseUsername = !wrong.username.startsWith(localPart(wrong.email).replace(/\+.*$/, ""));
  return {
    email,
    username: wasTold && choseUsername && !hasContent ? wrong.username : null,
    fullName: wasTold && wrong.fullName !== localPart(wrong.email) ? wrong.fullName : localPart(email),
    path: ["input"],
  };
}

/** Adds who is there already to groups. Answers those that they were not in. */
async function addGroups(work: Work, right: User, groups: readonly Group[]): Promise<readonly Group[]> {
  if (groups.length === 0) return [];
  const held = await work.rows<{ groupId: string }>(
    `SELECT groupId FROM Membership WHERE userId = ? AND groupId IN (${marks(groups)})`,
    [right.id, ...groups.map(({ id }) => id)],
  );
  const missing = groups.filter(({ id }) => !held.some(({ groupId }) => groupId === id));
  await joinGroups(
    work,
    missing.map(({ id }) => ({ groupId: id, userId: right.id, byHand: true, bySync: false, direct: false })),
  );
  return missing;
}

/** Who is new gets an invitation; who is invited keeps theirs, renewed if it has expired; who has joined needs none. */
async function inviteRight(work: Work, { right, message }: Replacement, userId: string, send: boolean): Promise<void> {
  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  if (right) {
    const renewed = await renewInvitations(work, site, [right]);
    if (send) await postInvitations(work, site, renewed);
  } else await issueInvitations(work, site, await work.byIds(User, [userId]), { send, message });
}

function trailOfRight({ wrong, right, email }: Replacement, userId: string): TrailSubject {
  const changes: TrailSubject["changes"] = right ? {} : { status: [null, "INVITED"], role: [null, wrong.role] };
  return { type: "User", id: userId, label: email, changes };
}

function trailOfJoined({ id, name }: Group): TrailSubject {
  return { type: "Group", id, label: name };
}
