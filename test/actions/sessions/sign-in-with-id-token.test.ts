import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { acceptInvitation } from "../../../src/actions/invitations/accept-invitation.ts";
import { signInWithIdToken } from "../../../src/actions/sessions/sign-in-with-id-token.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { provisionUsers } from "../../../src/actions/users/provision-users.ts";
import { retireAddresses } from "../../../src/actions/users/retire-addresses.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { stranger } from "../../support/people-house.ts";
import { buildSignInHouse, type SignInHouse } from "../../support/sign-in-house.ts";

let house: SignInHouse;
beforeAll(async () => {
  house = await buildSignInHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const nobody = { code: "BAD_CREDENTIALS", path: ["input", "idToken"], message: expect.stringMatching(/^Nobody can sign in/) };

/** Nobody is let in, as if nobody had an account; nothing is changed, and no token is used up. */
async function refuse(idToken: string, site?: string): Promise<void> {
  const before = await house.everything();
  expect(await house.signIn(idToken, site)).toEqual({ session: null, viewer: null, userErrors: [nobody] });
  expect(await house.everything()).toBe(before);
}

/** Somebody whom the directory brought. */
async function synced(email: string): Promise<{ externalId: string; userId: string }> {
  const externalId = `google ${newId()}`;
  const directoryId = house.hand.kind === "directory" ? house.hand.directoryId : "";
  const person = { externalId, email, fullName: "Synced Somebody", title: null, fingerprint: "f" };
  const brought = { directoryId, people: [person], applicationIds: [], sendWelcome: false };
  const [userId = ""] = await house.act((work) => provisionUsers(work, brought), house.hand);
  return { externalId, userId };
}

describe("signing in with an ID token", () => {
  it("rule 9.1: links the subject the first time, opens a session, and leaves a trail without secrets", async () => {
    const { who, claims } = await house.someone();
    const idToken = await house.provider.idToken(claims);
    const { session, viewer, userErrors } = await house.signIn(idToken);
    expect({ viewer, userErrors }).toEqual({ viewer: { user: { email: claims.email, status: "ACTIVE" } }, userErrors: [] });
    expect(await house.callerOf(session?.accessToken ?? "")).toMatchObject({ kind: "user", userId: who.userId });
    expect(await house.links()).toContainEqual({ accountId: who.accountId, issuer: house.provider.issuer, subject: claims.sub });
    expect((await house.trail()).last).toMatchObject({ action: "signInWithIdToken", findable: [who.userId] });
    const { body } = await house.lastEvent();
    expect(JSON.parse(String(body))).toMatchObject([{ changes: [{ field: "signInProvider", from: null, to: "acme-id" }] }]);
    for (const secret of [idToken, session?.accessToken ?? ""]) expect(await house.everything()).not.toContain(secret);
  });

  it("rule 9.1: signs in by the subject from then on, whatever the email says, and links nothing more", async () => {
    const [ann, ben] = [await house.someone(), await house.someone()];
    await house.signIn(await house.provider.idToken(ann.claims));
    const links = await house.links();
    for (const email of [ben.claims.email, "elsewhere@other.example", ann.claims.email])
      expect(await house.accountBy(await house.provider.idToken({ ...ann.claims, email }))).toBe(ann.who.accountId);
    expect(await house.links()).toEqual(links);
    expect(JSON.parse(String((await house.lastEvent()).body))).toMatchObject([{ changes: [] }]);
  });

  it("rule 9.1, T5: refuses another subject with the same email, once one is linked", async () => {
    const { claims } = await house.someone();
    await house.signIn(await house.provider.idToken(claims));
    await refuse(await house.provider.idToken({ ...claims, sub: "somebody else" }));
    // Another issuer is another matter.
    expect(await house.outcomeOf(await house.google.idToken({ ...claims, sub: "1234" }))).toBe("in");
  });

  it("rule 9.1: links one of two subjects that come at the same moment", async () => {
    for (let round = 0; round < 3; round++) {
      const { who, claims } = await house.someone();
      const tokens = await Promise.all(["one", "two"].map((sub) => house.provider.idToken({ ...claims, sub: claims.sub + sub })));
      const outcomes = await Promise.all(tokens.map((token) => house.outcomeOf(token)));
      expect(outcomes.sort()).toEqual(["BAD_CREDENTIALS", "in"]);
      expect((await house.links()).filter(({ accountId }) => accountId === who.accountId)).toHaveLength(1);
    }
  });

  it("changes nothing in a rehearsal", async () => {
    const { claims } = await house.someone();
    const identity = await openIdentity(claims);
    const before = await house.everything();
    await house.act((work) => signInWithIdToken(work, identity), stranger, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});

const openIdentity = async (claims: { sub: string; email: string }) => ({
  provider: house.provider.settings,
  subject: claims.sub,
  email: claims.email,
  fullName: null,
  hostedDomain: null,
  tokenHash: newId(),
  expiresAt: new Date(Date.now() + 60_000).toISOString(),
});

describe("linking by email", () => {
  it("rule 9.1: needs a domain that the site verified, and answers alike whether anybody has the address", async () => {
    await house.joinByLink("known@unmanaged.example");
    for (const email of [
      "known@unmanaged.example",
      "unknown@unmanaged.example",
      "known@sub.acme.example",
      "unknown@acme.example",
    ])
      await refuse(await house.provider.idToken({ sub: newId(), email, hd: "unmanaged.example" }));
  });

  it("rules 8.3, 9.1: does not reach a domain that lapsed, or that another site verified", async () => {
    await house.joinByLink("ann@lapsed.example");
    await house.verifyDomain("lapsed.example");
    await house.write("UPDATE Domain SET status = 'LAPSED', verifiedKey = NULL WHERE name = 'lapsed.example'");
    await refuse(await house.provider.idToken({ sub: newId(), email: "ann@lapsed.example" }));
    await house.write("UPDATE Domain SET status = 'VERIFIED', verifiedKey = name, siteId = ? WHERE name = 'lapsed.example'", [
      house.elsewhere.siteId,
    ]);
    await refuse(await house.provider.idToken({ sub: newId(), email: "ann@lapsed.example" }));
  });

  it.each([
    ["none", undefined],
    ["of another Workspace", "other.example"],
    ["of a parent", "example"],
    ["in a list", ["acme.example"]],
    ["of a subdomain", "sub.acme.example"],
  ])("rule 9.1: by Google needs that very domain for `hd`, and not one %s", async (_what, hd) => {
    const { claims } = await house.someone();
    await refuse(await house.google.idToken({ ...claims, hd }));
    expect(await house.outcomeOf(await house.google.idToken({ ...claims, hd: "ACME.example" }))).toBe("in");
  });

  it("needs an account whose address somebody proved", async () => {
    const { who, claims } = await house.someone();
    await house.write("UPDATE Account SET emailVerified = 0 WHERE id = ?", [who.accountId]);
    await refuse(await house.provider.idToken(claims));
  });

  it("rule 1.1: reaches nobody who is no user of this site, though the account exists", async () => {
    await house.verifyDomain("visitor.example");
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, "guest@visitor.example"));
    const acceptance = { token, fullName: "Guest", passwordHash: house.passwordHash };
    await house.elsewhere.act((work) => acceptInvitation(work, acceptance), stranger);
    await refuse(await house.provider.idToken({ sub: newId(), email: "guest@visitor.example" }));
  });

  it("rule 1.4: reaches a local account on its own site, and no account of all sites there", async () => {
    const [{ who, claims }, linked] = [await house.someone(), await house.someone()];
    await house.signIn(await house.provider.idToken(linked.claims));
    await house.write("UPDATE Site SET accounts = 'LOCAL' WHERE id = ?", [house.siteId]);
    await refuse(await house.provider.idToken(claims));
    await refuse(await house.provider.idToken(linked.claims));
    await house.write("UPDATE Account SET realm = ? WHERE id = ?", [house.siteId, who.accountId]);
    expect(await house.accountBy(await house.provider.idToken(claims))).toBe(who.accountId);
    await house.write("UPDATE Site SET accounts = 'GLOBAL' WHERE id = ?", [house.siteId]);
    await refuse(await house.provider.idToken({ ...claims, sub: "another" }));
  });
});

describe("signing in with an ID token to another site", () => {
  it("rule 2.2: accepts the invitation the first time, by an account that was linked elsewhere", async () => {
    const { who, claims } = await house.someone();
    await house.signIn(await house.google.idToken(claims));
    const { userId } = await house.elsewhere.act((work) => house.inviteOn(work, claims.email));
    expect(await house.outcomeOf(await house.google.idToken(claims), "elsewhere")).toBe("in");
    expect(await house.rows("SELECT status, accountId FROM User WHERE id = ?", [userId.slice(4)])).toEqual([
      { status: "ACTIVE", accountId: who.accountId },
    ]);
    expect(await driftOf(house, house.elsewhere.siteId)).toEqual([]);
  });

  it("rule 2.2: links and accepts at once, where the site manages the address", async () => {
    await house.verifyDomain("both.example");
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, "new@both.example"));
    const acceptance = { token, fullName: "New", passwordHash: house.passwordHash };
    const { accountId } = await house.elsewhere.act((work) => acceptInvitation(work, acceptance), stranger);
    await house.invite("new@both.example");
    expect(await house.accountBy(await house.provider.idToken({ sub: newId(), email: "new@both.example" }))).toBe(accountId);
    expect(JSON.parse(String((await house.lastEvent()).body))).toMatchObject([
      { changes: [{ field: "signInProvider" }, { field: "status", from: "INVITED", to: "ACTIVE" }] },
    ]);
  });

  it("rule 9.1: makes no account of an invitation: that needs its link", async () => {
    const { userId } = await house.invite("only.invited@acme.example");
    await refuse(await house.provider.idToken({ sub: newId(), email: "only.invited@acme.example" }));
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "PENDING" }]);
  });

  it("rule 1.1: refuses a provider that this site does not accept", async () => {
    const { claims } = await house.someone();
    await house.signIn(await house.provider.idToken(claims));
    await refuse(await house.provider.idToken(claims), "elsewhere");
  });

  it("section 12: says why a linked account may not use the site, and uses no token up", async () => {
    const { who, claims } = await house.someone();
    await house.signIn(await house.google.idToken(claims));
    const away = await house.google.idToken(claims);
    const { userErrors } = await house.signIn(away, "elsewhere");
    expect(userErrors).toMatchObject([{ code: "FORBIDDEN", message: expect.stringContaining("not a member of Elsewhere") }]);
    await house.act((work) => deactivateUsers(work, { ids: [who.publicUserId] }));
    const sessions = await house.rows("SELECT id FROM Session");
    expect(await house.outcomeOf(away)).toBe("FORBIDDEN");
    expect(await house.rows("SELECT id FROM Session")).toEqual(sessions);
  });

  it("rule 5.1: does not let in who was deactivated before the first time, and links nobody", async () => {
    const { who, claims } = await house.someone();
    await house.act((work) => deactivateUsers(work, { ids: [who.publicUserId] }));
    const links = await house.links();
    expect(await house.outcomeOf(await house.provider.idToken(claims))).toBe("FORBIDDEN");
    expect(await house.links()).toEqual(links);
  });
});

describe("somebody whom a directory owns", () => {
  it("rule 9.1: signs in by Google, whose subject is that very person's id there", async () => {
    const { externalId, userId } = await synced("synced@acme.example");
    const claims = { email: "synced@acme.example", hd: "acme.example" };
    await refuse(await house.google.idToken({ ...claims, sub: "another id" }));
    await refuse(await house.provider.idToken({ ...claims, sub: externalId }));
    const { session } = await house.signIn(await house.google.idToken({ ...claims, sub: externalId }));
    expect(await house.callerOf(session?.accessToken ?? "")).toMatchObject({ kind: "user", userId });
  });

  it("rule 9.1: does not sign in by a subject that was linked before, when the directory says another", async () => {
    const { who, claims } = await house.someone();
    expect(await house.outcomeOf(await house.google.idToken(claims))).toBe("in");
    const directoryId = house.hand.kind === "directory" ? house.hand.directoryId : "";
    await house.write("UPDATE User SET directoryId = ?, externalId = 'another id' WHERE id = ?", [directoryId, who.userId]);
    await refuse(await house.google.idToken(claims));
    await house.write("UPDATE User SET externalId = ? WHERE id = ?", [claims.sub, who.userId]);
    expect(await house.outcomeOf(await house.google.idToken(claims))).toBe("in");
  });

  it("rule 9.1: signs in by the directory's subject though another was linked before, which signs in nobody then", async () => {
    const { who, claims } = await house.someone();
    expect(await house.outcomeOf(await house.google.idToken(claims))).toBe("in");
    const directoryId = house.hand.kind === "directory" ? house.hand.directoryId : "";
    await house.write("UPDATE User SET directoryId = ?, externalId = 'workspace id' WHERE id = ?", [directoryId, who.userId]);
    const now = { ...claims, sub: "workspace id" };
    expect(await house.accountBy(await house.google.idToken(now))).toBe(who.accountId);
    expect(await house.accountBy(await house.google.idToken(now))).toBe(who.accountId);
    expect((await house.links()).filter(({ accountId }) => accountId === who.accountId)).toEqual([
      { accountId: who.accountId, issuer: house.google.issuer, subject: "workspace id" },
    ]);
    await refuse(await house.google.idToken(claims));
  });

  it("rule 1.1b, T8: loses the provider's link with the address, and the newcomer does not inherit it", async () => {
    const email = "passed.on@acme.example";
    const former = await synced(email);
    const claims = { email, hd: "acme.example" };
    await house.signIn(await house.google.idToken({ ...claims, sub: former.externalId }));
    const { accountId } = await house.userAt(email);
    await house.act((work) => retireAddresses(work, { ids: [publicId("User", former.userId)] }), {
      ...house.hand,
      approved: true,
    } as typeof house.hand); // as: the hand, with a person behind its plan
    expect((await house.links()).filter((link) => link.accountId === accountId)).toEqual([]);
    await refuse(await house.google.idToken({ ...claims, sub: former.externalId }));
    const newcomer = await synced(email);
    await refuse(await house.google.idToken({ ...claims, sub: former.externalId }));
    const { session } = await house.signIn(await house.google.idToken({ ...claims, sub: newcomer.externalId }));
    expect(await house.callerOf(session?.accessToken ?? "")).toMatchObject({ userId: newcomer.userId });
  });
});

describe("who may not", () => {
  it("an account that is gone from its address, even by a link that was left", async () => {
    const { who, claims } = await house.someone();
    await house.signIn(await house.provider.idToken(claims));
    await house.write("UPDATE Account SET email = '', emailKey = NULL WHERE id = ?", [who.accountId]);
    await refuse(await house.provider.idToken(claims));
  });

  it("anybody may try: it needs no scope", async () => {
    const { claims } = await house.someone();
    const identity = await openIdentity(claims);
    const entered = await house.act((work) => signInWithIdToken(work, identity), holderOf());
    expect(entered.session.accessToken).toMatch(/^gs_/);
    expect(await refusalOf(house.act((work) => signInWithIdToken(work, identity), holderOf()))).toEqual([
      "BAD_CREDENTIALS input.idToken",
    ]);
  });
});
