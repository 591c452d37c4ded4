import { type Group, Site, User } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { UserRole } from "../../model/scope.ts";
import { mayChooseGroups } from "../../policy/policy.ts";
import type { Permit, TrailSubject, Work } from "../../work/work.ts";
import { userTarget } from "../find-or-refuse.ts";
import { findResting } from "../invitations/find-resting.ts";
import { issueInvitations, postInvitations } from "../invitations/issue-invitations.ts";
import { type RenewedInvitation, renewInvitations } from "../invitations/renew-invitations.ts";
import { holdSite } from "../keep-counts.ts";
import { addNewcomers, findTakenUsernames } from "./add-newcomers.ts";
import { type Choice, chooseGroups } from "./choose-groups.ts";
import { type ReadInvitee, readInvitees } from "./read-invitees.ts";
import { warnOfNearMisses } from "./warn-of-near-misses.ts";

/** Whom to invite, and to what. */
export interface Invite extends Choice {
  invitees: readonly { email: string; username?: string | null; fullName?: string | null }[];
  role: UserRole;
  sendEmail: boolean;
  message?: string | null;
}

/** The users, one for each invitee in order, and the links' tokens of those invited now, by user: for the operator to print. */
export interface Invited {
  userIds: string[];
  tokens: Map<string, string>;
}

/** Users of the site by address. */
type Known = ReadonlyMap<string, User>;

/**
 * Adds people to the site and invites them (rules 2.1 to 2.6), all or nothing, every fault told at once. Someone invited keeps the
 * pending invitation, or has an expired one renewed; someone ACTIVE is returned with a warning; someone DEACTIVATED is refused.
 */
export async function inviteUsers(work: Work, invite: Invite): Promise<Invited> {
  await holdSite(work);
  const problems = new Problems();
  const invitees = readInvitees(invite, problems);
  const known = await usersByEmail(work, invitees);
  const permit = takePermit(work, invite, invitees, known);
  refuseUnlessMayChoose(work, invite);
  const newcomers = invitees.filter(({ email }) => !known.has(email));
  findDeactivated(invitees, known, problems);
  await findTakenUsernames(work, newcomers, problems);
  const groups = await chooseGroups(work, invite, problems);
  // Before anybody is added, or invitees would be said to be near each other.
  const typed = invitees.map(({ email, path }) => ({ email, at: [...path, "email"] }));
  await warnOfNearMisses(work, typed, known);
  const written = invite.sendEmail ? typed.filter(({ email }) => !known.has(email)) : [];
  await findResting(work, written, problems);
  problems.refuseIfAny();

  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  const added = await addNewcomers(work, newcomers, { role: invite.role, groups });
  const tokens = await issueInvitations(work, site, added, { send: invite.sendEmail, message: invite.message });
  const renewed = await renewInvitations(work, site, [...known.values()], invite.message);
  if (invite.sendEmail) await postInvitations(work, site, renewed);
  for (const { userId, token } of renewed) tokens.set(userId, token);

  const everyone = new Map([...known, ...added.map((user) => [user.email, user] as const)]);
  const userIds = invitees.flatMap(({ email }) => everyone.get(email)?.id ?? []);
  if (added.length === 0 && renewed.length === 0) return work.unchanged(permit, { userIds, tokens });
  await work.record(permit, [...added.map(trailOfAdded), ...renewed.map(trailOfRenewed), ...trailOfGroups(groups, added.length)]);
  return { userIds, tokens };
}

async function usersByEmail(work: Work, invitees: readonly ReadInvitee[]): Promise<Known> {
  const users = await work.byIds(
    User,
    invitees.map(({ email }) => email),
    "emailKey",
  );
  return new Map(users.map((user) => [user.email, user]));
}

/** Leave to bring in somebody of the role, and to do this to each who is known (rule 2.11). */
function takePermit(work: Work, { role }: Invite, invitees: readonly ReadInvitee[], known: Known): Permit {
  const there = invitees.flatMap(({ email, path }) => {
    const user = known.get(email);
    return user ? [{ target: userTarget(user), path: [...path, "email"] }] : [];
  });
  // Somebody new is refused for the role, unless nobody at all may be invited.
  const path = role === "MEMBER" ? [] : ["input", "role"];
  const all = [{ target: { noun: "user" as const, id: "", role, directoryId: null }, path }, ...there];
  return work.permit(
    "userInvite",
    all.map(({ target }) => target),
    (index) => all[index]?.path ?? [],
  );
}

/** Rule 9.4: choosing groups or applications for someone needs more than inviting them. */
function refuseUnlessMayChoose({ actor }: Work, { applicationIds, groupIds }: Invite): void {
  const chooses = (applicationIds?.length ?? 0) > 0 || groupIds.length > 0;
  if (!chooses || mayChooseGroups(actor)) return;
  throw new Refusal("FORBIDDEN", "Choosing groups or applications needs the scope GROUPS_WRITE or ACCESS_WRITE.", [
    "input",
    applicationIds?.length ? "applicationIds" : "groupIds",
  ]);
}

function findDeactivated(invitees: readonly ReadInvitee[], known: Known, problems: Problems): void {
  for (const { email, path } of invitees)
    if (known.get(email)?.status === "DEACTIVATED")
      problems.add("WRONG_STATE", `${email} is a deactivated user of this site. Activate them instead.`, [...path, "email"]);
}

function trailOfAdded({ id, email, role }: User): TrailSubject {
  return { type: "User", id, label: email, changes: { status: [null, "INVITED"], role: [null, role] } };
}

function trailOfRenewed({ userId, email, before, expiresAt }: RenewedInvitation): TrailSubject {
  return { type: "User", id: userId, label: email, changes: { invitationExpiresAt: [before, expiresAt] } };
}

function trailOfGroups(groups: readonly Group[], joined: number): TrailSubject[] {
  if (joined === 0) return [];
  return groups.map(({ id, name, memberCount }) => ({
    type: "Group",
    id,
    label: name,
    changes: { members: [memberCount, memberCount + joined] },
  }));
}
