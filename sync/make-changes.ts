import { addMembersOfGroups } from "../src/actions/groups/add-members.ts";
import { createGroups, type NewGroup } from "../src/actions/groups/create-groups.ts";
import { deleteGroups } from "../src/actions/groups/delete-groups.ts";
import { removeMembers } from "../src/actions/groups/remove-members.ts";
import { setNestings } from "../src/actions/groups/set-nestings.ts";
import { type GroupUpdate, updateGroups } from "../src/actions/groups/update-groups.ts";
import { activateUsers } from "../src/actions/users/activate-users.ts";
import { type Adoption, adoptUsers } from "../src/actions/users/adopt-users.ts";
import { deactivateUsers } from "../src/actions/users/deactivate-users.ts";
import { deleteUsers } from "../src/actions/users/delete-users.ts";
import { externalKeyOf, type Newcomer, provisionUsers } from "../src/actions/users/provision-users.ts";
import { retireAddresses } from "../src/actions/users/retire-addresses.ts";
import { type SyncedUpdate, updateSyncedUsers } from "../src/actions/users/update-synced-users.ts";
import type { DirectorySettings } from "../src/model/directory-settings.ts";
import { Group, User } from "../src/model/entities.ts";
import { publicId } from "../src/model/id.ts";
import type { SyncChangeBody } from "../src/model/sync-change.ts";
import type { Work } from "../src/work/work.ts";

/** A change with the compact ids of all that it concerns, whether they were known when it was planned or not. */
export interface Change {
  body: SyncChangeBody;
  /** Where it stands in its step. */
  position: number;
  subjectId: string;
  groupId: string;
  nestedIds: string[];
}

/** For which directory changes are made. */
export interface Destination {
  directoryId: string;
  settings: DirectorySettings;
}

/** Makes changes of one action through the same actions that people use (S16), in the work's one transaction. */
export async function makeChanges(work: Work, { directoryId, settings }: Destination, changes: readonly Change[]): Promise<void> {
  const users = changes.map(({ subjectId }) => publicId("User", subjectId));
  const [first] = changes;
  if (!first) return;
  switch (first.body.action) {
    case "USER_CREATE":
      await provisionUsers(work, {
        directoryId,
        people: changes.map(newcomerIn),
        applicationIds: settings.applicationIds,
        sendWelcome: settings.sendWelcome,
      });
      return;
    case "USER_ADOPT":
      await adoptUsers(work, {
        directoryId,
        people: changes.map(adoptionIn),
      });
      return;
    case "USER_UPDATE":
      await updateSyncedUsers(work, changes.map(updateIn));
      if (first.body.retires) await retireAddresses(work, { ids: users });
      return;
    case "USER_ACTIVATE":
      await updateSyncedUsers(work, changes.map(updateIn));
      await activateUsers(work, { ids: users });
      return;
    case "USER_DEACTIVATE":
      await updateSyncedUsers(work, changes.map(updateIn));
      await deactivateUsers(work, { ids: users });
      if (first.body.retires) await retireAddresses(work, { ids: users });
      return;
    case "USER_DELETE":
      await removeUsers(work, changes);
      return;
    case "GROUP_CREATE":
      await bringGroups(work, directoryId, changes);
      return;
    case "GROUP_UPDATE":
      if (first.body.nested)
        await setNestings(
          work,
          changes.map(({ subjectId, nestedIds }) => ({ groupId: subjectId, childIds: nestedIds })),
        );
      else await updateGroups(work, changes.map(groupUpdateIn));
      return;
    case "GROUP_DELETE":
      await removeGroups(work, changes);
      return;
    case "MEMBER_ADD":
      await addMembersOfGroups(
        work,
        [...byGroup(changes)].map(([groupId, members]) => ({
          groupId,
          members: members.map(({ body, subjectId }) => ({ userId: publicId("User", subjectId), direct: body.direct ?? false })),
        })),
      );
      return;
    case "MEMBER_REMOVE":
      for (const [groupId, members] of byGroup(changes))
        await removeMembers(work, { groupId, userIds: members.map(({ subjectId }) => publicId("User", subjectId)) });
      return;
    default:
      throw new Error(`No plan has a step of ${first.body.action}`);
  }
}

/** The new value of a field; undefined when it does not change. */
function valueIn({ changes }: SyncChangeBody, field: string): string | null | undefined {
  return changes.find((change) => change.field === field)?.to;
}

function newcomerIn({ body }: Change): Newcomer {
  return {
    externalId: body.externalId ?? "",
    email: valueIn(body, "email") ?? body.subjectLabel,
    fullName: valueIn(body, "fullName") ?? body.subjectLabel,
    title: valueIn(body, "title") ?? null,
    fingerprint: body.fingerprint ?? "",
  };
}

function adoptionIn({ body, subjectId }: Change): Adoption {
  return {
    id: publicId("User", subjectId),
    externalId: body.externalId ?? "",
    email: body.subjectLabel,
    fullName: valueIn(body, "fullName") ?? undefined,
    fingerprint: body.fingerprint ?? "",
  };
}

function updateIn({ body, subjectId }: Change): SyncedUpdate {
  const update: SyncedUpdate = { id: publicId("User", subjectId) };
  const email = body.retires ? undefined : valueIn(body, "email");
  const fullName = valueIn(body, "fullName");
  const title = valueIn(body, "title");
  const suspended = valueIn(body, "suspended");
  const listed = valueIn(body, "listed");
  if (email) update.email = email;
  if (fullName) update.fullName = fullName;
  if (title !== undefined) update.title = title;
  if (suspended !== undefined) update.suspended = suspended === "true";
  if (listed !== undefined) update.listed = listed === "true";
  if (body.fingerprint) update.fingerprint = body.fingerprint;
  return update;
}

/** Who was brought before, by a process that was killed in the middle of a step, is passed over. */
async function bringGroups(work: Work, directoryId: string, changes: readonly Change[]): Promise<void> {
  const keys = changes.map(({ body }) => externalKeyOf(directoryId, body.externalId ?? ""));
  const here = new Set((await work.byIds(Group, keys, "externalKey")).map((group) => group.externalId));
  const fresh = changes.filter(({ body }) => !here.has(body.externalId));
  if (fresh.length === 0) return work.unchanged(work.permit("groupCreate", { noun: "site", id: work.siteId }), undefined);
  await createGroups(
    work,
    fresh.map(({ body }) => newGroupIn(body, directoryId)),
  );
}

/** Who is gone already, by whoever's hand, is passed over. */
async function removeUsers(work: Work, changes: readonly Change[]): Promise<void> {
  const left = await work.byIds(
    User,
    changes.map(({ subjectId }) => subjectId),
  );
  if (left.length === 0) return work.unchanged(work.permit("userDelete", []), undefined);
  await deleteUsers(work, { ids: left.map(({ id }) => publicId("User", id)) });
}

/** Whatever is gone already, by whoever's hand, is passed over. */
async function removeGroups(work: Work, changes: readonly Change[]): Promise<void> {
  const left = await work.byIds(
    Group,
    changes.map(({ subjectId }) => subjectId),
  );
  if (left.length === 0) return work.unchanged(work.permit("groupDelete", []), undefined);
  await deleteGroups(work, { ids: left.map(({ id }) => publicId("Group", id)) });
}

function newGroupIn(body: SyncChangeBody, directoryId: string): NewGroup {
  return {
    name: valueIn(body, "name") ?? body.subjectLabel,
    description: valueIn(body, "description") ?? null,
    directoryId,
    externalId: body.externalId,
    email: valueIn(body, "email") ?? null,
    fingerprint: body.fingerprint ?? null,
  };
}

function groupUpdateIn({ body, subjectId }: Change): GroupUpdate {
  const update: GroupUpdate = { id: publicId("Group", subjectId) };
  const name = valueIn(body, "name");
  const description = valueIn(body, "description");
  const email = valueIn(body, "email");
  if (name) update.name = name;
  if (description !== undefined) update.description = description;
  const outOfScopeSince = valueIn(body, "outOfScopeSince");
  if (email !== undefined) update.email = email;
  if (outOfScopeSince !== undefined) update.outOfScopeSince = outOfScopeSince;
  if (body.fingerprint) update.fingerprint = body.fingerprint;
  return update;
}

/** By public id, in the order of the step. */
function byGroup(changes: readonly Change[]): Map<string, Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const groupId = publicId("Group", change.groupId);
    const members = groups.get(groupId);
    if (members) members.push(change);
    else groups.set(groupId, [change]);
  }
  return groups;
}
