import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { readyPassword } from "../../../src/actions/accounts/ready-password.ts";
import { requestPasswordReset } from "../../../src/actions/accounts/request-password-reset.ts";
import { resetPassword } from "../../../src/actions/accounts/reset-password.ts";
import { acceptInvitation } from "../../../src/actions/invitations/accept-invitation.ts";
import { checkPassword, signIn } from "../../../src/actions/sessions/sign-in.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import { hashToken, newToken } from "../../../src/secrets/token.ts";
import { driftOf, refusalOf } from "../../support/access-house.ts";
import { testSafe } from "../../support/house.ts";
import { buildPeopleHouse, type Joined, type PeopleHouse, password, stranger } from "../../support/people-house.ts";

let house: PeopleHouse;
let newPassword: Awaited<ReturnType<typeof readyPassword>>;
const newWords = "a new horse battery";
beforeAll(async () => {
  house = await buildPeopleHouse();
  newPassword = await readyPassword(newWords);
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const request = (email: string) => house.act((work) => requestPasswordReset(work, { email }), stranger);
const reset = (token: string, ready = newPassword, options?: { rehearsal: boolean }) =>
  house.act((work) => resetPassword(work, { token, password: ready }), stranger, options);
const resetElsewhere = (token: string) =>
  house.elsewhere.act((work) => resetPassword(work, { token, password: newPassword }), stranger);
const check = (email: string, tried: string, siteId = house.siteId) =>
  house.door.look({ siteId, actor: stranger }, (reader) => checkPassword(reader, { email, password: tried }));

/** The tokens of the links in the letters to somebody, the oldest first. */
async function linksTo(email: string): Promise<string[]> {
  const letters = await house.lettersTo(email);
  return letters.flatMap(({ text }) => /\/reset#(\S+)/.exec(text)?.[1] ?? []);
}

/** Asks for a link, and answers its token. */
async function linkFor(email: string): Promise<string> {
  await request(email);
  return (await linksTo(email)).at(-1) ?? "";
}

describe("asking for a new password", () => {
  it("rule 9.6: writes a letter with a link for an hour, of which only a hash is kept, and leaves a trail", async () => {
    const ann = await house.joinByLink("ann@acme.example");
    await request(" Ann@ACME.example ");
    const [letter] = await house.lettersTo("ann@acme.example");
    expect(letter).toMatchObject({ state: "QUEUED", subject: "Choose a new password for Acme" });
    const [token = ""] = await linksTo("ann@acme.example");
    expect(letter?.text).toContain(`http://127.0.0.1:4000/reset#${token}\n`);
    const [row] = await house.rows<Record<string, string>>("SELECT * FROM PasswordReset WHERE accountId = ?", [ann.accountId]);
    expect(row).toMatchObject({ tokenHash: hashToken(token), siteId: house.siteId, usedAt: null });
    expect(Date.parse(row?.expiresAt ?? "") - Date.parse(row?.countedFrom ?? "")).toBe(3_600_000);
    expect((await house.trail()).last).toEqual({
      action: "passwordResetRequest",
      actor: "a stranger",
      count: 1,
      subjects: ["ann@acme.example"],
      findable: [ann.userId],
    });
    expect(await house.everything()).not.toContain(token.slice(3, 40));
  });

  it("T12: goes to the stored address, however it was spelled, and to no other", async () => {
    await house.joinByLink("stored@acme.example");
    await request("STORED@Acme.Example");
    const [{ n } = { n: 0 }] = await house.rows<{ n: number }>(
      "SELECT COUNT(*) AS n FROM Letter WHERE recipient = 'stored@acme.example'",
    );
    expect(Number(n)).toBe(1);
    for (const list of [
      "stored@acme.example,evil@evil.example",
      "stored@acme.example evil@evil.example",
      "Evil <stored@acme.example>",
    ])
      expect(await refusalOf(request(list))).toEqual(["INVALID input.email"]);
    expect(await house.lettersTo("evil@evil.example")).toEqual([]);
  });

  it("rule 9.6: writes to no account that nobody has signed in to, nor to one that is not there or was invited only", async () => {
    await house.joinByLink("silent@acme.example");
    await house.write("UPDATE Account SET signedInAt = NULL WHERE email = 'silent@acme.example'");
    await house.invite("invited@acme.example");
    for (const email of ["silent@acme.example", "invited@acme.example", "nobody@acme.example"]) {
      await request(email);
      expect(await house.lettersTo(email)).toEqual([]);
    }
    expect(await house.rows("SELECT accountId FROM PasswordReset WHERE emailKey = 'silent@acme.example'")).toEqual([]);
  });

  it("rules 1.1a, 9.6: answers, seals and records alike, whether or not there is an account", async () => {
    await house.joinByLink("known@acme.example");
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, "abroad@acme.example"));
    const acceptance = { token, fullName: "Abroad", passwordHash: house.passwordHash };
    await house.elsewhere.act((work) => acceptInvitation(work, acceptance), stranger);
    const seal = vi.spyOn(testSafe, "seal");
    const told = async (email: string) => {
      seal.mockClear();
      const answer = await request(email);
      const { action, subjects, findable } = (await house.trail()).last;
      return {
        answer,
        action,
        findable,
        subjects: subjects.map((one) => one.replace(email, "X")),
        sealed: seal.mock.calls.length,
      };
    };
    const nobody = await told("absent@acme.example");
    expect(nobody).toMatchObject({ sealed: 1, subjects: ["acme: passwordResetFor - > X"], findable: [house.siteId] });
    // Of an account that has no place here, the trail of this site tells no more than of none.
    expect(await told("abroad@acme.example")).toEqual(nobody);
    expect(await house.lettersTo("abroad@acme.example")).toHaveLength(1);
    const { id } = await house.userAt("known@acme.example");
    expect(await told("known@acme.example")).toEqual({ ...nobody, subjects: ["X"], findable: [id] });
    seal.mockRestore();
  });

  it("rule 9.6: voids the older link", async () => {
    await house.joinByLink("twice@acme.example");
    const [older, newer] = [await linkFor("twice@acme.example"), await linkFor("twice@acme.example")];
    expect(older).not.toBe(newer);
    expect(await refusalOf(reset(older))).toEqual(["BAD_CREDENTIALS input.token"]);
    await reset(newer);
    expect(await linkFor("twice@acme.example")).not.toBe(newer);
    await reset((await linksTo("twice@acme.example")).at(-1) ?? "");
  });

  it("writes at most five letters an hour to one account; the last link stays good, and later there are more", async () => {
    const { accountId } = await house.joinByLink("flooded@acme.example");
    for (let n = 0; n < 8; n++) await request("flooded@acme.example");
    const links = await linksTo("flooded@acme.example");
    expect(links).toHaveLength(5);
    await reset(links[4] ?? "");
    await house.write("UPDATE PasswordReset SET countedFrom = '2020-01-01T00:00:00.000Z' WHERE accountId = ?", [accountId]);
    await request("flooded@acme.example");
    expect(await house.rows("SELECT letters FROM PasswordReset WHERE accountId = ?", [accountId])).toEqual([{ letters: 1 }]);
  });

  it("writes no more than that, however many ask at the same moment, and one link is good", async () => {
    await house.joinByLink("stormed@acme.example");
    await Promise.all(Array.from({ length: 12 }, () => request("stormed@acme.example")));
    const links = await linksTo("stormed@acme.example");
    expect(links.length).toBeGreaterThan(0);
    expect(links.length).toBeLessThanOrEqual(5);
    const results = await Promise.allSettled(links.map((token) => reset(token)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("resetting a password", () => {
  const someone = async (email: string): Promise<{ who: Joined; token: string }> => ({
    who: await house.joinByLink(email),
    token: await linkFor(email),
  });

  it("rule 9.6: sets it, ends every session, opens none, and leaves a trail without secrets", async () => {
    const { who, token } = await someone("reset@acme.example");
    const { session } = await house.act((work) => signIn(work, { ...who, passwordHash: house.passwordHash }), stranger);
    expect(await reset(token)).toBeUndefined();
    for (const accessToken of [who.accessToken, session.accessToken]) expect(await house.callerOf(accessToken)).toBeNull();
    expect(await house.rows("SELECT id FROM Session WHERE accountId = ?", [who.accountId])).toEqual([]);
    expect((await check("reset@acme.example", newWords)).accountId).toBe(who.accountId);
    expect(await refusalOf(check("reset@acme.example", password))).toEqual(["BAD_CREDENTIALS"]);
    expect((await house.trail()).last).toEqual({
      action: "passwordReset",
      actor: "a stranger",
      count: 1,
      subjects: ["reset@acme.example: password - > -"],
      findable: [who.userId],
    });
    expect(JSON.stringify(await house.lastEvent())).not.toMatch(/argon2|gr_|horse/);
  });

  it("rule 9.6: works once, and says that it did", async () => {
    const { token } = await someone("once@acme.example");
    await reset(token);
    const before = await house.everything();
    expect(await refusalOf(reset(token))).toEqual(["WRONG_STATE input.token"]);
    expect(await house.everything()).toBe(before);
  });

  it("T15: works once, of many who use it at the same moment", async () => {
    const { who, token } = await someone("raced@acme.example");
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => reset(token)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected")
        expect(await refusalOf(Promise.reject(result.reason))).toEqual(["WRONG_STATE input.token"]);
    const events = await house.rows(
      "SELECT e.id FROM AuditEvent e JOIN AuditSubject s ON s.eventId = e.id WHERE s.subjectId = ? AND e.action = 'passwordReset'",
      [who.userId],
    );
    expect(events).toHaveLength(1);
  });

  it("rule 9.6: works for an hour", async () => {
    const { who, token } = await someone("late@acme.example");
    await house.write("UPDATE PasswordReset SET expiresAt = '2020-01-01T00:00:00.000Z' WHERE accountId = ?", [who.accountId]);
    const before = await house.everything();
    expect(await refusalOf(reset(token))).toEqual(["EXPIRED input.token"]);
    expect(await house.everything()).toBe(before);
  });

  it("refuses a bad link and a bad password at once, and changes nothing", async () => {
    await someone("faulty@acme.example");
    const before = await house.everything();
    for (const bad of ["short", "x".repeat(257)])
      expect(await refusalOf(reset("gr_nonsense", await readyPassword(bad)))).toEqual([
        "BAD_CREDENTIALS input.token",
        "INVALID input.password",
      ]);
    expect(await house.everything()).toBe(before);
  });

  it("T1, T18: takes no token that was changed, made up, or made for something else", async () => {
    const { who, token } = await someone("forged@acme.example");
    const { token: invitation } = await house.invite("purpose@acme.example");
    const changed = [...token].map((char, at) => token.slice(0, at) + (char === "A" ? "B" : "A") + token.slice(at + 1));
    const others = [newToken("gr_").token, invitation, who.accessToken, "", "gr_", "gr_' OR 1=1", `${token} `];
    const before = await house.everything();
    for (const bad of [...changed, ...others]) expect(await refusalOf(reset(bad))).toEqual(["BAD_CREDENTIALS input.token"]);
    expect(await refusalOf(house.accept({ token }))).toEqual(["BAD_CREDENTIALS input.token"]);
    expect(await house.everything()).toBe(before);
    await reset(token);
  });

  it("rule 9.6: accepts no invitation, here or elsewhere", async () => {
    const { who, token } = await someone("waiting@acme.example");
    const { userId } = await house.elsewhere.act((work) => house.inviteOn(work, "waiting@acme.example"));
    await reset(token);
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "PENDING" }]);
    const [user] = await house.rows("SELECT status, accountId FROM User WHERE id = ?", [userId.slice(4)]);
    expect(user).toEqual({ status: "INVITED", accountId: null });
    expect(who.accountId).toBeTruthy();
  });

  it("rules 5.1, 9.6: lets nobody in who was deactivated since, and goes on for the account's other sites", async () => {
    const { who, token } = await someone("gone@acme.example");
    await house.joinElsewhere(who);
    await house.act((work) => deactivateUsers(work, { ids: [who.publicUserId] }));
    await reset(token);
    expect(await house.userAt("gone@acme.example")).toMatchObject({ status: "DEACTIVATED" });
    const proven = await check("gone@acme.example", newWords);
    expect(await refusalOf(house.act((work) => signIn(work, proven), stranger))).toEqual(["FORBIDDEN"]);
    await house.elsewhere.act((work) => signIn(work, proven), stranger);
  });

  it("rule 4.2: is over for a link that went to an address which the account has no more", async () => {
    await house.verifyDomain("acme.example");
    const { who, token } = await someone("before@acme.example");
    await house.act((work) => updateUser(work, { id: who.publicUserId, email: "after@acme.example" }), house.admin);
    const before = await house.everything();
    expect(await refusalOf(reset(token))).toEqual(["WRONG_STATE input.token"]);
    expect(await house.everything()).toBe(before);
    const newcomer = await house.joinByLink("before@acme.example");
    expect(await refusalOf(reset(token))).toEqual(["WRONG_STATE input.token"]);
    expect((await check("before@acme.example", password)).accountId).toBe(newcomer.accountId);
    await reset(await linkFor("after@acme.example"));
  });

  it("rule 1.1b: is over for an account that lost its address to another person", async () => {
    const { who, token } = await someone("passed@acme.example");
    await house.write("UPDATE Account SET email = '', emailKey = NULL, passwordHash = NULL WHERE id = ?", [who.accountId]);
    expect(await refusalOf(reset(token))).toEqual(["WRONG_STATE input.token"]);
    const [account] = await house.rows("SELECT passwordHash FROM Account WHERE id = ?", [who.accountId]);
    expect(account).toEqual({ passwordHash: null });
  });

  it("rule 1.1: is not known on another site", async () => {
    const { token } = await someone("here@acme.example");
    const before = await house.everything();
    expect(await refusalOf(resetElsewhere(token))).toEqual(["BAD_CREDENTIALS input.token"]);
    expect(await house.everything()).toBe(before);
  });

  it("ends the session of who signs in by the old password at the same moment", async () => {
    const { who, token } = await someone("overlapped@acme.example");
    const proven = await check("overlapped@acme.example", password);
    await reset(token);
    expect(await refusalOf(house.act((work) => signIn(work, proven), stranger))).toEqual(["BAD_CREDENTIALS"]);
    for (let round = 0; round < 4; round++) {
      const old = await check("overlapped@acme.example", round % 2 ? password : newWords);
      const next = await readyPassword(round % 2 ? newWords : password);
      await house.write("UPDATE PasswordReset SET letters = 0 WHERE accountId = ?", [who.accountId]);
      const link = await linkFor("overlapped@acme.example");
      const entering = Array.from({ length: 3 }, () => house.act((work) => signIn(work, old), stranger));
      await Promise.allSettled([...entering, reset(link, next)]);
      expect(await house.rows("SELECT id FROM Session WHERE accountId = ?", [who.accountId])).toEqual([]);
    }
  });

  it("changes nothing in a rehearsal", async () => {
    const { token } = await someone("dry@acme.example");
    const before = await house.everything();
    await reset(token, newPassword, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});
