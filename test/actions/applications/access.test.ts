import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { takeAccess } from "../../../src/actions/applications/take-access.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { type AccessHouse, buildAccessHouse, driftOf, holderOf, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const give = (applicationId: string, userIds: string[], actor?: Actor) =>
  house.act((work) => giveAccess(work, { applicationId, userIds }), actor);
const take = (applicationId: string, userIds: string[], actor?: Actor) =>
  house.act((work) => takeAccess(work, { applicationId, userIds }), actor);
const grant = (applicationId: string, groupId: string, { isDefault = false } = {}) =>
  house.act((work) => setGrant(work, { applicationId, groupId, role: "USER", default: isDefault }));

describe("giving access", () => {
  it("rule 7.2: adds users to every default group and to no other, and leaves a trail", async () => {
    const { id, groupId } = await house.application("wiki");
    const second = await house.group("Second default");
    const other = await house.group("No default");
    await grant(id, second, { isDefault: true });
    await grant(id, other);
    const [ann = "", bob = ""] = await house.people(2);
    await house.act((work) => addMembers(work, { groupId: other, userIds: [ann] }));
    expect(await give(id, [bob, ann])).toEqual([bob.slice(4), ann.slice(4)]);
    for (const group of [groupId, second]) expect(await house.membersOf(group)).toHaveLength(2);
    expect(await house.membersOf(other)).toHaveLength(1);
    expect((await house.trail()).last).toMatchObject({
      action: "accessGive",
      count: 3,
      findable: [id, ann, bob].map((each) => each.slice(4)).sort(),
    });
  });

  it("changes nothing twice", async () => {
    const { id } = await house.application("twice");
    const people = await house.people(2);
    await give(id, people);
    const { size } = await house.trail();
    expect(await give(id, people)).toHaveLength(2);
    expect(await give(id, [])).toEqual([]);
    expect((await house.trail()).size).toBe(size);
  });

  it("rule 7.3: refuses it whole, also when a shared default group would overfill another application", async () => {
    const { id, groupId } = await house.application("shared", { seatLimit: 9 });
    const { id: other } = await house.application("overfull", { seatLimit: 2 });
    await grant(other, groupId);
    const people = await house.people(3);
    const change = give(id, people);
    expect(await refusalOf(change)).toEqual(["NO_SEATS"]);
    await expect(change).rejects.toThrow("overfull has 2 seats");
    expect(await house.membersOf(groupId)).toEqual([]);
    await give(id, people.slice(1));
  });

  it("rule 7.3: gives 5 seats to 5 of 15 who are given them at the same moment", async () => {
    const { id, groupId } = await house.application("raced", { seatLimit: 5 });
    const results = await Promise.allSettled((await house.people(15)).map((userId) => give(id, [userId])));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(await house.membersOf(groupId)).toHaveLength(5);
  });

  it("gives the same users access once, however many ask at the same moment", async () => {
    const { id, groupId } = await house.application("popular");
    const people = await house.people(3);
    await Promise.all(Array.from({ length: 8 }, () => give(id, people)));
    expect(await house.membersOf(groupId)).toHaveLength(3);
  });

  it("rule 7.3: shares the last seats between activating, adding and giving at the same moment", async () => {
    const { id, groupId } = await house.application("last", { seatLimit: 2 });
    const [ann = "", bob = "", eve = ""] = await house.people(3);
    await give(id, [ann]);
    await house.act((work) => deactivateUsers(work, { ids: [ann] }));
    await Promise.allSettled([
      house.act((work) => activateUsers(work, { ids: [ann] })),
      house.act((work) => addMembers(work, { groupId, userIds: [bob] })),
      give(id, [eve]),
    ]);
    expect(await driftOf(house, house.siteId)).toEqual([]);
    expect(await house.rows("SELECT seatsUsed FROM Application WHERE id = ?", [id.slice(4)])).toEqual([{ seatsUsed: 2 }]);
  });

  it("needs ACCESS_WRITE and no other scope, and what it names on the site", async () => {
    const { id } = await house.application("guarded");
    const [ann = ""] = await house.people(1);
    expect(await refusalOf(give(id, [ann], holderOf("GROUPS_WRITE")))).toEqual(["FORBIDDEN"]);
    await give(id, [ann], holderOf("ACCESS_WRITE"));
    expect(await refusalOf(give(publicId("Application", newId()), [ann]))).toEqual(["NOT_FOUND input.applicationId"]);
    expect(await refusalOf(give(id, [ann, "usr_x"]))).toEqual(["NOT_FOUND input.userIds.1"]);
  });
});

describe("taking access", () => {
  it("rule 7.2: takes users out of every group that opens it, and says what else they lose by that", async () => {
    const { id, groupId } = await house.application("taken");
    const { id: other } = await house.application("also-lost");
    const second = await house.group("Second way in");
    await grant(id, second);
    await grant(other, second);
    const [ann = "", bob = ""] = await house.people(2);
    await give(id, [ann, bob]);
    await house.act((work) => addMembers(work, { groupId: second, userIds: [ann] }));
    const report = await house.reportOf((work) => takeAccess(work, { applicationId: id, userIds: [ann, bob] }));
    expect(report.accessLost).toHaveLength(2);
    expect(report.accessLost).toContainEqual({ applicationId: other.slice(4), userCount: 1, userIds: [ann.slice(4)] });
    expect([...(await house.membersOf(groupId)), ...(await house.membersOf(second))]).toEqual([]);
    expect((await house.trail()).last).toMatchObject({ action: "accessTake", count: 3 });
  });

  it("refuses it whole where a directory holds a user in a group, naming the group, at the user's place", async () => {
    const { id, groupId } = await house.application("mixed");
    const synced = await house.syncedGroup("Engineers");
    await grant(id, synced);
    const [ann = "", bob = ""] = await house.people(2);
    await give(id, [ann, bob]);
    await house.act((work) => addMembers(work, { groupId: synced, members: [{ userId: bob, direct: true }] }), house.hand);
    const change = take(id, [ann, ann, bob]);
    expect(await refusalOf(change)).toEqual(["MANAGED_BY_DIRECTORY input.userIds.2"]);
    await expect(change).rejects.toThrow("is in Engineers by a directory");
    expect(await house.membersOf(groupId)).toHaveLength(2);
    await take(id, [ann]);
  });

  it("changes nothing for who cannot open it", async () => {
    const { id } = await house.application("unopened");
    const people = await house.people(2);
    const { size } = await house.trail();
    expect(await take(id, people)).toHaveLength(2);
    expect(await take(id, [])).toEqual([]);
    expect((await house.trail()).size).toBe(size);
  });

  it("needs ACCESS_WRITE, and what it names on the site", async () => {
    const { id } = await house.application("shut");
    const [ann = ""] = await house.people(1);
    expect(await refusalOf(take(id, [ann], house.member))).toEqual(["FORBIDDEN"]);
    expect(await refusalOf(take(id, [publicId("User", newId())]))).toEqual(["NOT_FOUND input.userIds.0"]);
  });
});
