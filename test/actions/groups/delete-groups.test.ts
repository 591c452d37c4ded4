import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import { deleteGroups } from "../../../src/actions/groups/delete-groups.ts";
import { setNestings } from "../../../src/actions/groups/set-nestings.ts";
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

const remove = (ids: string[], actor?: Actor, path?: string[]) => house.act((work) => deleteGroups(work, { ids, path }), actor);

describe("deleting groups", () => {
  it("rule 6.5: takes memberships and grants along, says who loses what, and leaves a trail", async () => {
    const { id: applicationId, groupId: users } = await house.application("wiki");
    const [ann = "", bob = ""] = await house.people(2);
    const doomed = await house.group("Doomed", { memberIds: [ann, bob] });
    await house.act((work) => addMembers(work, { groupId: users, userIds: [ann] }));
    await house.act((work) => setGrant(work, { applicationId, groupId: doomed, role: "ADMIN", default: false }));

    const report = await house.reportOf((work) => deleteGroups(work, { ids: [doomed] }));
    expect(report.accessLost).toEqual([{ applicationId: applicationId.slice(4), userCount: 1, userIds: [bob.slice(4)] }]);
    expect(report.seats).toEqual([{ applicationId: applicationId.slice(4), change: -1, usedAfter: 1 }]);
    for (const table of ["Membership", "`Grant`"])
      expect(await house.rows(`SELECT groupId FROM ${table} WHERE groupId = ?`, [doomed.slice(4)])).toEqual([]);
    expect((await house.trail()).last).toMatchObject({
      action: "groupDelete",
      subjects: ["Doomed: name Doomed > -: members 2 > -"],
      findable: [doomed.slice(4)],
    });
  });

  it("tells in a rehearsal what it would mean, and changes nothing", async () => {
    const { id: applicationId } = await house.application("rehearsed");
    const [ann = ""] = await house.people(1);
    const groupId = await house.group("Rehearsed", { memberIds: [ann] });
    await house.act((work) => setGrant(work, { applicationId, groupId, role: "USER", default: false }));
    const lost = await house.act(
      async (work) => {
        await deleteGroups(work, { ids: [groupId] });
        return work.report.accessLost;
      },
      house.admin,
      { rehearsal: true },
    );
    expect(lost).toMatchObject([{ userCount: 1 }]);
    expect(await house.membersOf(groupId)).toHaveLength(1);
  });

  it("rule 6.2: keeps the only default of an application, also when all of several defaults would go at once", async () => {
    const { id: applicationId, groupId: first } = await house.application("kept");
    expect(await refusalOf(remove([first], house.admin, ["input", "id"]))).toEqual(["WRONG_STATE input.id"]);
    const second = await house.group("Second default");
    await house.act((work) => setGrant(work, { applicationId, groupId: second, role: "USER", default: true }));
    expect(await refusalOf(remove([second, first]))).toEqual(["WRONG_STATE input.ids.0", "WRONG_STATE input.ids.1"]);
    await remove([first]);
    expect(await refusalOf(remove([second]))).toEqual(["WRONG_STATE input.ids.0"]);
  });

  it("lets one of two last defaults go when both are deleted at the same moment", async () => {
    const { id: applicationId, groupId: first } = await house.application("raced");
    const second = await house.group("Raced default");
    await house.act((work) => setGrant(work, { applicationId, groupId: second, role: "USER", default: true }));
    const results = await Promise.allSettled([remove([first]), remove([second])]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("refuses a group that is not there, or not any more, and deletes none of the set", async () => {
    const id = await house.group("Gone");
    const stays = await house.group("Stays");
    await remove([id]);
    expect(await refusalOf(remove([id], house.admin, ["input", "id"]))).toEqual(["NOT_FOUND input.id"]);
    expect(await refusalOf(remove([stays, publicId("Group", newId())]))).toEqual(["NOT_FOUND input.ids.1"]);
    expect(await house.rows("SELECT name FROM `Group` WHERE id = ?", [stays.slice(4)])).toHaveLength(1);
  });

  it("leaves synced groups to their directory, which takes its nestings along and no group of ours", async () => {
    const [outer, inner, ours] = [await house.syncedGroup("outer"), await house.syncedGroup("inner"), await house.group("hand")];
    await house.act((work) => setNestings(work, [{ groupId: outer.slice(4), childIds: [inner.slice(4)] }]), house.hand);
    expect(await refusalOf(remove([outer]))).toEqual(["MANAGED_BY_DIRECTORY input.ids.0"]);
    expect(await refusalOf(remove([ours], house.hand))).toEqual(["FORBIDDEN input.ids.0"]);
    await remove([inner], house.hand);
    expect(await house.rows("SELECT * FROM Nesting")).toEqual([]);
  });

  it("refuses who may not write groups, and does nothing to none", async () => {
    const id = await house.group("Guarded");
    expect(await refusalOf(remove([id], house.member))).toEqual(["FORBIDDEN input.ids.0"]);
    const { size } = await house.trail();
    expect(await remove([])).toEqual([]);
    expect((await house.trail()).size).toBe(size);
  });
});
