import { createApplication, type NewApplication } from "../../src/actions/applications/create-application.ts";
import { createGroups, type NewGroup } from "../../src/actions/groups/create-groups.ts";
import { inviteUsers } from "../../src/actions/users/invite-users.ts";
import type { Actor } from "../../src/model/actor.ts";
import { newId, publicId } from "../../src/model/id.ts";
import { Refusal } from "../../src/model/refusal.ts";
import type { Scope } from "../../src/model/scope.ts";
import type { Report, Work } from "../../src/work/work.ts";
import { buildHouse, type House } from "./house.ts";

/** An audit event as a test asks for it. */
export interface Told {
  action: string;
  actor: string;
  count: number;
  /** `label` and what changed in it: `Team: name - > Team`. */
  subjects: string[];
  /** Compact ids of what the event is found by. */
  findable: string[];
}

/** A house with short words for groups, applications and who is in them. Ids are public. */
export interface AccessHouse extends House {
  /** A directory that owns what it brings. */
  hand: Actor;
  /** Has the scopes of a manager. */
  manager: Actor;
  /** Has no scope at all. */
  member: Actor;
  act<T>(change: (work: Work) => Promise<T>, actor?: Actor, options?: { rehearsal?: boolean }): Promise<T>;
  /** Makes a change and answers what it means for others. */
  reportOf(change: (work: Work) => Promise<unknown>): Promise<Report>;
  /** Invites that many people, who hold seats from then on. */
  people(count: number): Promise<string[]>;
  group(name: string, more?: Partial<NewGroup>): Promise<string>;
  syncedGroup(name: string): Promise<string>;
  /** An application and its default group. */
  application(key: string, more?: Partial<NewApplication>): Promise<{ id: string; groupId: string }>;
  /** Emails of a group's members, sorted, with how they are in it: `h` by hand, `s` by sync, `d` direct. */
  membersOf(groupId: string): Promise<string[]>;
  /** How many audit events there are, and the last. */
  trail(): Promise<{ size: number; last: Told }>;
}

export async function buildAccessHouse(): Promise<AccessHouse> {
  const house = await buildHouse();
  const directoryId = newId();
  const hand: Actor = {
    kind: "directory",
    directoryId,
    approved: false,
    label: "Workspace",
    scopes: new Set(),
    ipAddress: null,
  };
  let invited = 0;
  const act: AccessHouse["act"] = (change, actor = house.admin, options = {}) =>
    house.door.act({ siteId: house.siteId, actor }, change, options);
  const group: AccessHouse["group"] = async (name, more = {}) => {
    const [id = ""] = await act((work) => createGroups(work, [{ name, ...more }]));
    return publicId("Group", id);
  };
  return {
    ...house,
    hand,
    manager: await house.join("manager@acme.example", "MANAGER"),
    member: await house.join("member@acme.example"),
    act,
    reportOf: (change) =>
      act(async (work) => {
        await change(work);
        return work.report;
      }),
    async people(count) {
      const invitees = Array.from({ length: count }, () => ({ email: `p${String(++invited).padStart(4, "0")}@acme.example` }));
      const { userIds } = await act((work) =>
        inviteUsers(work, { invitees, role: "MEMBER", applicationIds: [], groupIds: [], sendEmail: false }),
      );
      return userIds.map((id) => publicId("User", id));
    },
    group,
    async syncedGroup(name) {
      const [id = ""] = await act(
        (work) => createGroups(work, [{ name, directoryId, externalId: name, email: `${name}@acme.example`, fingerprint: "f" }]),
        hand,
      );
      return publicId("Group", id);
    },
    async application(key, more = {}) {
      const id = await act((work) => createApplication(work, { key, name: key, grantedToNewUsers: false, ...more }));
      const [grant] = await house.rows<{ groupId: string }>("SELECT groupId FROM `Grant` WHERE applicationId = ?", [id]);
      return { id: publicId("Application", id), groupId: publicId("Group", grant?.groupId ?? "") };
    },
    async membersOf(groupId) {
      const rows = await house.rows<{ email: string; byHand: number; bySync: number; direct: number }>(
        "SELECT u.email, m.byHand, m.bySync, m.direct FROM Membership m JOIN User u ON u.id = m.userId WHERE m.groupId = ? ORDER BY u.email",
        [groupId.slice(4)],
      );
      return rows.map((row) => `${row.email} ${row.byHand ? "h" : ""}${row.bySync ? "s" : ""}${row.direct ? "d" : ""}`);
    },
    trail: () => readTrail(house),
  };
}

async function readTrail({ rows, siteId }: House): Promise<{ size: number; last: Told }> {
  const events = await rows<{ id: string; action: string; actorLabel: string; subjectCount: number; body: string }>(
    "SELECT id, action, actorLabel, subjectCount, body FROM AuditEvent WHERE siteId = ? ORDER BY id",
    [siteId],
  );
  const last = events[events.length - 1];
  if (!last) throw new Error("There is no event");
  const subjects: { label: string; changes: { field: string; from: string | null; to: string | null }[] }[] = JSON.parse(
    last.body,
  );
  const found = await rows<{ subjectId: string }>("SELECT subjectId FROM AuditSubject WHERE eventId = ? ORDER BY subjectId", [
    last.id,
  ]);
  const told: Told = {
    action: last.action,
    actor: last.actorLabel,
    count: last.subjectCount,
    subjects: subjects.map(
      ({ label, changes }) => label + changes.map(({ field, from, to }) => `: ${field} ${from ?? "-"} > ${to ?? "-"}`).join(""),
    ),
    findable: found.map(({ subjectId }) => subjectId),
  };
  return { size: events.length, last: told };
}

/** What a refused change was refused for: `CODE path.of.input`, sorted. Fails when it was made. */
export async function refusalOf(change: Promise<unknown>): Promise<string[]> {
  const error = await change.then(
    () => new Error("It was not refused"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Refusal)) throw error;
  return error.problems.map(({ code, path }) => `${code} ${path.join(".")}`.trim()).sort();
}

/** A token of the house with just these scopes. */
export function holderOf(...scopes: Scope[]): Actor & { kind: "token" } {
  return {
    kind: "token",
    tokenId: newId(),
    userId: null,
    role: null,
    applicationId: null,
    label: "script",
    scopes: new Set(scopes),
    ipAddress: null,
  };
}

/** Every counter of a site that is not what counting its rows anew says, or is past its limit. Empty when all is well. */
export async function driftOf({ rows }: Pick<House, "rows">, siteId: string): Promise<string[]> {
  const drift: string[] = [];
  const applications = await rows<{ key: string; seatsUsed: number; seatLimit: number | null; n: number; defaults: number }>(
    `SELECT a.\`key\`, a.seatsUsed, a.seatLimit,
       (SELECT COUNT(DISTINCT m.userId) FROM \`Grant\` g JOIN Membership m ON m.groupId = g.groupId JOIN User u ON u.id = m.userId
        WHERE g.applicationId = a.id AND u.status <> 'DEACTIVATED') AS n,
       (SELECT COUNT(*) FROM \`Grant\` g WHERE g.applicationId = a.id AND g.isDefault = 1) AS defaults
     FROM Application a WHERE a.siteId = ?`,
    [siteId],
  );
  for (const { key, seatsUsed, seatLimit, n, defaults } of applications) {
    if (seatsUsed !== n) drift.push(`${key} says ${seatsUsed} seats and has ${n}`);
    if (seatLimit !== null && n > seatLimit) drift.push(`${key} has ${n} seats taken of ${seatLimit}`);
    if (defaults < 1) drift.push(`${key} has no default`);
  }
  const groups = await rows<{ name: string; memberCount: number; n: number }>(
    "SELECT o.name, o.memberCount, (SELECT COUNT(*) FROM Membership m WHERE m.groupId = o.id) AS n FROM `Group` o WHERE o.siteId = ?",
    [siteId],
  );
  for (const { name, memberCount, n } of groups)
    if (memberCount !== n) drift.push(`${name} says ${memberCount} members and has ${n}`);
  const [site] = await rows<Record<string, number>>(
    `SELECT s.invitedCount, s.activeCount, s.deactivatedCount,
       (SELECT COUNT(*) FROM User u WHERE u.siteId = s.id AND u.status = 'INVITED') AS invited,
       (SELECT COUNT(*) FROM User u WHERE u.siteId = s.id AND u.status = 'ACTIVE') AS active,
       (SELECT COUNT(*) FROM User u WHERE u.siteId = s.id AND u.status = 'DEACTIVATED') AS deactivated
     FROM Site s WHERE s.id = ?`,
    [siteId],
  );
  for (const state of ["invited", "active", "deactivated"])
    if (site?.[`${state}Count`] !== site?.[state])
      drift.push(`The site says ${site?.[`${state}Count`]} ${state} and has ${site?.[state]}`);
  return drift;
}
