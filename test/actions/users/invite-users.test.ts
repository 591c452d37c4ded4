import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { type Invite, inviteUsers } from "../../../src/actions/users/invite-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { hashToken } from "../../../src/secrets/token.ts";
import { RefusalWithReport } from "../../../src/work/door.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse, tokenIn } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const quiet = { role: "MEMBER", applicationIds: [], groupIds: [], sendEmail: false } as const;
const invite = (emails: string[], more: Partial<Invite> = {}, actor?: Actor, options?: { rehearsal: boolean }) =>
  house.act(
    async (work) => ({
      ...(await inviteUsers(work, { ...quiet, invitees: emails.map((email) => ({ email })), ...more })),
      report: work.report,
    }),
    actor,
    options,
  );
const groupsOf = async (email: string) => {
  const groups = await house.rows<{ name: string }>(
    "SELECT g.name FROM Membership m JOIN `Group` g ON g.id = m.groupId JOIN User u ON u.id = m.userId WHERE u.email = ? ORDER BY g.name",
    [email],
  );
  return groups.map(({ name }) => name);
};

describe("inviting", () => {
  it("rules 2.1, 10.1: adds people as INVITED, and leaves one event that is found by each", async () => {
    const invitees = [
      { email: " Ada@Acme.example", fullName: " Ada Lovelace ", username: "countess" },
      { email: "bob@acme.example" },
    ];
    const { userIds } = await invite([], { invitees });
    const [ada, bob] = [await house.userAt("ada@acme.example"), await house.userAt("bob@acme.example")];
    expect(ada).toMatchObject({ id: userIds[0], status: "INVITED", role: "MEMBER", username: "countess", accountId: null });
    expect(ada).toMatchObject({ fullName: "Ada Lovelace", joinedAt: null });
    expect(bob).toMatchObject({ id: userIds[1], username: "bob", fullName: "bob" });
    expect((await house.trail()).last).toEqual({
      action: "userInvite",
      actor: "admin@acme.example",
      count: 2,
      subjects: [
        "ada@acme.example: status - > INVITED: role - > MEMBER",
        "bob@acme.example: status - > INVITED: role - > MEMBER",
      ],
      findable: [...userIds].sort(),
    });
    expect(await house.lastEvent()).toMatchObject({ actorId: house.admin.userId, ipAddress: "192.0.2.1" });
  });

  it("rule 2.7: writes a letter with a link for 30 days, of which nothing but a hash stands in the database", async () => {
    const { userId, token } = await house.invite("secret@acme.example", { sendEmail: true, message: "See you there." });
    const [invitation] = await house.invitationsOf(userId);
    expect(invitation).toMatchObject({ state: "PENDING", delivery: "QUEUED", sentCount: 1, tokenHash: hashToken(token) });
    expect(Date.parse(invitation?.expiresAt ?? "") - Date.parse(invitation?.createdAt ?? "")).toBe(30 * 86_400_000);
    const letters = await house.lettersTo("secret@acme.example");
    expect(letters.map(tokenIn)).toEqual([token]);
    expect(letters[0]?.text).toContain("See you there.");
    expect(await house.everything()).not.toContain(token.slice(3, 40));
  });

  it("rule 2.6: makes an invitation without a letter", async () => {
    const { userId } = await house.invite("quiet@acme.example");
    expect(await house.invitationsOf(userId)).toMatchObject([{ delivery: "NOT_SENT", sentCount: 0, lastSentAt: null }]);
    expect(await house.lettersTo("quiet@acme.example")).toEqual([]);
  });

  it("rule 2.2: shows the same of somebody who has an account as of somebody who has none", async () => {
    await house.write(
      "INSERT INTO Account (id, realm, email, emailKey, emailVerified, fullName, createdAt) VALUES (?, '', 'k@far.example', 'k@far.example', 1, 'Known', '')",
      [newId()],
    );
    await invite(["k@far.example", "u@far.example"], { sendEmail: true });
    const seen = async (email: string) => {
      const { status, accountId, fullName, joinedAt } = await house.userAt(email);
      const letters = (await house.lettersTo(email)).map(({ subject }) => subject);
      return { status, accountId, hasAddressForName: fullName === email.slice(0, 1), joinedAt, letters };
    };
    expect(await seen("k@far.example")).toEqual(await seen("u@far.example"));
    expect(await seen("k@far.example")).toMatchObject({ status: "INVITED", accountId: null, hasAddressForName: true });
  });

  it("rule 2.4: puts them into the default groups of the applications chosen, or of those that new users get", async () => {
    const { id: wiki } = await house.application("wiki");
    await house.application("crm", { grantedToNewUsers: true });
    const choir = await house.group("Choir");
    await invite(["left.out@acme.example"], { applicationIds: null });
    await invite(["chosen@acme.example", "chosen.too@acme.example"], { applicationIds: [wiki], groupIds: [choir, choir] });
    await invite(["none@acme.example"], { applicationIds: [] });
    expect(await groupsOf("left.out@acme.example")).toEqual(["crm-users"]);
    expect(await groupsOf("chosen@acme.example")).toEqual(["Choir", "wiki-users"]);
    expect(await groupsOf("none@acme.example")).toEqual([]);
    await invite(["watched@acme.example"], { groupIds: [choir] });
    const { last } = await house.trail();
    expect(last.subjects[1]).toBe("Choir: members 2 > 3");
    expect(last.findable).toContain(choir.slice(4));
  });

  it("finds usernames that are free, and none that is given to somebody else of the same call", async () => {
    await invite(["sam@acme.example", "sam@other.example", "sam+x@acme.example"]);
    await invite([], { invitees: [{ email: "tom@acme.example" }, { email: "other@acme.example", username: "Tom" }] });
    const names = await house.rows("SELECT username FROM User WHERE email LIKE 'sam%' OR email LIKE 'tom%' ORDER BY username");
    expect(names).toEqual(["sam", "sam2", "sam3", "tom2"].map((username) => ({ username })));
  });
});

describe("inviting people twice", () => {
  it("rule 2.5: keeps a pending invitation, groups and all, and leaves no event", async () => {
    const first = await house.invite("twice@acme.example", { sendEmail: true });
    const before = await house.everything();
    const groupId = await house.group("Too late");
    const { size } = await house.trail();
    const again = await invite(["TWICE@acme.example"], { sendEmail: true, groupIds: [groupId], role: "MANAGER" });
    expect(again).toMatchObject({ userIds: [first.userId.slice(4)], tokens: new Map() });
    expect((await house.trail()).size).toBe(size);
    expect(before).toContain(JSON.stringify((await house.invitationsOf(first.userId))[0]));
    expect(await house.userAt("twice@acme.example")).toMatchObject({ role: "MEMBER" });
    expect(await groupsOf("twice@acme.example")).toEqual([]);
  });

  it("section 12: renews an expired one, with a new link in a new letter, and leaves a trail", async () => {
    const { userId, invitationId, token } = await house.invite("late@acme.example", { sendEmail: true, message: "Old words" });
    await house.expire(invitationId);
    const { tokens } = await invite(["late@acme.example"], { sendEmail: true, message: "New words" });
    const [invitation, ...more] = await house.invitationsOf(userId);
    expect(more).toEqual([]);
    expect(invitation).toMatchObject({ sentCount: 2, message: "New words" });
    expect(await refusalOf(house.accept({ token }))).toEqual(["BAD_CREDENTIALS input.token"]);
    const [old, fresh] = await house.lettersTo("late@acme.example");
    expect(old).toMatchObject({ state: "VOID", text: "" });
    expect(fresh?.text).toContain("New words");
    expect(tokens).toEqual(new Map([[userId.slice(4), tokenIn(fresh)]]));
    expect((await house.trail()).last.subjects).toEqual([
      `late@acme.example: invitationExpiresAt 2020-01-01T00:00:00.000Z > ${invitation?.expiresAt}`,
    ]);
    await house.accept({ token: tokenIn(fresh) });
  });

  it("rule 2.5: returns an ACTIVE user unchanged with a warning, and refuses a DEACTIVATED one", async () => {
    const { userId } = await house.joinByLink("active@acme.example");
    const answer = await invite(["new@acme.example", "active@acme.example"]);
    expect(answer.userIds[1]).toBe(userId);
    expect(answer.report.warnings).toEqual([
      { message: "active@acme.example is an active user of this site already.", path: ["input", "invitees", "1", "email"] },
    ]);
    await house.act((work) => deactivateUsers(work, { ids: [publicId("User", userId)] }));
    expect(await refusalOf(invite(["active@acme.example"]))).toEqual(["WRONG_STATE input.invitees.0.email"]);
  });

  it("makes one user of two who invite the same address at the same moment", async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => invite(["raced@acme.example"], { sendEmail: true })));
    expect(new Set(results.flatMap(({ userIds }) => userIds)).size).toBe(1);
    expect(results.filter(({ tokens }) => tokens.size > 0)).toHaveLength(1);
    expect(await house.lettersTo("raced@acme.example")).toHaveLength(1);
  });
});

describe("what inviting refuses", () => {
  it("rule 2.1: everything that makes no sense at once, each at its path, and changes nothing", async () => {
    await house.invite("holder@acme.example", { invitees: [{ email: "holder@acme.example", username: "holder" }] });
    const gone = await house.joinByLink("gone@acme.example");
    await house.act((work) => deactivateUsers(work, { ids: [gone.publicUserId] }));
    const synced = await house.syncedGroup("Synced");
    const before = await house.everything();
    const invitees = [
      { email: "fine@acme.example" },
      { email: "Ann <ann@acme.example>" },
      { email: "FINE@acme.example" },
      { email: "three@acme.example", fullName: "a\u202eb", username: "has blank" },
      { email: "four@acme.example", username: "Holder" },
      { email: "gone@acme.example" },
    ];
    const groupIds = [synced, synced, house.elsewhere.groupId];
    const applicationIds = [house.elsewhere.applicationId];
    expect(await refusalOf(invite([], { invitees, groupIds, applicationIds, message: "x".repeat(1001) }))).toEqual([
      "INVALID input.invitees.1.email",
      "INVALID input.invitees.2.email",
      "INVALID input.invitees.3.fullName",
      "INVALID input.invitees.3.username",
      "INVALID input.message",
      "MANAGED_BY_DIRECTORY input.groupIds.0",
      "NOT_FOUND input.applicationIds.0",
      "NOT_FOUND input.groupIds.2",
      "TAKEN input.invitees.4.username",
      "WRONG_STATE input.invitees.5.email",
    ]);
    expect(await house.everything()).toBe(before);
    expect(await refusalOf(invite([]))).toEqual(["INVALID input.invitees"]);
  });

  it("rule 2.11: a manager who makes or invites again an admin, and a member and a directory who invite at all", async () => {
    const boss = await house.invite("boss@acme.example", { role: "ADMIN" });
    await house.expire(boss.invitationId);
    const before = await house.everything();
    expect(await refusalOf(invite(["x@acme.example"], { role: "MANAGER" }, house.manager))).toEqual(["FORBIDDEN input.role"]);
    expect(await refusalOf(invite(["x@acme.example", "boss@acme.example"], {}, house.manager))).toEqual([
      "FORBIDDEN input.invitees.1.email",
    ]);
    for (const actor of [house.member, house.hand, holderOf("USERS_READ")])
      expect(await refusalOf(invite(["x@acme.example"], {}, actor))).toEqual(["FORBIDDEN"]);
    expect(await house.everything()).toBe(before);
    await invite(["y@acme.example"], {}, house.manager);
  });

  it("rule 9.4: choosing groups or applications without the scope for it", async () => {
    const { id, groupId } = await house.application("chosen");
    const holder = holderOf("USERS_WRITE");
    const chosen = (more: Partial<Invite>) => refusalOf(invite(["z@acme.example"], more, holder));
    expect(await chosen({ groupIds: [groupId] })).toEqual(["FORBIDDEN input.groupIds"]);
    expect(await chosen({ applicationIds: [id] })).toEqual(["FORBIDDEN input.applicationIds"]);
    await invite(["z@acme.example"], { applicationIds: null }, holder);
  });

  it("rules 2.3, 7.3: more people than there are seats, all of them, and says what it would take", async () => {
    const { id, groupId } = await house.application("small", { seatLimit: 2 });
    await invite(["seat1@acme.example"], { applicationIds: [id] });
    const before = await house.everything();
    const error = await invite(["two@acme.example", "three@acme.con"], { groupIds: [groupId] }).catch((reason) => reason);
    expect(await refusalOf(Promise.reject(error))).toEqual(["NO_SEATS"]);
    expect(error).toBeInstanceOf(RefusalWithReport);
    expect(error.report.seats).toEqual([{ applicationId: id.slice(4), change: 2, usedAfter: 3 }]);
    expect(error.report.warnings).toHaveLength(1);
    expect(await house.everything()).toBe(before);
    const raced = await Promise.allSettled([2, 3, 4].map((n) => invite([`seat${n}@acme.example`], { applicationIds: [id] })));
    expect(raced.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("rehearsing an invitation", () => {
  it("rule 7.4: changes nothing, writes to nobody, and tells seats and warnings", async () => {
    const { id } = await house.application("rehearsed");
    const before = await house.everything();
    const choice = { applicationIds: [id], sendEmail: true };
    const { report } = await invite(["dry@acme.example", "dry@acme.con"], choice, house.admin, { rehearsal: true });
    expect(report.seats).toEqual([{ applicationId: id.slice(4), change: 2, usedAfter: 2 }]);
    expect(report.warnings).toHaveLength(1);
    expect(await house.everything()).toBe(before);
  });
});
