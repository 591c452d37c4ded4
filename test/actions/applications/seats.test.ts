import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApplication } from "../../../src/actions/applications/create-application.ts";
import { deleteGrant } from "../../../src/actions/applications/delete-grant.ts";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { takeAccess } from "../../../src/actions/applications/take-access.ts";
import { updateApplication } from "../../../src/actions/applications/update-application.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import { createGroups } from "../../../src/actions/groups/create-groups.ts";
import { deleteGroups } from "../../../src/actions/groups/delete-groups.ts";
import { removeMembers } from "../../../src/actions/groups/remove-members.ts";
import { revokeInvitations } from "../../../src/actions/invitations/revoke-invitations.ts";
import { createSite } from "../../../src/actions/sites/create-site.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import { adoptUsers } from "../../../src/actions/users/adopt-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { inviteUsers } from "../../../src/actions/users/invite-users.ts";
import { provisionUsers } from "../../../src/actions/users/provision-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { Refusal } from "../../../src/model/refusal.ts";
import type { Work } from "../../../src/work/work.ts";
import { type AccessHouse, buildAccessHouse, driftOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterAll(() => house.close());

/** A small site of the run's own. Public ids; groups 0 and 1 are the applications' defaults, the last one is a directory's. */
interface Town {
  siteId: string;
  directoryId: string;
  hand: Actor;
  applications: string[];
  groups: string[];
  users: string[];
}

let built = 0;

async function buildTown(): Promise<Town> {
  const siteId = newId();
  const directoryId = newId();
  const hand: Actor = { kind: "directory", directoryId, approved: true, label: "Workspace", scopes: new Set(), ipAddress: null };
  const act = <T>(change: (work: Work) => Promise<T>, actor = house.operator) => house.door.act({ siteId, actor }, change);
  await act((work) => createSite(work, { key: `town${++built}`, name: "Town", adminEmail: "mayor@town.example" }));
  const applications: string[] = [];
  for (const [key, seatLimit] of [
    ["wiki", 4],
    ["crm", 3],
  ] as const)
    applications.push(await act((work) => createApplication(work, { key, name: key, grantedToNewUsers: false, seatLimit })));
  const defaults = await house.rows<{ groupId: string }>("SELECT groupId FROM `Grant` WHERE siteId = ?", [siteId]);
  const groups = await act((work) => createGroups(work, [{ name: "one" }, { name: "two" }]));
  const synced = await act((work) => createGroups(work, [{ name: "synced", directoryId, externalId: "g" }]), hand);
  const invitees = Array.from({ length: 6 }, (_, n) => ({ email: `u${n}@town.example` }));
  const { userIds } = await act((work) =>
    inviteUsers(work, { invitees, role: "MEMBER", applicationIds: [], groupIds: [], sendEmail: false }),
  );
  return {
    siteId,
    directoryId,
    hand,
    applications: applications.map((id) => publicId("Application", id)),
    groups: [...defaults.map(({ groupId }) => groupId), ...groups, ...synced].map((id) => publicId("Group", id)),
    users: userIds.map((id) => publicId("User", id)),
  };
}

/** Something that somebody does, with numbers for what it is done to. */
interface Deed {
  verb: keyof typeof verbs;
  application: number;
  group: number;
  users: number[];
  limit: number | null;
  flag: boolean;
}

const verbs = {
  add: (work: Work, { group, users }: Chosen) => addMembers(work, { groupId: group, userIds: users }),
  remove: (work: Work, { group, users }: Chosen) => removeMembers(work, { groupId: group, userIds: users }),
  bring: (work: Work, { group, users, flag }: Chosen) =>
    addMembers(work, { groupId: group, members: users.map((userId) => ({ userId, direct: flag })) }),
  withdraw: (work: Work, { group, users }: Chosen) => removeMembers(work, { groupId: group, userIds: users }),
  give: (work: Work, { application, users }: Chosen) => giveAccess(work, { applicationId: application, userIds: users }),
  take: (work: Work, { application, users }: Chosen) => takeAccess(work, { applicationId: application, userIds: users }),
  grant: (work: Work, { application, group, flag }: Chosen) =>
    setGrant(work, { applicationId: application, groupId: group, role: "USER", default: flag }),
  async ungrant(work: Work, { application, group }: Chosen) {
    const [grant] = await work.rows<{ id: string }>("SELECT id FROM `Grant` WHERE applicationId = ? AND groupId = ?", [
      application.slice(4),
      group.slice(4),
    ]);
    return deleteGrant(work, { id: publicId("Grant", grant?.id ?? newId()) });
  },
  limit: (work: Work, { application, limit }: Chosen) => updateApplication(work, { id: application, seatLimit: limit }),
  deactivate: (work: Work, { users }: Chosen) => deactivateUsers(work, { ids: users }),
  activate: (work: Work, { users }: Chosen) => activateUsers(work, { ids: users }),
  drop: (work: Work, { group }: Chosen) => deleteGroups(work, { ids: [group] }),
  invite: (work: Work, { application, group, people, flag }: Chosen) =>
    inviteUsers(work, {
      invitees: people.map((n) => ({ email: `u${n}@guests.example` })),
      role: "MEMBER",
      applicationIds: flag ? [application] : [],
      groupIds: [group],
      sendEmail: false,
    }),
  async revoke(work: Work, { users }: Chosen) {
    const ids = users.map((id) => id.slice(4));
    const sql = `SELECT id FROM Invitation WHERE userId IN (${ids.map(() => "?").join(", ")})`;
    const invitations = await work.rows<{ id: string }>(sql, ids);
    return revokeInvitations(work, { ids: invitations.map(({ id }) => publicId("Invitation", id)) });
  },
  provision: (work: Work, { application, people, directoryId }: Chosen) =>
    provisionUsers(work, {
      directoryId,
      people: people.map((n) => ({ ...personOf(`new ${n}`, `u${n}@brought.example`), fullName: `Person ${n}`, title: null })),
      applicationIds: [application.slice(4)],
      sendWelcome: false,
    }),
  adopt: (work: Work, { users, people, directoryId }: Chosen) =>
    adoptUsers(work, {
      directoryId,
      people: users.map((id, at) => ({ id, ...personOf(`old ${people[at]}`, `u${people[at]}@town.example`) })),
    }),
};

function personOf(externalId: string, email: string) {
  return { externalId, email, fingerprint: "f" };
}

/** What a directory does, by its own hand. */
const byDirectory: ReadonlySet<keyof typeof verbs> = new Set(["bring", "withdraw", "provision", "adopt"]);

interface Chosen {
  application: string;
  group: string;
  users: string[];
  /** The same as numbers. */
  people: number[];
  directoryId: string;
  limit: number | null;
  flag: boolean;
}

/** Does it, or is refused. Anything else that is thrown fails the test. */
async function attempt(town: Town, { verb, application, group, users, limit, flag }: Deed): Promise<void> {
  const chosen: Chosen = {
    application: town.applications[application] ?? "",
    group: town.groups[group] ?? "",
    users: users.map((n) => town.users[n] ?? ""),
    people: users,
    directoryId: town.directoryId,
    limit,
    flag,
  };
  const actor = byDirectory.has(verb) ? town.hand : house.operator;
  try {
    await house.door.act({ siteId: town.siteId, actor }, async (work) => {
      await verbs[verb](work, chosen);
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/** Groups are deleted seldom: a town without groups shows nothing. */
const verb = fc.oneof(
  { weight: 1, arbitrary: fc.constant("drop" as const) },
  { weight: 40, arbitrary: fc.constantFrom(...(Object.keys(verbs) as (keyof typeof verbs)[]).filter((name) => name !== "drop")) }, // as: the keys of verbs
);
const deed: fc.Arbitrary<Deed> = verb.chain((name) =>
  fc.record({
    verb: fc.constant(name),
    application: fc.nat(1),
    group: name === "bring" || name === "withdraw" ? fc.constant(4) : fc.nat(4),
    users: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 4 }),
    limit: fc.option(fc.integer({ min: 1, max: 6 })),
    flag: fc.boolean(),
  }),
);

describe("seats and members", () => {
  it("rule 7.3: are counted exactly and never exceeded, whatever is done in whatever order, also at the same moment", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(deed, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 12 }),
        async (moments) => {
          const town = await buildTown();
          for (const moment of moments) {
            await Promise.all(moment.map((one) => attempt(town, one)));
            expect(await driftOf(house, town.siteId)).toEqual([]);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("rule 1.1: cannot be reached from another site", async () => {
    const [here, there] = [await buildTown(), await buildTown()];
    const chosen: Deed = { verb: "add", application: 0, group: 0, users: [0], limit: 1, flag: true };
    const before = await house.rows("SELECT action FROM AuditEvent WHERE siteId = ?", [here.siteId]);
    // Bringing people names nobody; what it gives them is the site's own.
    for (const name of (Object.keys(verbs) as (keyof typeof verbs)[]).filter((one) => one !== "provision"))
      await attempt({ ...there, siteId: here.siteId }, { ...chosen, verb: name }); // as: the keys of verbs
    expect(await house.rows("SELECT action FROM AuditEvent WHERE siteId = ?", [here.siteId])).toEqual(before);
    expect(await driftOf(house, there.siteId)).toEqual([]);
  });
});
