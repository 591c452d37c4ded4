import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { acceptInvitation, refuseBadPassword } from "../../../src/actions/invitations/accept-invitation.ts";
import { resendInvitations } from "../../../src/actions/invitations/resend-invitations.ts";
import { createApiToken } from "../../../src/actions/tokens/create-api-token.ts";
import { revokeApiToken } from "../../../src/actions/tokens/revoke-api-token.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { publicId } from "../../../src/model/id.ts";
import { hashToken, newToken } from "../../../src/secrets/token.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse, stranger } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const refused = (...args: Parameters<PeopleHouse["accept"]>) => refusalOf(house.accept(...args));
const accountsOf = (email: string) => house.rows("SELECT * FROM Account WHERE email = ?", [email]);
const guest = (accountId: string): Actor => ({ ...stranger, kind: "stranger", accountId });

describe("accepting an invitation", () => {
  it("rules 2.8, 2.12: makes the account of the invited address, joins, and leaves a trail", async () => {
    const { userId, invitationId, token } = await house.invite("ann@acme.example", { sendEmail: true });
    const { accountId } = await house.accept({ token, fullName: " Ann Newcome " });
    const account = await house.accountAt("ann@acme.example");
    expect(account).toMatchObject({ id: accountId, realm: "", emailVerified: 1, fullName: "Ann Newcome" });
    expect(account?.passwordHash).toBe(house.passwordHash);
    const user = await house.userAt("ann@acme.example");
    expect(user).toMatchObject({ status: "ACTIVE", accountId, fullName: "Ann Newcome", version: 2 });
    expect(user.joinedAt).toBe(user.lastActiveAt);
    expect(await house.rows("SELECT term FROM SearchTerm WHERE userId = ? ORDER BY term", [userId.slice(4)])).toHaveLength(2);
    expect((await house.invitationsOf(userId))[0]).toMatchObject({ state: "ACCEPTED", pendingKey: null });
    expect((await house.trail()).last).toEqual({
      action: "invitationAccept",
      actor: "a stranger",
      count: 1,
      subjects: ["ann@acme.example: status INVITED > ACTIVE"],
      findable: [userId.slice(4), invitationId.slice(4)].sort(),
    });
  });

  it("rule 9.3: opens a session of which only a hash is kept, and puts no secret into the trail", async () => {
    const { token } = await house.invite("safe@acme.example", { sendEmail: true });
    const { session, accountId } = await house.accept({ token });
    expect(await house.callerOf(session.accessToken)).toMatchObject({ kind: "user", label: "safe@acme.example" });
    expect(await house.rows("SELECT tokenHash FROM Session WHERE accountId = ?", [accountId])).toEqual([
      { tokenHash: hashToken(session.accessToken) },
    ]);
    const everything = await house.everything();
    for (const secret of [token, session.accessToken]) expect(everything).not.toContain(secret.slice(3, 40));
    expect(JSON.stringify(await house.lastEvent())).not.toMatch(/argon2|password/i);
  });

  it("rule 2.8: changes neither name nor password of an account that is there, and needs its session", async () => {
    const there = await house.joinByLink("there@acme.example");
    await house.write("UPDATE Account SET emailVerified = 0 WHERE id = ?", [there.accountId]);
    const before = await house.accountAt("there@acme.example");
    const { token, userId } = await house.elsewhere.act((work) => house.inviteOn(work, "there@acme.example"));
    const acceptAs = (actor: Actor) =>
      house.elsewhere.act((work) => acceptInvitation(work, { token, fullName: "New", passwordHash: "new" }), actor);
    const holder = { ...holderOf("USERS_WRITE"), userId: there.userId };
    const other = await house.joinByLink("somebody.else@acme.example");
    for (const actor of [stranger, guest(other.accountId), holder, house.operator])
      expect(await refusalOf(acceptAs(actor))).toEqual(["FORBIDDEN"]);
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "PENDING" }]);
    await acceptAs(guest(there.accountId));
    expect(await house.accountAt("there@acme.example")).toEqual({ ...before, emailVerified: 1, signedInAt: expect.any(String) });
    expect(await house.rows("SELECT status, fullName, accountId FROM User WHERE id = ?", [userId.slice(4)])).toEqual([
      { status: "ACTIVE", fullName: before?.fullName, accountId: there.accountId },
    ]);
    expect(await driftOf(house, house.elsewhere.siteId)).toEqual([]);
  });

  it("rule 2.7: works once, also at the same moment: one account, one session", async () => {
    const { token } = await house.invite("raced@acme.example");
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => house.accept({ token, fullName: `Racer ${n}` })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected")
        expect(await refusalOf(Promise.reject(result.reason))).toEqual(["WRONG_STATE input.token"]);
    const [account, ...more] = await accountsOf("raced@acme.example");
    expect(more).toEqual([]);
    expect(await house.rows("SELECT id FROM Session WHERE accountId = ?", [String(account?.id)])).toHaveLength(1);
    expect(await refused({ token })).toEqual(["WRONG_STATE input.token"]);
  });

  it("makes one account of one address that accepts on two sites at the same moment", async () => {
    for (let round = 0; round < 5; round++) {
      const email = `twin${round}@acme.example`;
      const here = await house.invite(email);
      const there = await house.elsewhere.act((work) => house.inviteOn(work, email));
      const acceptThere = house.elsewhere.act(
        (work) => acceptInvitation(work, { token: there.token, fullName: "There", passwordHash: house.passwordHash }),
        stranger,
      );
      const results = await Promise.allSettled([house.accept({ token: here.token }), acceptThere]);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const result of results)
        if (result.status === "rejected") expect(await refusalOf(Promise.reject(result.reason))).toEqual(["FORBIDDEN"]);
      expect(await accountsOf(email)).toHaveLength(1);
    }
  });

  it("changes nothing in a rehearsal", async () => {
    const { token } = await house.invite("dry@acme.example");
    const before = await house.everything();
    const acceptance = { token, fullName: "Dry", passwordHash: house.passwordHash };
    await house.act((work) => acceptInvitation(work, acceptance), stranger, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});

describe("what accepting refuses", () => {
  it("an account without a name or a password, both at once", async () => {
    const { token } = await house.invite("empty@acme.example");
    const before = await house.everything();
    for (const fullName of [null, "", " \u200b", "a\nb", "x".repeat(201)])
      expect(await refused({ token, fullName, passwordHash: null })).toEqual([
        "INVALID input.fullName",
        "INVALID input.password",
      ]);
    expect(await house.everything()).toBe(before);
  });

  it("a password that is too short or too long, before it is hashed", () => {
    for (const bad of ["short", "x".repeat(257)]) expect(() => refuseBadPassword(bad)).toThrow("12 to 256");
    for (const good of [null, undefined, "correct horse"]) expect(() => refuseBadPassword(good)).not.toThrow();
  });

  it("section 12, rule 1.1: an unknown link and one of another site, which are told apart by nothing", async () => {
    const before = await house.everything();
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, "foreign.link@acme.example"));
    const after = await house.everything();
    expect(after).not.toBe(before);
    const messages = [token, newToken("gi_").token, newToken("gs_").token, "", "gi_", "gi_' OR 1=1"].map((bad) =>
      house.accept({ token: bad }).catch((error: Error) => error.message),
    );
    expect(new Set(await Promise.all(messages)).size).toBe(1);
    expect(await refused({ token })).toEqual(["BAD_CREDENTIALS input.token"]);
    expect(await house.everything()).toBe(after);
  });

  it("rule 2.7: a link that ran out, before it asks for anything else", async () => {
    const { token, invitationId, userId } = await house.invite("late@acme.example");
    await house.expire(invitationId);
    const before = await house.everything();
    expect(await refused({ token })).toEqual(["EXPIRED"]);
    expect(await refused({ token, fullName: null, passwordHash: null })).toEqual(["EXPIRED"]);
    await expect(house.accept({ token })).rejects.toThrow("This invitation ran out on 2020-01-01.");
    expect(await house.everything()).toBe(before);
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "PENDING" }]);
  });

  it("rule 2.11: an invitation to be an admin whose inviter lost that right, until another admin sends it again", async () => {
    const maker = await house.joinByLink("maker@acme.example", "ADMIN");
    const { token, invitationId } = await house.invite("heir@acme.example", { role: "MANAGER" }, maker);
    const plain = await house.invite("plain@acme.example", {}, maker);
    await house.act((work) => updateUser(work, { id: maker.publicUserId, role: "MANAGER" }));
    expect(await refused({ token })).toEqual(["WRONG_STATE"]);
    await house.act((work) => updateUser(work, { id: maker.publicUserId, role: "ADMIN" }));
    await house.act((work) => deactivateUsers(work, { ids: [maker.publicUserId] }));
    expect(await refused({ token })).toEqual(["WRONG_STATE"]);
    await house.accept({ token: plain.token });
    await house.act((work) => resendInvitations(work, { ids: [invitationId] }));
    const [letter] = (await house.lettersTo("heir@acme.example")).slice(-1);
    await house.accept({ token: /#(\S+)/.exec(letter?.text ?? "")?.[1] ?? "" });
    expect(await house.userAt("heir@acme.example")).toMatchObject({ status: "ACTIVE", role: "MANAGER" });
  });

  it("rules 2.11, 9.5: an invitation to be an admin by a token that was revoked, or whose creator lost the right", async () => {
    const creator = await house.joinByLink("creator@acme.example", "ADMIN");
    const scopes = ["USERS_WRITE", "ADMINS_WRITE"] as const;
    const made = await house.act((work) => createApiToken(work, { name: "Script", scopes: [...scopes] }), creator);
    const script: Actor = { ...holderOf(...scopes), tokenId: made.tokenId, userId: creator.userId };
    const first = await house.invite("by.script@acme.example", { role: "ADMIN" }, script);
    await house.accept({ token: first.token });
    const second = await house.invite("by.script2@acme.example", { role: "ADMIN" }, script);
    await house.act((work) => updateUser(work, { id: creator.publicUserId, role: "MEMBER" }));
    expect(await refused({ token: second.token })).toEqual(["WRONG_STATE"]);
    await house.act((work) => updateUser(work, { id: creator.publicUserId, role: "ADMIN" }));
    await house.act((work) => revokeApiToken(work, { id: publicId("ApiToken", made.tokenId) }));
    expect(await refused({ token: second.token })).toEqual(["WRONG_STATE"]);
  });

  it("rule 1.1: an account that is another user of this site already", async () => {
    const shown = await house.joinByLink("shown@acme.example");
    await house.write("UPDATE User SET email = 'as@acme.example', emailKey = 'as@acme.example' WHERE id = ?", [shown.userId]);
    const { token } = await house.invite("shown@acme.example");
    expect(await refused({ token }, guest(shown.accountId))).toEqual(["TAKEN"]);
  });
});

describe("accepting on a site whose accounts are its own", () => {
  it("rule 1.4: makes an account of the site's own, whoever has the address elsewhere", async () => {
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, "local@acme.example"));
    const acceptance = { token, fullName: "Far", passwordHash: house.passwordHash };
    await house.elsewhere.act((work) => acceptInvitation(work, acceptance), stranger);
    const here = await house.invite("local@acme.example");
    await house.write("UPDATE Site SET accounts = 'LOCAL' WHERE id = ?", [house.siteId]);
    const { accountId } = await house.accept({ token: here.token });
    await house.write("UPDATE Site SET accounts = 'GLOBAL' WHERE id = ?", [house.siteId]);
    expect(await house.rows("SELECT id, realm FROM Account WHERE email = 'local@acme.example' ORDER BY realm DESC")).toEqual([
      { id: accountId, realm: house.siteId },
      { id: expect.any(String), realm: "" },
    ]);
  });
});
