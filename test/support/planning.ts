import { type DirectorySettings, initialSettings } from "../../src/model/directory-settings.ts";
import { nameKey } from "../../src/model/name-key.ts";
import type { SyncChangeBody } from "../../src/model/sync-change.ts";
import type { Held, HeldGroup, HeldUser } from "../../src/queries/held.ts";
import { holdMembers } from "../../src/queries/held-members.ts";
import { fingerprintOf } from "../../sync/fingerprint.ts";
import { flattenMembers } from "../../sync/flatten.ts";
import { atOnce } from "../../sync/in-pieces.ts";
import { type Plan, type PlannedStep, planSync } from "../../sync/plan.ts";
import type { ScriptedDirectory } from "./scripted-directory.ts";

const directoryId = "d".repeat(20);

/** A site without anybody. */
export function nothingHeld(): Held {
  return {
    users: new Map(),
    groups: new Map(),
    usersByEmail: new Map(),
    groupsByName: new Map(),
    members: holdMembers(),
    nestings: new Map(),
    usersById: new Map(),
    leftAlone: new Set(),
  };
}

/** Somebody here: the directory's own with an external id, added by hand without. */
export function holdUser(held: Held, externalId: string | null, email: string, more: Partial<HeldUser> = {}): HeldUser {
  const fullName = email.slice(0, email.indexOf("@"));
  const user: HeldUser = {
    id: `here-${email}`,
    directoryId: externalId ? directoryId : null,
    externalId,
    email,
    fullName,
    title: null,
    role: "MEMBER",
    status: "ACTIVE",
    suspended: false,
    fingerprint: fingerprintOf([email, fullName, null]),
    deactivatedByDirectory: false,
    leftAt: null,
    hasContent: false,
    ...more,
  };
  held.usersById.set(user.id, user);
  held.usersByEmail.set(email, user);
  if (externalId && user.directoryId === directoryId) held.users.set(externalId, user);
  return user;
}

/** A group here, with members whom the directory brought. */
export function holdGroup(held: Held, externalId: string | null, name: string, members: HeldUser[] = []): HeldGroup {
  const email = externalId ? `${externalId}@acme.example` : null;
  const group: HeldGroup = {
    id: `here-${name}`,
    directoryId: externalId ? directoryId : null,
    externalId,
    name,
    nameKey: nameKey(name),
    description: null,
    email,
    fingerprint: fingerprintOf([name, null, email]),
    outOfScopeSince: null,
    memberCount: members.length,
  };
  held.groupsByName.set(group.nameKey, group);
  if (externalId) held.groups.set(externalId, group);
  for (const user of members) held.members.add(group.id, user.id, true);
  return group;
}

/** A plan with all of its steps. */
export interface MadePlan extends Plan {
  steps: PlannedStep[];
}

/** What the plan makes of it. */
export function plan(
  script: ScriptedDirectory,
  held: Held,
  settings: Partial<DirectorySettings> = {},
  approved = false,
  now = new Date().toISOString(),
): MadePlan {
  const all = { ...initialSettings, ...settings };
  const snapshot = script.snapshot(all.scope === "GROUPS" ? all : null);
  const flat = flattenMembers(snapshot);
  const made = atOnce(planSync({ directoryId, settings: all, snapshot, flat, held, now, approved }));
  return { ...made, steps: [...made.steps] };
}

/** `STATUS ACTION label[ in group]`, in the order of the plan. */
export function told({ steps }: MadePlan): string[] {
  const line = (body: SyncChangeBody) => `${body.action} ${body.subjectLabel}${body.groupLabel ? ` in ${body.groupLabel}` : ""}`;
  return steps.flatMap(({ status, changes }) => changes.map((body) => `${status} ${line(body)}`));
}

/** Every change, in order. */
export function bodiesOf({ steps }: MadePlan): SyncChangeBody[] {
  return steps.flatMap(({ changes }) => changes);
}
