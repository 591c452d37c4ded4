import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deleteApplication } from "../../../src/actions/applications/delete-application.ts";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { connectDirectory } from "../../../src/actions/directories/connect-directory.ts";
import { deleteGroups } from "../../../src/actions/groups/delete-groups.ts";
import { createApiToken } from "../../../src/actions/tokens/create-api-token.ts";
import { deleteUsers } from "../../../src/actions/users/delete-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { contentAt, report } from "../../support/content.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";
import { serviceAccountKey } from "../../support/synced-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const remove = (id: string, actor?: Actor, options?: { rehearsal: boolean }) =>
  house.act((work) => deleteApplication(work, { id }), actor, options);
const count = async (table: string, applicationId: string) =>
  (await house.rows(`SELECT 1 AS one FROM ${table} WHERE applicationId = ?`, [applicationId.slice(4)])).length;

describe("deleting an application", () => {
  it("rules 6.5, 10.1: says who loses it, leaves its groups and a trail", async () => {
    const { id, groupId } = await house.application("wiki", { name: "Wiki" });
    const extra = await house.group("Writers");
    await house.act((work) => setGrant(work, { applicationId: id, groupId: extra, role: "ADMIN", default: false }));
    const userIds = await house.people(2);
    await house.act((work) => giveAccess(work, { applicationId: id, userIds }));
    const { accessLost } = await house.reportOf((work) => deleteApplication(work, { id }));
    expect(accessLost).toEqual([{ applicationId: id.slice(4), userCount: 2, userIds: userIds.map((one) => one.slice(4)) }]);
    expect(await count("`Grant`", id)).toBe(0);
    expect(await house.membersOf(groupId)).toHaveLength(2);
    expect((await house.trail()).last).toEqual({
      action: "applicationDelete",
      actor: "admin@acme.example",
      count: 1,
      subjects: ["wiki: name Wiki > -: seatsUsed 2 > -: grants 2 > -"],
      findable: [id, groupId, extra].map((one) => one.slice(4)).sort(),
    });
    // What was its only default may go now (rule 6.2), and its key is free.
    await house.act((work) => deleteGroups(work, { ids: [groupId] }));
    await house.application("wiki");
  });

  it("rules 5.3, 9.5: forgets what it reported, and ends its tokens with all that they made", async () => {
    const { id } = await house.application("forum");
    const [ann = ""] = await house.people(1);
    await report(house, { id, key: "forum" }, [{ user: { id: ann }, kind: "AUTHORED", count: 1 }]);
    expect(await refusalOf(house.act((work) => deleteUsers(work, { ids: [ann] })))).toEqual(["HAS_CONTENT input.ids.0"]);
    const scopes = ["CONTENT_WRITE", "TOKENS_WRITE", "USERS_READ"] as const;
    const { secret, tokenId } = await house.act(
      (work) => createApiToken(work, { name: "Forum", scopes, applicationId: id }),
      house.operator,
    );
    const holder = await house.callerOf(secret);
    const child = await house.act((work) => createApiToken(work, { name: "Child", scopes: ["USERS_READ"] }), holder ?? undefined);
    await remove(id);
    expect([await house.callerOf(secret), await house.callerOf(child.secret)]).toEqual([null, null]);
    expect((await house.trail()).last.findable).toEqual(expect.arrayContaining([tokenId, child.tokenId]));
    expect(await contentAt(house, ann)).toEqual([]);
    await house.act((work) => deleteUsers(work, { ids: [ann] }));
  });

  it("is given to nobody by a directory any more", async () => {
    const { id } = await house.application("chat");
    const stays = await house.application("mail");
    const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: "admin@acme.example" } };
    const settings = { applicationIds: [id, stays.id] };
    const directory = await house.act((work) => connectDirectory(work, { name: "Workspace", credentials, settings }));
    await remove(id);
    const [row] = await house.rows<{ settings: string }>("SELECT settings FROM Directory WHERE id = ?", [directory]);
    expect(JSON.parse(row?.settings ?? "{}")).toMatchObject({ applicationIds: [stays.id.slice(4)] });
  });

  it("changes nothing in a rehearsal, and is not found the second time", async () => {
    const { id } = await house.application("dry");
    const before = await house.everything();
    await remove(id, house.admin, { rehearsal: true });
    expect(await house.everything()).toBe(before);
    const results = await Promise.allSettled([remove(id), remove(id)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await refusalOf(remove(id))).toEqual(["NOT_FOUND input.id"]);
  });
});

describe("what deleting an application refuses", () => {
  it("whoever may not write access, and what is not of this site", async () => {
    const { id } = await house.application("guarded");
    const before = await house.everything();
    for (const actor of [house.member, house.hand, holderOf("GROUPS_WRITE", "ACCESS_READ")])
      expect(await refusalOf(remove(id, actor))).toEqual(["FORBIDDEN"]);
    expect(await refusalOf(remove(house.elsewhere.applicationId))).toEqual(["NOT_FOUND input.id"]);
    expect(await house.everything()).toBe(before);
  });

  it("rule 7.3: giving it at the same moment leaves nothing behind", async () => {
    const { id } = await house.application("raced");
    const userIds = await house.people(3);
    await Promise.allSettled([remove(id), house.act((work) => giveAccess(work, { applicationId: id, userIds }))]);
    expect(await refusalOf(house.act((work) => giveAccess(work, { applicationId: id, userIds })))).toEqual([
      "NOT_FOUND input.applicationId",
    ]);
    expect(await count("`Grant`", id)).toBe(0);
  });
});
