import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { inviteUsers } from "../../../src/actions/users/invite-users.ts";
import { provisionUsers } from "../../../src/actions/users/provision-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { Refusal } from "../../../src/model/refusal.ts";
import { RefusalWithReport } from "../../../src/work/door.ts";
import type { Work } from "../../../src/work/work.ts";
import { type AccessHouse, buildAccessHouse, driftOf, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

/** An application with two seats, of which one is taken, and its default group. Ids are public. */
interface Room {
  key: string;
  id: string;
  groupId: string;
}

/** A way to a seat: what is prepared for a number of people, and the change that lets them in. `actor` makes it. */
interface Path {
  actor?: () => Actor;
  prepare(room: Room, count: number): Promise<(work: Work) => Promise<unknown>>;
}

const emails = (room: Room, count: number) =>
  Array.from({ length: count }, (_, n) => ({ email: `${room.key}.${n}@${count}.example` }));
const quiet = { role: "MEMBER", applicationIds: [], groupIds: [], sendEmail: false } as const;
const act = <T>(change: (work: Work) => Promise<T>, actor?: Actor) => house.act(change, actor);
const grant = (applicationId: string, groupId: string, isDefault = false) =>
  act((work) => setGrant(work, { applicationId, groupId, role: "USER", default: isDefault }));

const paths: Record<string, Path> = {
  "an invitation to the application": {
    prepare: async (room, count) => (work) =>
      inviteUsers(work, { ...quiet, invitees: emails(room, count), applicationIds: [room.id] }),
  },
  "an invitation to a group that opens it": {
    prepare: async (room, count) => (work) =>
      inviteUsers(work, { ...quiet, invitees: emails(room, count), groupIds: [room.groupId] }),
  },
  "an invitation to another application that shares the default group": {
    async prepare(room, count) {
      const { id } = await house.application(`${room.key}-sharing`);
      await grant(id, room.groupId, true);
      return (work) => inviteUsers(work, { ...quiet, invitees: emails(room, count), applicationIds: [id] });
    },
  },
  "access to another application that shares the default group": {
    async prepare(room, count) {
      const { id } = await house.application(`${room.key}-sharing`);
      await grant(id, room.groupId, true);
      const userIds = await house.people(count);
      return (work) => giveAccess(work, { applicationId: id, userIds });
    },
  },
  "access given": {
    async prepare(room, count) {
      const userIds = await house.people(count);
      return (work) => giveAccess(work, { applicationId: room.id, userIds });
    },
  },
  "a group joined": {
    async prepare(room, count) {
      const userIds = await house.people(count);
      return (work) => addMembers(work, { groupId: room.groupId, userIds });
    },
  },
  "a grant to a group": {
    async prepare(room, count) {
      const groupId = await house.group(`${room.key} staff`, { memberIds: await house.people(count) });
      return (work) => setGrant(work, { applicationId: room.id, groupId, role: "ADMIN", default: false });
    },
  },
  "an activation": {
    async prepare(room, count) {
      const ids = await house.people(count);
      await act((work) => deactivateUsers(work, { ids }));
      await act((work) => addMembers(work, { groupId: room.groupId, userIds: ids }));
      return (work) => activateUsers(work, { ids });
    },
  },
  "a directory's group that opens it": {
    actor: () => house.hand,
    async prepare(room, count) {
      const groupId = await house.syncedGroup(`${room.key}-synced`);
      await grant(room.id, groupId);
      const members = (await house.people(count)).map((userId) => ({ userId, direct: true }));
      return (work) => addMembers(work, { groupId, members });
    },
  },
  "a person whom a directory brings, and gives the application": {
    actor: () => house.hand,
    async prepare(room, count) {
      const { directoryId } = house.hand as Actor & { kind: "directory" }; // as: it is a directory's hand
      const people = emails(room, count).map(({ email }) => ({
        externalId: email,
        email,
        fullName: email,
        title: null,
        fingerprint: "f",
      }));
      return (work) => provisionUsers(work, { directoryId, people, applicationIds: [room.id.slice(4)], sendWelcome: false });
    },
  },
};

let rooms = 0;

async function openRoom(): Promise<Room> {
  const key = `room${++rooms}`;
  const { id, groupId } = await house.application(key, { seatLimit: 2 });
  const userIds = await house.people(1);
  await act((work) => addMembers(work, { groupId, userIds }));
  return { key, id, groupId };
}

const seatsOf = async ({ id }: Room) =>
  (await house.rows<{ seatsUsed: number }>("SELECT seatsUsed FROM Application WHERE id = ?", [id.slice(4)]))[0]?.seatsUsed;

describe.each(Object.entries(paths))("seats by %s", (_name, { prepare, actor = () => house.admin }) => {
  it("rule 7.3: take the last one, and tell so", async () => {
    const room = await openRoom();
    const change = await prepare(room, 1);
    const report = await act(async (work) => {
      await change(work);
      return work.report;
    }, actor());
    expect(report.seats).toContainEqual({ applicationId: room.id.slice(4), change: 1, usedAfter: 2 });
    expect(await seatsOf(room)).toBe(2);
  });

  it("rule 7.3: are refused whole where there is one too few, naming the application and what it would take", async () => {
    const room = await openRoom();
    const change = await prepare(room, 2);
    const { size } = await house.trail();
    const error: unknown = await act(change, actor()).catch((reason) => reason);
    expect(error).toBeInstanceOf(RefusalWithReport);
    const { report, problems } = error as RefusalWithReport; // as: just asked
    expect(problems).toMatchObject([{ code: "NO_SEATS", message: expect.stringContaining(`${room.key} has 2 seats`) }]);
    expect(report.seats).toContainEqual({ applicationId: room.id.slice(4), change: 2, usedAfter: 3 });
    expect(await seatsOf(room)).toBe(1);
    expect((await house.trail()).size).toBe(size);
  });

  it("rule 7.3: go to one of several who come for the last at the same moment", async () => {
    const room = await openRoom();
    const changes = await Promise.all(["a", "b", "c"].map((each) => prepare({ ...room, key: `${room.key}${each}` }, 1)));
    const results = await Promise.allSettled(changes.map((change) => act(change, actor())));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") {
        expect(result.reason).toBeInstanceOf(Refusal);
        expect(await refusalOf(Promise.reject(result.reason))).toEqual(["NO_SEATS"]);
      }
    expect(await seatsOf(room)).toBe(2);
  });
});
