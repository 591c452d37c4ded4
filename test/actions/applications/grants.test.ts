import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deleteGrant } from "../../../src/actions/applications/delete-grant.ts";
import { type SetGrant, setGrant } from "../../../src/actions/applications/set-grant.ts";
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

const set = (applicationId: string, groupId: string, more: Partial<SetGrant> = {}, actor?: Actor) =>
  house.act((work) => setGrant(work, { applicationId, groupId, role: "USER", default: false, ...more }), actor);
const end = (id: string, actor?: Actor) => house.act((work) => deleteGrant(work, { id: publicId("Grant", id) }), actor);
const read = async (id: string) => (await house.rows("SELECT role, isDefault FROM `Grant` WHERE id = ?", [id]))[0];
const grantOf = async (applicationId: string, groupId: string) =>
  (
    await house.rows<{ id: string }>("SELECT id FROM `Grant` WHERE applicationId = ? AND groupId = ?", [
      applicationId.slice(4),
      groupId.slice(4),
    ])
  )[0]?.id ?? "";

describe("setting a grant", () => {
  it("rule 7.1: gives a group's members seats, and leaves an event found by grant, application and group", async () => {
    const { id } = await house.application("wiki", { seatLimit: 5 });
    const groupId = await house.group("Staff", { memberIds: await house.people(3) });
    const report = await house.reportOf((work) => setGrant(work, { applicationId: id, groupId, role: "ADMIN", default: false }));
    expect(report.seats).toEqual([{ applicationId: id.slice(4), change: 3, usedAfter: 3 }]);
    const grantId = await grantOf(id, groupId);
    expect((await house.trail()).last).toMatchObject({
      action: "grantSet",
      subjects: ["Staff opens wiki: role - > ADMIN: default - > false"],
      findable: [grantId, id.slice(4), groupId.slice(4)].sort(),
    });
  });

  it("changes how, and nothing twice", async () => {
    const { id } = await house.application("changing");
    const groupId = await house.group("Changing", { memberIds: await house.people(1) });
    const grantId = await set(id, groupId, { role: "ADMIN" });
    expect(await set(id, groupId, { default: true })).toBe(grantId);
    expect(await read(grantId)).toEqual({ role: "USER", isDefault: 1 });
    const { size } = await house.trail();
    expect(await set(id, groupId, { default: true })).toBe(grantId);
    expect((await house.trail()).size).toBe(size);
  });

  it("rule 7.3: refuses a group that has more members than there are seats", async () => {
    const { id } = await house.application("narrow", { seatLimit: 2 });
    const groupId = await house.group("Wide", { memberIds: await house.people(3) });
    expect(await refusalOf(set(id, groupId))).toEqual(["NO_SEATS"]);
    expect(await grantOf(id, groupId)).toBe("");
  });

  it("rule 6.3: a default is a group by hand with the role USER", async () => {
    const { id } = await house.application("defaulted");
    const synced = await house.syncedGroup("Defaulted");
    const ours = await house.group("Defaulted by hand");
    expect(await refusalOf(set(id, synced, { default: true }))).toEqual(["MANAGED_BY_DIRECTORY input.default"]);
    expect(await refusalOf(set(id, synced, { default: true, role: "ADMIN" }))).toEqual([
      "INVALID input.role",
      "MANAGED_BY_DIRECTORY input.default",
    ]);
    expect(await refusalOf(set(id, ours, { default: true, role: "ADMIN" }))).toEqual(["INVALID input.role"]);
    await set(id, synced, { role: "ADMIN" });
  });

  it("rule 6.2: does not take the only default away", async () => {
    const { id, groupId } = await house.application("held");
    expect(await refusalOf(set(id, groupId))).toEqual(["WRONG_STATE input.default"]);
    await set(id, await house.group("Another default"), { default: true });
    await set(id, groupId);
    expect(await read(await grantOf(id, groupId))).toEqual({ role: "USER", isDefault: 0 });
  });

  it("needs ACCESS_WRITE, and what it names on the site", async () => {
    const { id, groupId } = await house.application("guarded");
    expect(await refusalOf(set(id, groupId, {}, holderOf("GROUPS_WRITE")))).toEqual(["FORBIDDEN"]);
    await set(id, groupId, { default: true }, holderOf("ACCESS_WRITE"));
    expect(await refusalOf(set(publicId("Application", newId()), groupId))).toEqual(["NOT_FOUND input.applicationId"]);
    expect(await refusalOf(set(id, publicId("Group", newId())))).toEqual(["NOT_FOUND input.groupId"]);
  });
});

describe("deleting a grant", () => {
  it("rule 6.5: says who loses the application, keeps the group, and leaves a trail", async () => {
    const { id, groupId: users } = await house.application("ending");
    const people = await house.people(2);
    const groupId = await house.group("Ending", { memberIds: people });
    const grantId = await set(id, groupId);
    const report = await house.reportOf((work) => deleteGrant(work, { id: publicId("Grant", grantId) }));
    expect(report).toMatchObject({ seats: [{ change: -2, usedAfter: 0 }], accessLost: [{ userCount: 2 }] });
    expect(await house.membersOf(groupId)).toHaveLength(2);
    expect((await house.trail()).last).toMatchObject({
      action: "grantDelete",
      subjects: ["Ending opens ending: role USER > -: default false > -"],
      findable: [grantId, id.slice(4), groupId.slice(4)].sort(),
    });
    expect(await refusalOf(end(grantId))).toEqual(["NOT_FOUND input.id"]);
    expect(await refusalOf(end(await grantOf(id, users)))).toEqual(["WRONG_STATE input.id"]);
  });

  it("needs ACCESS_WRITE", async () => {
    const { id, groupId } = await house.application("shut");
    const grantId = await grantOf(id, groupId);
    expect(await refusalOf(end(grantId, house.member))).toEqual(["FORBIDDEN"]);
  });

  it("rule 6.2: lets one of two defaults go when both are ended at the same moment", async () => {
    const { id, groupId } = await house.application("raced");
    const second = await set(id, await house.group("Raced too"), { default: true });
    const results = await Promise.allSettled([end(await grantOf(id, groupId)), end(second)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});
