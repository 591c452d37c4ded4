import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import { resendInvitations } from "../../../src/actions/invitations/resend-invitations.ts";
import { revokeInvitations } from "../../../src/actions/invitations/revoke-invitations.ts";
import { createApiToken } from "../../../src/actions/tokens/create-api-token.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { deleteUsers } from "../../../src/actions/users/delete-users.ts";
import { replaceUser } from "../../../src/actions/users/replace-user.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { report } from "../../support/content.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const remove = (ids: string[], actor?: Actor, options?: { rehearsal: boolean }) =>
  house.act((work) => deleteUsers(work, { ids }), actor, options);
const refused = (...args: Parameters<typeof remove>) => refusalOf(remove(...args));

/** Gives a user to a directory: as one that is there, suspended there, or not there any more. */
const giveToDirectory = async (id: string, { suspended = 0, left = false } = {}) => {
  await house.write("UPDATE User SET directoryId = ?, directorySuspended = ? WHERE id = ?", [newId(), suspended, id.slice(4)]);
  if (!left && suspended === 0) return;
  await house.act((work) => deactivateUsers(work, { ids: [id] }));
  if (left) await house.write("UPDATE User SET leftDirectoryAt = ? WHERE id = ?", [new Date().toISOString(), id.slice(4)]);
};

describe("deleting users", () => {
  it("rules 5.3, 10.1: leaves nothing of them on the site but one event for the set", async () => {
    const [ann = "", bob = ""] = await house.people(2);
    const groupId = await house.group("Team");
    await house.act((work) => addMembers(work, { groupId, userIds: [ann, bob] }));
    expect(await remove([ann, bob, ann], house.manager)).toEqual([ann, bob].map((id) => id.slice(4)));
    for (const [table, column] of [
      ["User", "id"],
      ["Membership", "userId"],
      ["SearchTerm", "userId"],
      ["Invitation", "pendingKey"],
    ])
      expect(await house.rows(`SELECT 1 AS one FROM ${table} WHERE ${column} IN (?, ?)`, [ann.slice(4), bob.slice(4)])).toEqual(
        [],
      );
    expect((await house.trail()).last).toEqual({
      action: "userDelete",
      actor: "manager@acme.example",
      count: 2,
      subjects: ["p0001", "p0002"].map((name) => `${name}@acme.example: status INVITED > -: role MEMBER > -`),
      findable: [ann, bob].map((id) => id.slice(4)).sort(),
    });
  });

  it("rule 2.6: does not let letters go to one address faster than one a minute", async () => {
    const { userId } = await house.invite("bombed@acme.example", { sendEmail: true });
    await remove([userId]);
    const again = (sendEmail: boolean) => house.invite("bombed@acme.example", { sendEmail });
    expect(await refusalOf(again(true))).toEqual(["RATE_LIMITED input.invitees.0.email"]);
    const wrong = await house.invite("bomber@acme.example");
    const replaced = (sendEmail: boolean) =>
      house.act((work) => replaceUser(work, { id: wrong.userId, rightEmail: "bombed@acme.example", sendEmail }));
    expect(await refusalOf(replaced(true))).toEqual(["RATE_LIMITED input.rightEmail"]);
    expect(await house.lettersTo("bombed@acme.example")).toHaveLength(1);
    await replaced(false);
    expect(await house.lettersTo("bombed@acme.example")).toHaveLength(1);
  });

  it("rules 5.3, 9.6: the account remains, signed in at its other sites, and a stranger here", async () => {
    const leaver = await house.joinByLink("leaver@acme.example");
    const guest = await house.joinElsewhere(leaver);
    await remove([leaver.publicUserId]);
    expect(await house.accountAt("leaver@acme.example")).toMatchObject({ id: leaver.accountId, emailKey: expect.anything() });
    expect(await house.callerOf(leaver.accessToken)).toMatchObject({ kind: "stranger", scopes: new Set() });
    expect(await house.callerOf(leaver.accessToken, house.elsewhere.siteId)).toMatchObject({ kind: "user", userId: guest });
  });

  it("rule 1.4: ends the sessions of a local account, which has no other site", async () => {
    const { publicUserId, accountId, accessToken } = await house.joinByLink("local@acme.example");
    await house.write("UPDATE Account SET realm = ? WHERE id = ?", [house.siteId, accountId]);
    await remove([publicUserId]);
    expect(await house.callerOf(accessToken)).toBeNull();
    expect(await house.accountAt("local@acme.example")).toMatchObject({ id: accountId });
  });

  it("rule 9.5: ends their tokens, and all that these made, for good", async () => {
    const admin = await house.joinByLink("scripter@acme.example", "ADMIN");
    const scopes = ["USERS_READ", "TOKENS_WRITE"] as const;
    const { secret, tokenId } = await house.act((work) => createApiToken(work, { name: "Script", scopes }), admin);
    const child = await house.act(
      (work) => createApiToken(work, { name: "Child", scopes: ["USERS_READ"] }),
      (await house.callerOf(secret)) ?? undefined,
    );
    await remove([admin.publicUserId]);
    expect(
      await house.rows("SELECT id FROM ApiToken WHERE revokedAt IS NULL AND id IN (?, ?)", [tokenId, child.tokenId]),
    ).toEqual([]);
    expect((await house.trail()).last.findable).toEqual([admin.userId, tokenId, child.tokenId].sort());
  });

  it("rule 2.7: old links never bring them back, also when they are invited again", async () => {
    const { userId, token, invitationId } = await house.invite("voided@acme.example", { sendEmail: true });
    await remove([userId]);
    expect(await house.lettersTo("voided@acme.example")).toMatchObject([{ state: "VOID", text: "" }]);
    expect(await refusalOf(house.accept({ token }))).toEqual(["WRONG_STATE input.token"]);
    const again = await house.invite("voided@acme.example");
    expect(again.userId).not.toBe(userId);
    expect(await refusalOf(house.accept({ token }))).toEqual(["WRONG_STATE input.token"]);
    expect(await refusalOf(house.act((work) => resendInvitations(work, { ids: [invitationId] })))).toEqual([
      "WRONG_STATE input.ids.0",
    ]);
    await house.act((work) => revokeInvitations(work, { ids: [invitationId] }));
    await house.accept({ token: again.token });
    expect(await refused([userId])).toEqual(["NOT_FOUND input.ids.0"]);
    expect(await house.userAt("voided@acme.example")).toMatchObject({ id: again.userId.slice(4), status: "ACTIVE" });
  });

  it("rule 2.7: a link that was used leads nowhere, and the account joins by a new one only", async () => {
    const { userId, token } = await house.invite("used@acme.example", { sendEmail: true });
    const { accountId } = await house.accept({ token });
    await remove([userId]);
    expect(await refusalOf(house.accept({ token }))).toEqual(["WRONG_STATE input.token"]);
    const again = await house.invite("used@acme.example");
    const account: Actor = { kind: "stranger", accountId, label: "used", scopes: new Set(), ipAddress: null };
    const joined = await house.accept({ token: again.token }, account);
    expect(joined).toMatchObject({ accountId, userId: expect.not.stringMatching(userId.slice(4)) });
  });

  it("rules 6.5, 7.3: frees the seats and says who loses which application", async () => {
    const { id: applicationId } = await house.application("wiki", { seatLimit: 1 });
    const [ann = "", bob = ""] = await house.people(2);
    await house.act((work) => giveAccess(work, { applicationId, userIds: [ann] }));
    const told = await house.reportOf((work) => deleteUsers(work, { ids: [ann, bob] }));
    expect(told.seats).toEqual([{ applicationId: applicationId.slice(4), change: -1, usedAfter: 0 }]);
    expect(told.accessLost).toEqual([{ applicationId: applicationId.slice(4), userCount: 1, userIds: [ann.slice(4)] }]);
  });

  it("takes a deactivated user, and one whom a directory does not list any more", async () => {
    const [ann = "", bob = ""] = await house.people(2);
    await house.act((work) => deactivateUsers(work, { ids: [ann] }));
    await giveToDirectory(bob, { left: true });
    expect(await remove([ann, bob])).toHaveLength(2);
  });

  it("changes nothing in a rehearsal, for nobody, and the second time", async () => {
    const { publicUserId } = await house.joinByLink("dry@acme.example");
    const before = await house.everything();
    await remove([publicUserId], house.admin, { rehearsal: true });
    expect(await remove([])).toEqual([]);
    expect(await house.everything()).toBe(before);
    const results = await Promise.allSettled([remove([publicUserId]), remove([publicUserId])]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const after = await house.everything();
    expect(await refused([publicUserId])).toEqual(["NOT_FOUND input.ids.0"]);
    expect(await house.everything()).toBe(after);
  });
});

describe("what deleting refuses", () => {
  it("rule 5.3: the whole set for one with content, naming application, kind and count", async () => {
    const wiki = { key: "notes", ...(await house.application("notes", { name: "Team notes" })) };
    const [ann = "", bob = ""] = await house.people(2);
    await report(house, wiki, [
      { user: { id: bob }, kind: "COMMENTED", count: 3 },
      { user: { id: bob }, kind: "ASSIGNED", count: 1 },
    ]);
    const before = await house.everything();
    const error = await remove([ann, bob]).catch((reason) => reason);
    expect(await refusalOf(Promise.reject(error))).toEqual(["HAS_CONTENT input.ids.1"]);
    expect(error.message).toBe(
      "This user was assigned 1 item in Team notes and commented on 3 items in Team notes. Deactivate them instead.",
    );
    expect(await house.everything()).toBe(before);
  });

  it("section 12: whom a directory lists, suspended there or not", async () => {
    const [ann = "", bob = "", cem = ""] = await house.people(3);
    await giveToDirectory(ann);
    await giveToDirectory(bob, { suspended: 1 });
    expect(await refused([ann, bob, cem])).toEqual(["MANAGED_BY_DIRECTORY input.ids.0", "MANAGED_BY_DIRECTORY input.ids.1"]);
    await house.act((work) => deactivateUsers(work, { ids: [ann] }));
    expect(await refused([ann])).toEqual(["MANAGED_BY_DIRECTORY input.ids.0"]);
  });

  it("rules 2.11, 9.4: an admin or a manager to who may not write admins, and everybody to who may not write users", async () => {
    const [ann = ""] = await house.people(1);
    const before = await house.everything();
    const ids = [ann, publicId("User", house.admin.userId), publicId("User", (await house.userAt("manager@acme.example")).id)];
    for (const actor of [house.manager, holderOf("USERS_WRITE")])
      expect(await refused(ids, actor)).toEqual(["FORBIDDEN input.ids.1", "FORBIDDEN input.ids.2"]);
    for (const actor of [house.member, house.hand, holderOf("USERS_READ", "ADMINS_WRITE")])
      expect(await refused([ann], actor)).toEqual(["FORBIDDEN input.ids.0"]);
    expect(await house.everything()).toBe(before);
  });

  it("rules 1.1, 5.4: the whole set for one that is not of this site", async () => {
    const [ann = ""] = await house.people(1);
    const before = await house.everything();
    expect(await refused([ann, house.elsewhere.userId, publicId("User", newId())])).toEqual([
      "NOT_FOUND input.ids.1",
      "NOT_FOUND input.ids.2",
    ]);
    expect(await house.everything()).toBe(before);
  });

  it("rule 1.6: the last admin, telling all the same who would lose what, and one of two who delete each other", async () => {
    const first = publicId("User", house.admin.userId);
    expect(await refused([first])).toEqual(["LAST_ADMIN"]);
    const { id: applicationId } = await house.application("solo");
    await house.act((work) => giveAccess(work, { applicationId, userIds: [first] }));
    const error = await remove([first]).catch((reason) => reason);
    expect(error.report.accessLost).toHaveLength(1);
    const other = await house.joinByLink("other@acme.example", "ADMIN");
    const results = await Promise.allSettled([remove([first], other), remove([other.publicUserId])]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await house.activeAdmins()).toEqual({ counted: 1, told: 1 });
  });

  it("rule 2.7: whoever accepts at the same moment is in before it, or never", async () => {
    for (let round = 0; round < 5; round++) {
      const { userId, token } = await house.invite(`racer${round}@acme.example`, {}, house.operator);
      const [deleted, accepted] = await Promise.allSettled([remove([userId], house.operator), house.accept({ token })]);
      expect(deleted.status).toBe("fulfilled");
      expect(await house.rows("SELECT id FROM User WHERE id = ?", [userId.slice(4)])).toEqual([]);
      if (accepted.status === "rejected")
        expect(await refusalOf(Promise.reject(accepted.reason))).toEqual(["WRONG_STATE input.token"]);
      else expect(await house.callerOf(accepted.value.session.accessToken)).toMatchObject({ kind: "stranger" });
    }
  });
});
