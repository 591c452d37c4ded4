import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { createApiToken } from "../../../src/actions/tokens/create-api-token.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const deactivate = (ids: string[], actor?: Actor, note?: string) =>
  house.act((work) => deactivateUsers(work, { ids, note }), actor);
const isSignedIn = async (accessToken: string, siteId?: string) => (await house.callerOf(accessToken, siteId))?.kind === "user";

describe("deactivating users", () => {
  it("rule 10.1: says when, by whom and why, counts a version, and leaves one event for the set", async () => {
    const [ann = "", bob = ""] = await house.people(2);
    expect(await deactivate([ann, bob, ann], house.admin, " Left the company ")).toEqual([ann, bob].map((id) => id.slice(4)));
    const user = await house.userAt("p0001@acme.example");
    expect(user).toMatchObject({ status: "DEACTIVATED", deactivatedByKind: "user", deactivatedById: house.admin.userId });
    expect(user).toMatchObject({ deactivationNote: "Left the company", version: 2 });
    expect(Date.parse(user.deactivatedAt ?? "")).toBeGreaterThan(Date.parse(user.createdAt) - 1);
    expect((await house.trail()).last).toEqual({
      action: "userDeactivate",
      actor: "admin@acme.example",
      count: 2,
      subjects: ["p0001@acme.example", "p0002@acme.example"].map((email) => `${email}: status INVITED > DEACTIVATED`),
      findable: [ann, bob].map((id) => id.slice(4)).sort(),
    });
  });

  it("keeps no note that says nothing", async () => {
    const [id = ""] = await house.people(1);
    await deactivate([id], house.admin, "  ");
    expect(await house.rows("SELECT deactivationNote FROM User WHERE id = ?", [id.slice(4)])).toEqual([
      { deactivationNote: null },
    ]);
  });

  it("rules 5.1, 9.5, 9.6: ends every session and token here from the next request on, and none elsewhere", async () => {
    const leaver = await house.joinByLink("leaver@acme.example", "ADMIN");
    await house.joinElsewhere(leaver);
    const { secret } = await house.act((work) => createApiToken(work, { name: "Script", scopes: ["USERS_READ"] }), leaver);
    expect(await house.callerOf(secret)).toMatchObject({ kind: "token" });
    await deactivate([leaver.publicUserId]);
    expect(await house.callerOf(leaver.accessToken)).toMatchObject({ kind: "stranger", scopes: new Set() });
    expect(await house.callerOf(secret)).toBeNull();
    expect(await isSignedIn(leaver.accessToken, house.elsewhere.siteId)).toBe(true);
  });

  it("rules 2.7, 5.1: voids the invitation, its link and its waiting letter", async () => {
    const { userId, token } = await house.invite("voided@acme.example", { sendEmail: true });
    await deactivate([userId]);
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "REVOKED", pendingKey: null }]);
    expect(await house.lettersTo("voided@acme.example")).toMatchObject([{ state: "VOID", text: "" }]);
    expect(await refusalOf(house.accept({ token }))).toEqual(["WRONG_STATE input.token"]);
  });

  it("rules 5.1, 7.3: frees the seats, and keeps the groups", async () => {
    const { id: applicationId, groupId } = await house.application("wiki", { seatLimit: 1 });
    const [ann = "", bob = ""] = await house.people(2);
    await house.act((work) => giveAccess(work, { applicationId, userIds: [ann] }));
    const report = await house.reportOf((work) => deactivateUsers(work, { ids: [ann] }));
    expect(report.seats).toEqual([{ applicationId: applicationId.slice(4), change: -1, usedAfter: 0 }]);
    expect(report.accessLost).toEqual([{ applicationId: applicationId.slice(4), userCount: 1, userIds: [ann.slice(4)] }]);
    expect(await house.membersOf(groupId)).toHaveLength(1);
    await house.act((work) => giveAccess(work, { applicationId, userIds: [bob] }));
  });

  it("changes nothing twice, and records only who was there still", async () => {
    const [ann = "", bob = ""] = await house.people(2);
    await deactivate([ann], house.admin, "First");
    const before = await house.everything();
    expect(await deactivate([ann], house.admin, "Second")).toEqual([ann.slice(4)]);
    expect(await house.everything()).toBe(before);
    await deactivate([ann, bob]);
    expect((await house.trail()).last.findable).toEqual([bob.slice(4)]);
  });

  it("rule 5.4: changes nothing in a rehearsal", async () => {
    const { publicUserId } = await house.joinByLink("dry@acme.example");
    const before = await house.everything();
    await house.act((work) => deactivateUsers(work, { ids: [publicUserId] }), house.admin, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});

describe("what deactivating refuses", () => {
  it("rules 1.1, 5.4: the whole set for one that is not of this site, and tells nothing of another's", async () => {
    const [ann = ""] = await house.people(1);
    const before = await house.everything();
    const ids = [ann, ann, house.elsewhere.userId, publicId("User", newId()), "nonsense"];
    const error = await deactivate(ids).catch((reason) => reason);
    expect(await refusalOf(Promise.reject(error))).toEqual([2, 3, 4].map((n) => `NOT_FOUND input.ids.${n}`));
    expect(new Set(error.problems.map(({ message }: Error) => message)).size).toBe(1);
    expect(await house.everything()).toBe(before);
  });

  it("rules 2.11, 9.4: an admin or a manager to who may not write admins, and everybody to who may not write users", async () => {
    const [ann = ""] = await house.people(1);
    const [admin, manager] = [publicId("User", house.admin.userId), await house.userAt("manager@acme.example")];
    const managed = [ann, ann, admin, publicId("User", manager.id)];
    expect(await refusalOf(deactivate(managed, house.manager))).toEqual(["FORBIDDEN input.ids.2", "FORBIDDEN input.ids.3"]);
    expect(await refusalOf(deactivate(managed, holderOf("USERS_WRITE")))).toEqual([
      "FORBIDDEN input.ids.2",
      "FORBIDDEN input.ids.3",
    ]);
    for (const actor of [house.member, house.hand, holderOf("USERS_READ")])
      expect(await refusalOf(deactivate([ann], actor))).toEqual(["FORBIDDEN input.ids.0"]);
    await deactivate([ann], house.manager);
  });

  it("a note that is too long", async () => {
    const [ann = ""] = await house.people(1);
    expect(await refusalOf(deactivate([ann], house.admin, "x".repeat(1001)))).toEqual(["INVALID input.note"]);
  });

  it("rule 1.6: the last admin, also in a set, and one of two who deactivate each other at the same moment", async () => {
    const first = publicId("User", house.admin.userId);
    const [ann = ""] = await house.people(1);
    expect(await refusalOf(deactivate([first]))).toEqual(["LAST_ADMIN"]);
    expect(await refusalOf(deactivate([ann, first]))).toEqual(["LAST_ADMIN"]);
    expect(await house.userAt("admin@acme.example")).toMatchObject({ status: "ACTIVE" });
    // One who is only invited is not there to help.
    await house.invite("not.yet@acme.example", { role: "ADMIN" });
    expect(await refusalOf(deactivate([first]))).toEqual(["LAST_ADMIN"]);
    const other = await house.joinByLink("other@acme.example", "ADMIN");
    const results = await Promise.allSettled([deactivate([first], other), deactivate([other.publicUserId])]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await house.activeAdmins()).toEqual({ counted: 1, told: 1 });
    await house.act((work) => activateUsers(work, { ids: [first, other.publicUserId] }), house.operator);
    expect(await house.activeAdmins()).toEqual({ counted: 2, told: 2 });
  });
});
