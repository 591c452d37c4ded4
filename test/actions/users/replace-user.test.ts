import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { deleteUsers } from "../../../src/actions/users/delete-users.ts";
import type { Replace } from "../../../src/actions/users/read-replacement.ts";
import { replaceUser } from "../../../src/actions/users/replace-user.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { contentAt, report } from "../../support/content.ts";
import { buildPeopleHouse, type PeopleHouse, tokenIn } from "../../support/people-house.ts";

let house: PeopleHouse;
let notes: { id: string; key: string };
beforeAll(async () => {
  house = await buildPeopleHouse();
  notes = { key: "notes", ...(await house.application("notes")) };
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const replace = (id: string, rightEmail: string, more: Partial<Replace> = {}, actor?: Actor, options?: { rehearsal: boolean }) =>
  house.act((work) => replaceUser(work, { id, rightEmail, sendEmail: true, ...more }), actor, options);
const refused = (id: string, rightEmail: string, actor?: Actor) => refusalOf(replace(id, rightEmail, {}, actor));
const groupsOf = async (email: string) =>
  (
    await house.rows<{ name: string; byHand: number }>(
      "SELECT g.name, m.byHand FROM Membership m JOIN `Group` g ON g.id = m.groupId JOIN User u ON u.id = m.userId WHERE u.email = ?",
      [email],
    )
  )
    .map(({ name, byHand }) => `${name} ${byHand ? "by hand" : ""}`)
    .sort();
const write = (id: string) => report(house, notes, [{ user: { id }, kind: "AUTHORED", count: 2 }]);

describe("replacing a user at the wrong address", () => {
  it("rule 3.1: invites the right one with the same role, groups and words, and deletes the wrong one", async () => {
    const groupId = await house.group("Team");
    const wrong = await house.invite("adaa@acme.example", {
      invitees: [{ email: "adaa@acme.example", fullName: "Ada Lovelace", username: "countess" }],
      role: "MANAGER",
      groupIds: [groupId],
      message: "Welcome, Ada",
      sendEmail: true,
    });
    await house.act((work) => updateUser(work, { id: wrong.userId, title: "Analyst" }));
    const { userId, replacedId } = await replace(wrong.userId, " Ada@ACME.example");
    expect(replacedId).toBeNull();
    expect(await house.userAt("adaa@acme.example")).toBeUndefined();
    expect(await house.userAt("ada@acme.example")).toMatchObject({
      id: userId,
      status: "INVITED",
      role: "MANAGER",
      fullName: "Ada Lovelace",
      username: "countess",
      title: "Analyst",
    });
    expect(await groupsOf("ada@acme.example")).toEqual(["Team by hand"]);
    expect((await house.trail()).last).toEqual({
      action: "userReplace",
      actor: "admin@acme.example",
      count: 3,
      subjects: [
        "adaa@acme.example: status INVITED > -: role MANAGER > -: replacedBy - > ada@acme.example",
        "ada@acme.example: status - > INVITED: role - > MANAGER",
        "Team",
      ],
      findable: [wrong.userId.slice(4), userId, groupId.slice(4)].sort(),
    });
    expect(await house.lettersTo("adaa@acme.example")).toMatchObject([{ state: "VOID" }]);
    expect(await refusalOf(house.accept({ token: wrong.token }))).toEqual(["WRONG_STATE input.token"]);
    const [letter] = await house.lettersTo("ada@acme.example");
    expect(letter?.text).toContain("Welcome, Ada");
    await house.accept({ token: tokenIn(letter) });
    expect(await house.userAt("ada@acme.example")).toMatchObject({ id: userId, status: "ACTIVE" });
  });

  it("makes the names anew that were made of the wrong address", async () => {
    const { userId } = await house.invite("bbob@acme.example");
    await replace(userId, "bob@acme.example");
    expect(await house.userAt("bob@acme.example")).toMatchObject({ fullName: "bob", username: "bob" });
    const same = await house.invite("cem@wrong.example");
    await replace(same.userId, "cem@acme.example");
    expect(await house.userAt("cem@acme.example")).toMatchObject({ username: "cem" });
  });

  it("rule 3.1: deactivates the wrong one where there is content, which stays theirs, and says where they went", async () => {
    const wrong = await house.joinByLink("elsewho@acme.example");
    await write(wrong.publicUserId);
    await house.joinElsewhere(wrong);
    const { userId, replacedId } = await replace(wrong.publicUserId, "who@acme.example", { sendEmail: false });
    expect(replacedId).toBe(wrong.userId);
    expect(await house.userAt("elsewho@acme.example")).toMatchObject({
      status: "DEACTIVATED",
      replacedById: userId,
      deactivationNote: "Replaced by who@acme.example.",
    });
    // Nothing of the person who joined is handed on.
    expect(await house.userAt("who@acme.example")).toMatchObject({ fullName: "who", accountId: null });
    expect(await contentAt(house, wrong.publicUserId)).toEqual(["notes AUTHORED 2"]);
    expect(await contentAt(house, publicId("User", userId))).toEqual([]);
    expect(await house.lettersTo("who@acme.example")).toEqual([]);
    expect(await house.callerOf(wrong.accessToken)).toMatchObject({ kind: "stranger" });
    expect(await house.callerOf(wrong.accessToken, house.elsewhere.siteId)).toMatchObject({ kind: "user" });
  });

  it("section 12: onto someone who is a member already adds the groups and keeps that person's role", async () => {
    const shared = await house.group("Shared");
    const only = await house.group("Only the wrong one's");
    const right = await house.joinByLink("boss@acme.example", "ADMIN");
    await house.act((work) => addMembers(work, { groupId: shared, userIds: [right.publicUserId] }));
    const { userId } = await house.invite("bosss@acme.example", { groupIds: [shared, only] });
    const { warnings } = await house.reportOf((work) =>
      replaceUser(work, { id: userId, rightEmail: "boss@acme.example", sendEmail: true }),
    );
    expect(warnings.map(({ path }) => path.join("."))).toEqual(["input.rightEmail"]);
    expect(await groupsOf("boss@acme.example")).toEqual(["Only the wrong one's by hand", "Shared by hand"]);
    expect(await house.userAt("boss@acme.example")).toMatchObject({ role: "ADMIN", status: "ACTIVE" });
    expect(await house.lettersTo("boss@acme.example")).toEqual([]);
    expect(await house.userAt("bosss@acme.example")).toBeUndefined();
    await house.act((work) => deactivateUsers(work, { ids: [right.publicUserId] }));
  });

  it("renews and sends the expired invitation of who is invited at the right address", async () => {
    const right = await house.invite("late@acme.example");
    await house.expire(right.invitationId);
    const { userId } = await house.invite("laate@acme.example");
    expect(await replace(userId, "late@acme.example")).toEqual({ userId: right.userId.slice(4), replacedId: null });
    await house.accept({ token: tokenIn((await house.lettersTo("late@acme.example")).at(-1)) });
  });

  it("rules 3.1, 7.3: counts the seats as one change, also of the last seat", async () => {
    const { id: applicationId } = await house.application("full", { seatLimit: 1 });
    const { userId } = await house.invite("seeat@acme.example");
    await house.act((work) => giveAccess(work, { applicationId, userIds: [userId] }));
    const told = await house.reportOf((work) =>
      replaceUser(work, { id: userId, rightEmail: "seat@acme.example", sendEmail: true }),
    );
    expect(told.seats).toEqual([]);
    expect(told.accessLost).toEqual([{ applicationId: applicationId.slice(4), userCount: 1, userIds: [userId.slice(4)] }]);
    // One who is out already has no seat to hand on.
    const seat = publicId("User", (await house.userAt("seat@acme.example")).id);
    await house.act((work) => deactivateUsers(work, { ids: [seat] }));
    const [ann = ""] = await house.people(1);
    await house.act((work) => giveAccess(work, { applicationId, userIds: [ann] }));
    const before = await house.everything();
    expect(await refused(seat, "chair@acme.example")).toEqual(["NO_SEATS"]);
    expect(await house.everything()).toBe(before);
  });

  it("rule 6.3: leaves groups that a directory fills, and says so", async () => {
    const { userId } = await house.invite("synk@acme.example");
    const groupId = await house.syncedGroup("Synced");
    await house.write("INSERT INTO Membership (groupId, userId, byHand, bySync, direct) VALUES (?, ?, 1, 0, 0)", [
      groupId.slice(4),
      userId.slice(4),
    ]);
    await house.write("UPDATE `Group` SET memberCount = 1 WHERE id = ?", [groupId.slice(4)]);
    const { warnings } = await house.reportOf((work) =>
      replaceUser(work, { id: userId, rightEmail: "sync@acme.example", sendEmail: true }),
    );
    expect(warnings).toEqual([
      {
        message: "Synced takes its members from a directory alone, so sync@acme.example does not join it.",
        path: ["input", "id"],
      },
    ]);
    expect(await groupsOf("sync@acme.example")).toEqual([]);
  });

  it("rule 2.10: warns of a right address that looks mistyped, too, and not for being near the wrong one", async () => {
    await house.invite("grace.hopper@acme.example");
    const { userId } = await house.invite("gracehoper@acme.example");
    const rehearse = (rightEmail: string) =>
      house.act(
        async (work) => {
          await replaceUser(work, { id: userId, rightEmail, sendEmail: true });
          return work.report.warnings.map(({ path }) => path.join("."));
        },
        house.admin,
        { rehearsal: true },
      );
    expect(await rehearse("grace.hoppe@acme.example")).toEqual(["input.rightEmail"]);
    expect(await rehearse("gracehoperr@acme.example")).toEqual([]);
  });

  it("changes nothing in a rehearsal, and the same again changes nothing", async () => {
    const { userId } = await house.invite("twicce@acme.example");
    await write(userId);
    const before = await house.everything();
    await replace(userId, "twice@acme.example", {}, house.admin, { rehearsal: true });
    expect(await house.everything()).toBe(before);
    const first = await replace(userId, "twice@acme.example");
    const after = await house.everything();
    expect(await replace(userId, "Twice@acme.example")).toEqual(first);
    expect(await house.everything()).toBe(after);
    expect(await refused(userId, "thrice@acme.example")).toEqual(["WRONG_STATE input.id"]);
    await house.act((work) => deleteUsers(work, { ids: [publicId("User", first.userId)] }));
    await replace(userId, "thrice@acme.example");
  });
});

describe("what replacing refuses", () => {
  it("rule 2.11: an admin who would replace themselves: who vouches for the new one would be gone", async () => {
    const admin = await house.joinByLink("me.wrong@acme.example", "ADMIN");
    const scopes = ["USERS_WRITE", "ADMINS_WRITE"] as const;
    expect(await refused(admin.publicUserId, "me.right@acme.example", admin)).toEqual(["FORBIDDEN input.id"]);
    const token = { ...holderOf(...scopes), userId: admin.userId };
    expect(await refused(admin.publicUserId, "me.right@acme.example", token)).toEqual(["FORBIDDEN input.id"]);
    expect(await house.userAt("me.right@acme.example")).toBeUndefined();
    await replace(admin.publicUserId, "me.right@acme.example");
    expect(await house.userAt("me.right@acme.example")).toMatchObject({ status: "INVITED", role: "ADMIN" });
  });

  it("a right address that is none, the wrong one itself, or a deactivated user's", async () => {
    const { userId } = await house.invite("odd@acme.example");
    const out = await house.invite("out@acme.example");
    await house.act((work) => deactivateUsers(work, { ids: [out.userId] }));
    const before = await house.everything();
    for (const email of ["odd@", "", "ODD@acme.example"])
      expect(await refused(userId, email)).toEqual(["INVALID input.rightEmail"]);
    expect(await refused(userId, "out@acme.example")).toEqual(["WRONG_STATE input.rightEmail"]);
    expect(await house.everything()).toBe(before);
  });

  it("section 12: a synced user; rule 1.1: one of another site", async () => {
    const { userId } = await house.invite("theirs@acme.example");
    await house.write("UPDATE User SET directoryId = ? WHERE id = ?", [newId(), userId.slice(4)]);
    const before = await house.everything();
    expect(await refused(userId, "ours@acme.example")).toEqual(["MANAGED_BY_DIRECTORY input.id"]);
    expect(await refused(house.elsewhere.userId, "ours@acme.example")).toEqual(["NOT_FOUND input.id"]);
    expect(await house.everything()).toBe(before);
  });

  it("rules 2.11, 9.4: an admin to a manager, at either address, and groups to who may not choose them", async () => {
    const admin = await house.invite("top@acme.example", { role: "ADMIN" });
    const plain = await house.invite("plainn@acme.example");
    const grouped = await house.invite("groupped@acme.example", { groupIds: [await house.group("Guarded")] });
    const before = await house.everything();
    expect(await refused(admin.userId, "toop@acme.example", house.manager)).toEqual(["FORBIDDEN input.id"]);
    expect(await refused(plain.userId, "top@acme.example", house.manager)).toEqual(["FORBIDDEN input.rightEmail"]);
    expect(await refused(grouped.userId, "grouped@acme.example", holderOf("USERS_WRITE"))).toEqual(["FORBIDDEN input.id"]);
    for (const actor of [house.member, house.hand, holderOf("USERS_READ")])
      expect(await refused(plain.userId, "plain@acme.example", actor)).toEqual(["FORBIDDEN input.id"]);
    expect(await house.everything()).toBe(before);
    await replace(plain.userId, "plain@acme.example", {}, holderOf("USERS_WRITE"));
    await replace(grouped.userId, "grouped@acme.example", {}, house.manager);
  });

  it("rule 1.6: the last admin", async () => {
    const before = await house.everything();
    expect(await refused(publicId("User", house.admin.userId), "new.admin@acme.example")).toEqual(["LAST_ADMIN input.id"]);
    expect(await house.everything()).toBe(before);
    const other = await house.joinByLink("second@acme.example", "ADMIN");
    const results = await Promise.allSettled([
      replace(publicId("User", house.admin.userId), "first.new@acme.example", {}, other),
      replace(other.publicUserId, "second.new@acme.example"),
    ]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await house.activeAdmins()).toEqual({ counted: 1, told: 1 });
  });

  it.each([false, true])("all but one of two replacements of one user at the same moment (with content: %s)", async (content) => {
    const { userId } = await house.invite(`raced.${content}@acme.example`, {}, house.operator);
    const { id: applicationId } = await house.application(`raced-${content}`);
    const groupId = await house.group(`Raced ${content}`);
    await house.act((work) => setGrant(work, { applicationId, groupId, role: "USER", default: false }), house.operator);
    await house.act((work) => addMembers(work, { groupId, userIds: [userId] }), house.operator);
    if (content) await write(userId);
    const results = await Promise.allSettled(
      ["left", "right"].map((name) => replace(userId, `${name}.${content}@acme.example`, {}, house.operator)),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const result of results)
      if (result.status === "rejected")
        expect(await refusalOf(Promise.reject(result.reason))).toEqual([`${content ? "WRONG_STATE" : "NOT_FOUND"} input.id`]);
    expect(await house.rows("SELECT seatsUsed FROM Application WHERE id = ?", [applicationId.slice(4)])).toEqual([
      { seatsUsed: 1 },
    ]);
  });
});
