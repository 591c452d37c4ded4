import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../../src/model/id.ts";
import { driftOf } from "../../support/access-house.ts";
import { openGateway } from "../../support/gateway.ts";
import { buildSignInHouse, type SignInHouse } from "../../support/sign-in-house.ts";
import { startTestProvider } from "../../support/test-provider.ts";

let house: SignInHouse;
beforeAll(async () => {
  house = await buildSignInHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const accept = `mutation ($input: InvitationAcceptInput!) { invitationAccept(input: $input) {
  user { email status fullName } session { accessToken } userErrors { code path } } }`;

interface Accepted {
  user: { email: string; status: string; fullName: string } | null;
  session: { accessToken: string } | null;
  userErrors: { code: string; path: string[] }[];
}

async function acceptBy(input: object): Promise<Accepted> {
  const { data, errors } = await house.askAt("acme", accept, { input });
  expect(errors).toBeUndefined();
  return data.invitationAccept as unknown as Accepted; // as: what was selected
}

async function refuse(input: object, ...faults: string[]): Promise<void> {
  const before = await house.everything();
  const { user, session, userErrors } = await acceptBy(input);
  expect({ user, session }).toEqual({ user: null, session: null });
  expect(userErrors.map(({ code, path }) => `${code} ${path.join(".")}`.trim())).toEqual(faults);
  expect(await house.everything()).toBe(before);
}

describe("accepting an invitation by ID token", () => {
  it("rule 2.12: makes an account without a password, named as the provider says, that the provider signs in from then on", async () => {
    const email = "new@gmail.example";
    const { token, invitationId } = await house.invite(email);
    const claims = { sub: newId(), email, name: "New Person" };
    const idToken = await house.google.idToken(claims);
    const { user, session, userErrors } = await acceptBy({ token, idToken });
    expect({ user, userErrors }).toEqual({ user: { email, status: "ACTIVE", fullName: "New Person" }, userErrors: [] });
    const account = await house.accountAt(email);
    expect(account).toMatchObject({ passwordHash: null, emailVerified: 1, fullName: "New Person" });
    expect(await house.callerOf(session?.accessToken ?? "")).toMatchObject({ kind: "user", accountId: account?.id });
    expect((await house.trail()).last).toMatchObject({ action: "invitationAccept" });
    expect((await house.trail()).last.findable).toContain(invitationId.slice(4));
    expect(await house.everything()).not.toContain(idToken);
    expect(await house.accountBy(await house.google.idToken(claims))).toBe(account?.id);
    expect(await house.outcomeOf(idToken)).toBe("BAD_CREDENTIALS");
  });

  it("rule 2.12: takes the full name that the person gives, and another spelling of the address", async () => {
    const { token } = await house.invite("spelled@acme.example");
    const idToken = await house.google.idToken({ sub: newId(), email: "Spelled@ACME.example", name: "Theirs" });
    expect((await acceptBy({ token, idToken, fullName: "Mine" })).user).toMatchObject({ fullName: "Mine" });
  });

  it("rule 2.12: refuses the ID token of another email, and the invitation stays open", async () => {
    const { token, userId } = await house.invite("invited@acme.example");
    const idToken = await house.google.idToken({ sub: newId(), email: "other@acme.example", name: "Other" });
    await refuse({ token, idToken }, "BAD_CREDENTIALS input.idToken");
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "PENDING" }]);
  });

  it("refuses an ID token that proves nothing, and one that was used", async () => {
    const email = "unproved@acme.example";
    const { token } = await house.invite(email);
    const unverified = await house.google.idToken({ sub: newId(), email, name: "N", email_verified: "true" });
    await refuse({ token, idToken: unverified }, "BAD_CREDENTIALS input.idToken");
    await refuse({ token, idToken: "nonsense" }, "BAD_CREDENTIALS input.idToken");
    const { claims } = await house.someone();
    const used = await house.provider.idToken(claims);
    await house.signIn(used);
    await refuse({ token, idToken: used, fullName: "N" }, "BAD_CREDENTIALS input.idToken");
  });

  it("refuses a name that is none, and a password besides, both at once", async () => {
    const email = "nameless@acme.example";
    const { token } = await house.invite(email);
    const idToken = await house.google.idToken({ sub: newId(), email });
    await refuse({ token, idToken, password: "correct horse battery" }, "INVALID input.fullName", "INVALID input.idToken");
    await refuse({ token, idToken, fullName: " " }, "INVALID input.fullName");
    await refuse({ token }, "INVALID input.fullName", "INVALID input.password");
  });

  it("rule 2.8: refuses for an account that exists, though the ID token is of its email: sign in to accept", async () => {
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, "there@acme.example"));
    const there = { token, idToken: await house.google.idToken({ sub: newId(), email: "there@acme.example", name: "There" }) };
    expect((await house.askAt("elsewhere", accept, { input: there })).data.invitationAccept).toMatchObject({ userErrors: [] });
    const here = await house.invite("there@acme.example");
    const idToken = await house.google.idToken({ sub: newId(), email: "there@acme.example", name: "There" });
    await refuse({ token: here.token, idToken }, "FORBIDDEN");
  });

  it("rule 9.1: refuses a subject that signs in another account", async () => {
    const { claims } = await house.someone();
    await house.signIn(await house.google.idToken(claims));
    const { token } = await house.invite("second@acme.example");
    const idToken = await house.google.idToken({ ...claims, email: "second@acme.example", name: "Second" });
    await refuse({ token, idToken }, "TAKEN input.idToken");
  });

  it("admits one, of many who come with the same link or the same ID token at the same moment", async () => {
    const emails = ["raced1@acme.example", "raced2@acme.example"];
    const [one, two] = await Promise.all(emails.map((email) => house.invite(email)));
    const sub = newId();
    const tokens = await Promise.all(
      [0, 1, 2, 3].map(() => house.google.idToken({ sub, email: "raced1@acme.example", name: "Raced" })),
    );
    const results = await Promise.all(tokens.map((idToken) => acceptBy({ token: one?.token, idToken })));
    expect(results.filter(({ session }) => session !== null)).toHaveLength(1);
    const same = await house.google.idToken({ sub: newId(), email: "raced2@acme.example", name: "Raced" });
    const both = await Promise.all([acceptBy({ token: two?.token, idToken: same }), house.outcomeOf(same)]);
    expect(both[0].session).not.toBeNull();
    expect(both[1]).toBe("BAD_CREDENTIALS");
    for (const email of emails) expect(await house.rows("SELECT id FROM Account WHERE email = ?", [email])).toHaveLength(1);
  });

  it("says UNAVAILABLE when the provider's keys cannot be had, and the invitation stays open", async () => {
    const down = await startTestProvider({ name: "down" });
    await down.close();
    const gateway = await openGateway(house, "jit", { signInProviders: [down.settings] });
    const email = "patient@acme.example";
    const { token } = await house.invite(email);
    const input = { token, idToken: await down.idToken({ sub: newId(), email, name: "Patient" }) };
    const before = await house.everything();
    const { data, errors } = await gateway.ask(accept, { input }, null, { "gatehouse-site": "acme" });
    expect(data.invitationAccept).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: "UNAVAILABLE" } }]);
    expect(await house.everything()).toBe(before);
    await gateway.server.close();
  });
});
