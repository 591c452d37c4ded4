import { isDuplicate } from "../../database/dialect.ts";
import { Application, Group, Membership, Site, User } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { nameKey } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { UserRole } from "../../model/scope.ts";
import { marks } from "../../queries/reader.ts";
import type { Work } from "../../work/work.ts";
import { findAllOrRefuse, userTarget } from "../find-or-refuse.ts";
import { issueInvitations, postInvitations } from "../invitations/issue-invitations.ts";
import { renewInvitations } from "../invitations/renew-invitations.ts";
import { holdSite, keepCounts } from "../keep-counts.ts";
import { freeUsernames } from "./free-usernames.ts";
import { indexNames } from "./index-names.ts";
import { type ReadInvitee, readInvitees } from "./read-invitees.ts";
import { warnOfNearMisses } from "./warn-of-near-misses.ts";

/** Whom to invite, and to what. */
export interface Invite {
  invitees: readonly { email: string; username?: string | null; fullName?: string | null }[];
  role: UserRole;
  /** Public ids. Left out: the applications that new users get. Empty: none. */
  applicationIds?: readonly string[] | null;
  groupIds: readonly string[];
  sendEmail: boolean;
  message?: string | null;
}

/** The users, one for each invitee in order, and the links' tokens of those invited now, by user: for the operator to print. */
export interface Invited {
  userIds: string[];
  tokens: Map<string, string>;
}

/**
 * Adds people to the site and invites them (rules 2.1 to 2.6), all or nothing, every fault told at once. Someone invited keeps the
 * pending invitation, or has an expired one renewed; someone ACTIVE is returned with a warning; someone DEACTIVATED is refused.
 */
export async function inviteUsers(work: Work, invite: Invite): Promise<Invited> {
  await holdSite(work);
  const problems = new Problems();
  const invitees = readInvitees(invite, problems);
  const known = await usersByEmail(work, invitees);
  const permit = work.permit("userInvite", [
    { noun: "site", id: work.siteId },
    { noun: "user", id: "", role: invite.role, directoryId: null },
    ...[...known.values()].map(userTarget),
  ]);
  refuseUnlessMayChoose(work, invite);
  for (const { email, path } of invitees)
    if (known.get(email)?.status === "DEACTIVATED")
      problems.add("WRONG_STATE", `${email} is a deactivated user of this site. Activate them instead.`, [...path, "email"]);
  const groupIds = await chosenGroups(work, invite);
  problems.refuseIfAny();

  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  const newcomers = await addNewcomers(
    work,
    invitees.filter(({ email }) => !known.has(email)),
    invite.role,
    groupIds,
  );
  const tokens = await issueInvitations(work, site, newcomers, { send: invite.sendEmail, message: invite.message });
  const renewed = await renewInvitations(work, [...known.values()]);
  if (invite.sendEmail) await postInvitations(work, site, renewed);
  await warnOfNearMisses(work, invitees, known);

  const everyone = new Map([...known, ...newcomers.map((user) => [user.email, user] as const)]);
  const userIds = invitees.flatMap(({ email }) => everyone.get(email)?.id ?? []);
  if (newcomers.length === 0 && renewed.length === 0) return work.unchanged(permit, { userIds, tokens });
  await work.record(permit, [
    ...newcomers.map(({ id, email }) => ({
      type: "User" as const,
      id,
      label: email,
      changes: { status: [null, "INVITED"], role: [null, invite.role] } as const,
    })),
    ...renewed.map(({ userId, email, before, expiresAt }) => ({
      type: "User" as const,
      id: userId,
      label: email,
      changes: { invitationExpiresAt: [before, expiresAt] } as const,
    })),
  ]);
  return { userIds, tokens };
}

/** Rule 9.4: choosing groups or applications for someone needs more than inviting them. */
function refuseUnlessMayChoose({ actor }: Work, { applicationIds, groupIds }: Invite): void {
  const chooses = (applicationIds?.length ?? 0) > 0 || groupIds.length > 0;
  if (!chooses || actor.kind === "operator" || actor.scopes.has("GROUPS_WRITE") || actor.scopes.has("ACCESS_WRITE")) return;
  throw new Refusal("FORBIDDEN", "Choosing groups or applications needs the scope GROUPS_WRITE or ACCESS_WRITE.", [
    "input",
    applicationIds?.length ? "applicationIds" : "groupIds",
  ]);
}

async function usersByEmail(work: Work, invitees: readonly ReadInvitee[]): Promise<Map<string, User>> {
  const users = await work.byIds(
    User,
    invitees.map(({ email }) => email),
    "emailKey",
  );
  return new Map(users.map((user) => [user.email, user]));
}

/** The groups that newcomers join: those chosen, and the default groups of the applications chosen (rule 2.4). Compact ids. */
async function chosenGroups(work: Work, { applicationIds, groupIds }: Invite): Promise<string[]> {
  const groups = await findAllOrRefuse(work, Group, "Group", groupIds, ["input", "groupIds"]);
  const synced = groups.findIndex((group) => group.directoryId !== null);
  if (synced >= 0)
    throw new Refusal("MANAGED_BY_DIRECTORY", `The group ${groups[synced]?.name} takes its members from a directory alone.`, [
      "input",
      "groupIds",
      String(synced),
    ]);
  const applications = applicationIds
    ? await findAllOrRefuse(work, Application, "Application", applicationIds, ["input", "applicationIds"])
    : null;
  if (applications?.length === 0) return groups.map((group) => group.id);
  const defaults = await work.rows<{ groupId: string }>(
    applications
      ? `SELECT groupId FROM \`Grant\` WHERE siteId = ? AND isDefault = 1 AND applicationId IN (${marks(applications)})`
      : "SELECT g.groupId FROM `Grant` g JOIN Application a ON a.id = g.applicationId WHERE g.siteId = ? AND g.isDefault = 1 AND a.grantedToNewUsers = 1",
    [work.siteId, ...(applications ?? []).map((application) => application.id)],
  );
  return [...new Set([...groups.map((group) => group.id), ...defaults.map((grant) => grant.groupId)])];
}

async function addNewcomers(
  work: Work,
  newcomers: readonly ReadInvitee[],
  role: UserRole,
  groupIds: readonly string[],
): Promise<User[]> {
  if (newcomers.length === 0) return [];
  const usernames = await freeUsernames(
    work,
    newcomers.map(({ email }) => email),
  );
  const users = newcomers.map(({ email, username, fullName }, index): User => {
    const name = username ?? usernames[index] ?? email;
    return {
      id: newId(),
      siteId: work.siteId,
      accountId: null,
      email,
      emailKey: email,
      username: name,
      usernameKey: nameKey(name),
      fullName,
      nameKey: nameKey(fullName),
      title: null,
      role,
      status: "INVITED",
      directoryId: null,
      externalId: null,
      externalKey: null,
      fingerprint: null,
      directorySuspended: false,
      createdAt: work.now,
      joinedAt: null,
      lastActiveAt: "",
      deactivatedAt: null,
      deactivatedByKind: null,
      deactivatedById: null,
      deactivationNote: null,
      replacedById: null,
      version: 1,
    };
  });
  const userIds = users.map((user) => user.id);
  await keepCounts(work, { userIds }, async () => {
    try {
      await work.insert(User, users);
    } catch (error) {
      if (isDuplicate(error)) await refuseTakenUsernames(work, newcomers, users);
      throw error;
    }
    await work.insert(
      Membership,
      groupIds.flatMap((groupId) => userIds.map((userId) => ({ groupId, userId, byHand: true, bySync: false, direct: false }))),
    );
    if (groupIds.length > 0)
      await work.write(`UPDATE \`Group\` SET memberCount = memberCount + ? WHERE id IN (${marks(groupIds)})`, [
        users.length,
        ...groupIds,
      ]);
  });
  await indexNames(work, users, { fresh: true });
  return users;
}

async function refuseTakenUsernames(work: Work, newcomers: readonly ReadInvitee[], users: readonly User[]): Promise<void> {
  const taken = new Set(
    (
      await work.byIds(
        User,
        users.map((user) => user.usernameKey),
        "usernameKey",
      )
    ).map((user) => user.usernameKey),
  );
  const problems = new Problems();
  for (const [index, user] of users.entries())
    if (taken.has(user.usernameKey))
      problems.add("TAKEN", `The username ${user.username} is taken.`, [...(newcomers[index]?.path ?? []), "username"]);
  problems.refuseIfAny();
}
