import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { addMembers, addMembersOfGroups } from "../../../src/actions/groups/add-members.ts";
import { removeMembers } from "../../../src/actions/groups/remove-members.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { type AccessHouse, buildAccessHouse, driftOf, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const add = (groupId: string, userIds: string[], actor?: Actor) =>
  house.act((work) => addMembers(work, { groupId, userIds }), actor);
const bring = (groupId: string, userIds: string[], { direct }: { direct: boolean }) =>
  house.act((work) => addMembers(work, { groupId, members: userIds.map((userId) => ({ userId, direct })) }), house.hand);
const flags = async (groupId: string) => (await house.membersOf(groupId)).map((line) => line.split(" ")[1]);

describe("adding members", () => {
  it("adds them by hand, counts them, and leaves one event that is found by the group and by each", async () => {
    const groupId = await house.group("Choir");
    const [ann = "", bob = ""] = await house.people(2);
    expect(await add(groupId, [ann, bob, ann])).toBe(2);
    expect(await flags(groupId)).toEqual(["h", "h"]);
    expect((await house.trail()).last).toMatchObject({
      action: "groupAddMembers",
      count: 3,
      subjects: ["Choir: members 0 > 2", "p0001@acme.example", "p0002@acme.example"],
      findable: [groupId, ann, bob].map((id) => id.slice(4)).sort(),
    });
  });

  it("adds nobody twice, and records only who joined", async () => {
    const groupId = await house.group("Band");
    const [ann = "", bob = ""] = await house.people(2);
    await add(groupId, [ann]);
    const { size } = await house.trail();
    expect(await add(groupId, [ann])).toBe(0);
    expect((await house.trail()).size).toBe(size);
    expect(await add(groupId, [ann, bob])).toBe(1);
    expect((await house.trail()).last.findable).not.toContain(ann.slice(4));
  });

  it("refuses who is not there, who may not, and what a directory owns", async () => {
    const groupId = await house.group("Closed");
    const synced = await house.syncedGroup("Closed there");
    const [ann = ""] = await house.people(1);
    expect(await refusalOf(add(groupId, [ann, publicId("User", newId())]))).toEqual(["NOT_FOUND input.userIds.1"]);
    expect(await refusalOf(add(publicId("Group", newId()), [ann]))).toEqual(["NOT_FOUND input.id"]);
    expect(await refusalOf(add(groupId, [ann], house.member))).toEqual(["FORBIDDEN input.id"]);
    expect(await refusalOf(add(synced, [ann]))).toEqual(["MANAGED_BY_DIRECTORY input.id"]);
    expect(await refusalOf(add(groupId, [ann], house.hand))).toEqual(["FORBIDDEN input.id"]);
    expect(await house.membersOf(groupId)).toEqual([]);
  });

  it("rule 6.3: tells a directory's members from those by hand, and keeps both ways", async () => {
    const groupId = await house.syncedGroup("Both");
    const [ann = "", bob = "", eve = ""] = await house.people(3);
    const transaction = await house.database.ground.begin();
    await transaction.write("INSERT INTO Membership (groupId, userId, byHand, bySync, direct) VALUES (?, ?, 1, 0, 0)", [
      groupId.slice(4),
      ann.slice(4),
    ]);
    await transaction.write("UPDATE `Group` SET memberCount = 1 WHERE id = ?", [groupId.slice(4)]);
    await transaction.commit();
    expect(await bring(groupId, [ann, bob], { direct: true })).toBe(1);
    expect(await bring(groupId, [eve], { direct: false })).toBe(1);
    expect(await flags(groupId)).toEqual(["hsd", "sd", "s"]);
    expect(await bring(groupId, [ann, bob, eve], { direct: false })).toBe(0);
    expect(await flags(groupId)).toEqual(["hs", "s", "s"]);
    const { size, last } = await house.trail();
    expect(last).toMatchObject({ actor: "Workspace", count: 3, subjects: ["Both: members 3 > 3"] });
    expect(await bring(groupId, [ann, bob, eve], { direct: false })).toBe(0);
    expect((await house.trail()).size).toBe(size);
  });

  it("rule 10.1: brings 500 members in one work, and one event that is found by the group alone", async () => {
    const groupId = await house.syncedGroup("Everybody");
    const { id: applicationId } = await house.application("big", { seatLimit: 500 });
    await house.act((work) => setGrant(work, { applicationId, groupId, role: "USER", default: false }));
    const people: string[] = [];
    for (let n = 0; n < 5; n++) people.push(...(await house.people(100)));
    expect(await bring(groupId, people, { direct: true })).toBe(500);
    expect((await house.trail()).last).toMatchObject({
      count: 501,
      subjects: ["Everybody: members 0 > 500"],
      findable: [groupId.slice(4)],
    });
    const [extra = ""] = await house.people(1);
    expect(await refusalOf(bring(groupId, [extra], { direct: true }))).toEqual(["NO_SEATS"]);
  });

  it("brings members of many groups in one work: each is in its own, and one event tells all", async () => {
    const groupIds: string[] = [];
    for (let n = 0; n < 60; n++) groupIds.push(await house.syncedGroup(`Wing ${n}`));
    const [everywhere = "", ...people] = await house.people(61);
    await bring(groupIds[0] ?? "", [everywhere], { direct: false });
    const places = groupIds.map((groupId, n) => ({
      groupId,
      members: [everywhere, people[n] ?? ""].map((userId) => ({ userId, direct: true })),
    }));
    const bringAll = () => house.act((work) => addMembersOfGroups(work, places), house.hand);
    expect(await bringAll()).toBe(119);
    for (const groupId of groupIds) expect(await flags(groupId)).toEqual(["sd", "sd"]);
    const { size, last } = await house.trail();
    expect(last).toMatchObject({ action: "groupAddMembers", count: 60 + 120 });
    expect(last.subjects.slice(0, 2)).toEqual(["Wing 0: members 1 > 2", "Wing 1: members 0 > 2"]);
    expect(last.findable).toHaveLength(60);
    expect(await bringAll()).toBe(0);
    expect((await house.trail()).size).toBe(size);
  });

  it("brings nobody where one of the groups is not the directory's", async () => {
    const [owned, local] = [await house.syncedGroup("Owned"), await house.group("Local")];
    const [ann = ""] = await house.people(1);
    const places = [owned, local].map((groupId) => ({ groupId, members: [{ userId: ann, direct: true }] }));
    const bringing = (to: typeof places) => house.act((work) => addMembersOfGroups(work, to), house.hand);
    expect(await refusalOf(bringing(places))).toEqual(["FORBIDDEN input.id"]);
    const unknown = [{ groupId: publicId("Group", newId()), members: [] }, ...places.slice(0, 1)];
    expect(await refusalOf(bringing(unknown))).toEqual(["NOT_FOUND input.id"]);
    expect(await house.membersOf(owned)).toEqual([]);
  });

  it("rule 7.3: refuses a set whole for which there are not enough seats, and counts nobody twice", async () => {
    const { id: applicationId, groupId } = await house.application("small", { seatLimit: 2 });
    const [ann = "", bob = "", eve = ""] = await house.people(3);
    expect(await refusalOf(add(groupId, [ann, bob, eve]))).toEqual(["NO_SEATS"]);
    expect(await house.membersOf(groupId)).toEqual([]);
    const report = await house.reportOf((work) => addMembers(work, { groupId, userIds: [ann, bob] }));
    expect(report.seats).toEqual([{ applicationId: applicationId.slice(4), change: 2, usedAfter: 2 }]);
    const other = await house.group("Other way in");
    await house.act((work) => setGrant(work, { applicationId, groupId: other, role: "USER", default: false }));
    expect(await add(other, [ann, bob])).toBe(2);
  });

  it("rule 7.3: gives 10 seats to 10 of 20 who are added at the same moment", async () => {
    const { id, groupId } = await house.application("raced", { seatLimit: 10 });
    const people = await house.people(20);
    const results = await Promise.allSettled(people.map((userId) => add(groupId, [userId])));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    for (const result of results)
      if (result.status === "rejected") expect(await refusalOf(Promise.reject(result.reason))).toEqual(["NO_SEATS"]);
    expect(await house.membersOf(groupId)).toHaveLength(10);
    expect(await house.rows("SELECT seatsUsed FROM Application WHERE id = ?", [id.slice(4)])).toEqual([{ seatsUsed: 10 }]);
  });

  it("counts members exactly while the same people come and go at the same moment", async () => {
    const { groupId } = await house.application("busy");
    const people = await house.people(6);
    await Promise.all(
      Array.from({ length: 24 }, (_, n) => {
        const userIds = [people[n % 6] ?? "", people[(n * 5 + 1) % 6] ?? ""];
        return n % 3 === 2 ? house.act((work) => removeMembers(work, { groupId, userIds })) : add(groupId, userIds);
      }),
    );
    expect(await driftOf(house, house.siteId)).toEqual([]);
  });
});
