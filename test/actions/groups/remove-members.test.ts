import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
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

const remove = (groupId: string, userIds: string[], actor?: Actor) =>
  house.act((work) => removeMembers(work, { groupId, userIds }), actor);

/** A synced group with people who are in it by hand, by sync and both ways, in this order. */
async function mixedGroup(name: string): Promise<{ groupId: string; people: string[] }> {
  const groupId = await house.syncedGroup(name);
  const people = await house.people(3);
  const [byHand = "", bySync = "", both = ""] = people;
  const members = [bySync, both].map((userId) => ({ userId, direct: true }));
  await house.act((work) => addMembers(work, { groupId, members }), house.hand);
  const transaction = await house.database.ground.begin();
  await transaction.write("INSERT INTO Membership (groupId, userId, byHand, bySync, direct) VALUES (?, ?, 1, 0, 0)", [
    groupId.slice(4),
    byHand.slice(4),
  ]);
  await transaction.write("UPDATE Membership SET byHand = 1 WHERE groupId = ? AND userId = ?", [groupId.slice(4), both.slice(4)]);
  await transaction.write("UPDATE `Group` SET memberCount = 3 WHERE id = ?", [groupId.slice(4)]);
  await transaction.commit();
  return { groupId, people };
}

describe("removing members", () => {
  it("rule 6.5: says who loses what, frees the seat, and leaves a trail", async () => {
    const { id: applicationId, groupId } = await house.application("wiki", { seatLimit: 2 });
    const [ann = "", bob = ""] = await house.people(2);
    await house.act((work) => addMembers(work, { groupId, userIds: [ann, bob] }));
    const other = await house.group("Other way in", { memberIds: [bob] });
    await house.act((work) => setGrant(work, { applicationId, groupId: other, role: "USER", default: false }));
    const report = await house.reportOf((work) => removeMembers(work, { groupId, userIds: [ann, bob] }));
    expect(report).toMatchObject({
      seats: [{ change: -1, usedAfter: 1 }],
      accessLost: [{ applicationId: applicationId.slice(4), userCount: 1, userIds: [ann.slice(4)] }],
    });
    expect((await house.trail()).last).toMatchObject({
      action: "groupRemoveMembers",
      count: 3,
      subjects: ["wiki-users: members 2 > 0", "p0001@acme.example", "p0002@acme.example"],
      findable: [groupId, ann, bob].map((id) => id.slice(4)).sort(),
    });
  });

  it("changes nothing for who is no member, or not any more", async () => {
    const groupId = await house.group("Empty");
    const [ann = ""] = await house.people(1);
    const { size } = await house.trail();
    expect(await remove(groupId, [ann])).toBe(0);
    expect(await remove(groupId, [])).toBe(0);
    expect((await house.trail()).size).toBe(size);
  });

  it("rule 6.3: people take out who is in by hand, and not who is in by the directory alone", async () => {
    const { groupId, people } = await mixedGroup("Mixed");
    const [byHand = "", bySync = "", both = ""] = people;
    expect(await refusalOf(remove(groupId, [byHand, byHand, bySync, both]))).toEqual(["MANAGED_BY_DIRECTORY input.userIds.2"]);
    expect(await house.membersOf(groupId)).toHaveLength(3);
    expect(await remove(groupId, [byHand, both])).toBe(1);
    expect((await house.membersOf(groupId)).map((line) => line.split(" ")[1])).toEqual(["sd", "sd"]);
  });

  it("rule 6.3: a directory takes out whom it added, and never a membership by hand", async () => {
    const { groupId, people } = await mixedGroup("Mixed too");
    expect(await remove(groupId, people, house.hand)).toBe(1);
    expect((await house.membersOf(groupId)).map((line) => line.split(" ")[1])).toEqual(["h", "h"]);
    expect((await house.trail()).last).toMatchObject({
      count: 3,
      subjects: ["Mixed too: members 3 > 2"],
      findable: [groupId.slice(4)],
    });
    expect(await remove(groupId, people, house.hand)).toBe(0);
  });

  it("refuses who is not there and who may not", async () => {
    const groupId = await house.group("Guarded");
    const [ann = ""] = await house.people(1);
    expect(await refusalOf(remove(groupId, [ann, publicId("User", newId())]))).toEqual(["NOT_FOUND input.userIds.1"]);
    expect(await refusalOf(remove(publicId("Group", newId()), [ann]))).toEqual(["NOT_FOUND input.id"]);
    expect(await refusalOf(remove(groupId, [ann], house.member))).toEqual(["FORBIDDEN input.id"]);
    expect(await refusalOf(remove(groupId, [ann], house.hand))).toEqual(["FORBIDDEN input.id"]);
  });
});
