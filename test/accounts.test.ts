import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acceptInvitation } from "../src/actions/invitations/accept-invitation.ts";
import { createSite } from "../src/actions/sites/create-site.ts";
import { createApiToken } from "../src/actions/tokens/create-api-token.ts";
import { deactivateUsers } from "../src/actions/users/deactivate-users.ts";
import { newId } from "../src/model/id.ts";
import type { Work } from "../src/work/work.ts";
import { type Answer, openGateway, type TestGateway } from "./support/gateway.ts";
import { operator } from "./support/house.ts";
import { buildPeopleHouse, type Elsewhere, type PeopleHouse, password, stranger } from "./support/people-house.ts";

const newWords = "a new horse battery";
let house: PeopleHouse;
let gateway: TestGateway;
/** A third site of the deployment, whose accounts are its own. */
const local = { siteId: newId(), key: "local" };
const onLocal = <T>(change: (work: Work) => Promise<T>, actor = operator as Parameters<Elsewhere["act"]>[1]) =>
  house.door.act({ siteId: local.siteId, actor: actor ?? operator }, change);

beforeAll(async () => {
  house = await buildPeopleHouse();
  gateway = await openGateway(house);
  const site = { key: local.key, name: "Local", adminEmail: "admin@local.example", accounts: "LOCAL" as const };
  await onLocal((work) => createSite(work, site));
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

interface Asking {
  site?: string | null;
  token?: string | null;
  headers?: Record<string, string>;
}

/** Asks as over HTTP, of the house's own site unless another is named; `site: null` names none. Answers the cookies, too. */
async function ask(query: string, variables: object = {}, { site = "acme", token = null, headers = {} }: Asking = {}) {
  const response = await gateway.server.inject({
    method: "POST",
    url: "/graphql",
    headers: {
      "content-type": "application/json",
      ...(site ? { "gatehouse-site": site } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    payload: JSON.stringify({ query, variables }),
  });
  const answer = { status: response.statusCode, text: response.body, ...JSON.parse(response.body) } as Answer; // as: what GraphQL answers
  return { ...answer, cookies: response.cookies };
}

const request = (email: unknown, asking?: Asking) =>
  ask(
    "mutation ($email: String!) { passwordResetRequest(input: { email: $email }) { userErrors { code path } } }",
    { email },
    asking,
  );
const reset = (token: string, words = newWords, asking?: Asking) =>
  ask(
    "mutation ($input: PasswordResetInput!) { passwordReset(input: $input) { userErrors { code path } } }",
    { input: { token, password: words } },
    asking,
  );
const signIn = (email: string, tried: string, asking?: Asking) =>
  ask(
    "mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } viewer { user { email } } userErrors { code } } }",
    { input: { email, password: tried } },
    asking,
  );
const preview = (token: string, asking?: Asking) =>
  ask(
    "query ($token: String!) { invitationPreview(token: $token) { siteKey siteName email inviterName status hasAccount explanation } }",
    { token },
    asking,
  );
const viewer = (asking: Asking) => ask("{ viewer { user { email } sites { key } scopes } }", {}, asking);
const accountUpdate = (input: object, asking: Asking) =>
  ask(
    "mutation ($input: AccountUpdateInput!) { accountUpdate(input: $input) { account { email fullName } userErrors { code path } } }",
    { input },
    asking,
  );
const done = { userErrors: [] };
const resetTokenTo = async (email: string) => /\/reset#(\S+)/.exec((await house.lettersTo(email)).at(-1)?.text ?? "")?.[1] ?? "";
const accessTokenOf = ({ data }: Answer) => (data.signIn as unknown as { session: { accessToken: string } }).session.accessToken; // as: what was selected

/** Joins the local site, and answers a session. */
async function joinLocal(email: string): Promise<string> {
  const { token } = await onLocal((work) => house.inviteOn(work, email));
  const acceptance = { token, fullName: "Local Person", passwordHash: house.passwordHash };
  return (await onLocal((work) => acceptInvitation(work, acceptance), stranger)).session.accessToken;
}

describe("a forgotten password", () => {
  it("rule 9.6: is asked for, replaced by the letter's link, once, and signs nobody in", async () => {
    const ann = await house.joinByLink("ann@acme.example");
    expect((await request("ann@acme.example")).data.passwordResetRequest).toEqual(done);
    const token = await resetTokenTo("ann@acme.example");
    const answer = await reset(token);
    expect(answer.data.passwordReset).toEqual(done);
    expect(answer.cookies).toEqual([]);
    expect((await viewer({ token: ann.accessToken })).status).toBe(401);
    expect((await reset(token)).data.passwordReset).toEqual({ userErrors: [{ code: "WRONG_STATE", path: ["input", "token"] }] });
    expect((await signIn("ann@acme.example", password)).data.signIn).toMatchObject({ userErrors: [{ code: "BAD_CREDENTIALS" }] });
    expect((await signIn("ann@acme.example", newWords)).data.signIn).toMatchObject({ userErrors: [] });
  });

  it("rule 9.6: answers the very same whether or not there is an account", async () => {
    await house.joinByLink("known@acme.example");
    const [known, unknown] = [await request("known@acme.example"), await request("unknown@acme.example")];
    const said = (text: string) => text.replace(/"extensions":\{"cost":.*/, "");
    expect(said(unknown.text)).toBe(said(known.text));
    expect(unknown.text.length).toBe(known.text.length);
    expect(unknown.status).toBe(known.status);
    expect(unknown.cookies).toEqual(known.cookies);
    expect((await request("no address")).data.passwordResetRequest).toEqual({
      userErrors: [{ code: "INVALID", path: ["input", "email"] }],
    });
  });

  it("T13: links to the public URL alone, whatever the request says of its host", async () => {
    await house.joinByLink("host@acme.example");
    const headers = {
      host: "evil.example",
      origin: "https://evil.example",
      referer: "https://evil.example/",
      forwarded: "host=evil.example;proto=https",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-forwarded-for": "' OR 1=1, 203.0.113.9",
      "x-original-url": "https://evil.example/",
    };
    expect((await request("host@acme.example", { headers })).data.passwordResetRequest).toEqual(done);
    const [letter] = await house.lettersTo("host@acme.example");
    const whole = JSON.stringify(letter);
    expect(whole).not.toContain("evil.example");
    // Everything secret stands behind the `#`: no browser sends that to a server, or to another site as the referrer.
    const links = whole.match(/https?:\/\/[^\s"<\\]+/g) ?? [];
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4000\/reset#gr_[\w-]{49}$/);
  });

  it("T12: takes one address and no list of them", async () => {
    await house.joinByLink("target@acme.example");
    for (const email of [["target@acme.example", "evil@evil.example"], { a: "target@acme.example" }, 1, null]) {
      const { status, errors } = await request(email);
      expect(status).toBe(400);
      expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    }
    expect(await house.lettersTo("target@acme.example")).toEqual([]);
    expect(await house.lettersTo("evil@evil.example")).toEqual([]);
  });

  it("T14: counts what is asked for one address, aliased fields included, known or not", async () => {
    await house.joinByLink("counted@acme.example");
    const codesOf = async (email: string, count: number) => {
      const fields = Array.from(
        { length: count },
        (_, n) => `f${n}: passwordResetRequest(input: { email: ${JSON.stringify(email)} }) { userErrors { code } }`,
      );
      const { data } = await ask(`mutation { ${fields.join("\n")} }`);
      return Object.values(data as Record<string, { userErrors: { code: string }[] }>).map(
        ({ userErrors }) => userErrors[0]?.code ?? "sent",
      ); // as: what was selected
    };
    for (const email of ["counted@acme.example", "uncounted@acme.example"]) {
      expect(await codesOf(email, 9)).toEqual(Array(9).fill("sent"));
      expect(await codesOf(email.toUpperCase(), 3)).toEqual(["sent", "RATE_LIMITED", "RATE_LIMITED"]);
    }
    expect(await house.lettersTo("counted@acme.example")).toHaveLength(5);
  });

  it("tells every fault at once: the link's and the password's", async () => {
    expect((await reset("gr_nonsense", "short")).data.passwordReset).toEqual({
      userErrors: [
        { code: "BAD_CREDENTIALS", path: ["input", "token"] },
        { code: "INVALID", path: ["input", "password"] },
      ],
    });
  });
});

describe("one's own account", () => {
  it("rule 4.1: has its name and password changed by who is signed in, which ends every other session", async () => {
    const bob = await house.joinByLink("bob@acme.example");
    const other = accessTokenOf(await signIn("bob@acme.example", password));
    const mine = { token: bob.accessToken };
    expect((await accountUpdate({ fullName: "Bob Renamed" }, mine)).data.accountUpdate).toEqual({
      account: { email: "bob@acme.example", fullName: "Bob Renamed" },
      userErrors: [],
    });
    expect((await accountUpdate({ fullName: "", password: "short" }, mine)).data.accountUpdate).toEqual({
      account: null,
      userErrors: [
        { code: "INVALID", path: ["input", "fullName"] },
        { code: "INVALID", path: ["input", "currentPassword"] },
        { code: "INVALID", path: ["input", "password"] },
      ],
    });
    const change = { password: newWords, currentPassword: password };
    expect((await accountUpdate(change, mine)).data.accountUpdate).toMatchObject({ userErrors: [] });
    expect((await viewer(mine)).data.viewer).toMatchObject({ user: { email: "bob@acme.example" } });
    expect((await viewer({ token: other })).status).toBe(401);
    expect((await signIn("bob@acme.example", newWords)).data.signIn).toMatchObject({ userErrors: [] });
  });

  it("keeps the session of the browser's cookie, too", async () => {
    await house.joinByLink("cookie@acme.example");
    const signed = await signIn("cookie@acme.example", password);
    const headers = { cookie: `gatehouse_session=${signed.cookies[0]?.value}` };
    await accountUpdate({ password: newWords, currentPassword: password }, { headers });
    expect((await viewer({ headers })).data.viewer).toMatchObject({ user: { email: "cookie@acme.example" } });
  });

  it("rule 9.2: bounds guesses of the current password, and locks nobody out of signing in by that", async () => {
    const cas = await house.joinByLink("cas@acme.example");
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < 12; n++) {
      const { data } = await accountUpdate(
        { password: newWords, currentPassword: `wrong horse ${n}` },
        { token: cas.accessToken },
      );
      codes.push((data.accountUpdate as unknown as { userErrors: { code: string }[] }).userErrors[0]?.code); // as: what was selected
    }
    expect(codes).toEqual([...Array(10).fill("BAD_CREDENTIALS"), "RATE_LIMITED", "RATE_LIMITED"]);
    expect((await signIn("cas@acme.example", password)).data.signIn).toMatchObject({ userErrors: [] });
  });

  it("section 12: is nobody's who is not signed in, and not an API token's", async () => {
    const code = async (asking: Asking) => {
      const { data, errors } = await accountUpdate({ fullName: "Mallory" }, asking);
      expect(data.accountUpdate).toBeNull();
      return errors?.[0]?.extensions.code;
    };
    expect(await code({})).toBe("UNAUTHENTICATED");
    const { secret } = await house.act((work) => createApiToken(work, { name: "Script", scopes: ["USERS_READ"] }));
    expect(await code({ token: secret })).toBe("FORBIDDEN");
  });

  it("T29: gets a session of our making when it signs in, whatever session the browser came with", async () => {
    await house.joinByLink("fixed@acme.example");
    const mallory = await house.joinByLink("mallory@acme.example");
    const headers = { cookie: `gatehouse_session=${mallory.accessToken}` };
    const { cookies, data } = await signIn("fixed@acme.example", password, { headers });
    const [cookie] = cookies;
    expect(cookie).toMatchObject({ name: "gatehouse_session", httpOnly: true, sameSite: "Lax" });
    expect(cookie?.value).not.toBe(mallory.accessToken);
    expect(data.signIn).toMatchObject({ viewer: { user: { email: "fixed@acme.example" } } });
    expect((await viewer({ token: mallory.accessToken })).data.viewer).toMatchObject({ user: { email: "mallory@acme.example" } });
  });
});

describe("an invitation's link", () => {
  it("rule 2.12: shows what it leads to, to who has it, and changes nothing", async () => {
    const { token } = await house.invite("linked@acme.example");
    const before = await house.everything();
    expect((await preview(token)).data.invitationPreview).toEqual({
      siteKey: "acme",
      siteName: "Acme",
      email: "linked@acme.example",
      inviterName: expect.any(String),
      status: "PENDING",
      hasAccount: false,
      explanation: null,
    });
    expect(await house.everything()).toBe(before);
    expect((await preview("gi_nonsense")).data.invitationPreview).toBeNull();
  });

  it("rule 1.1: finds its site by itself where none is named, and is unknown under another site's name", async () => {
    const ann = await house.joinByLink("many.sites@acme.example");
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, "many.sites@acme.example"));
    expect((await preview(token, { site: null })).data.invitationPreview).toMatchObject({
      siteKey: "elsewhere",
      hasAccount: true,
    });
    for (const site of ["acme", local.key]) expect((await preview(token, { site })).data.invitationPreview).toBeNull();
    expect((await preview("gi_nonsense", { site: null })).data.invitationPreview).toBeNull();
    expect((await preview(token, { site: "nowhere" })).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");

    const accept = (asking: Asking) =>
      ask(
        "mutation ($token: String!) { invitationAccept(input: { token: $token }) { user { email } userErrors { code } } }",
        { token },
        asking,
      );
    expect((await accept({ site: "acme" })).data.invitationAccept).toEqual({
      user: null,
      userErrors: [{ code: "BAD_CREDENTIALS" }],
    });
    expect((await accept({ site: null })).data.invitationAccept).toEqual({ user: null, userErrors: [{ code: "FORBIDDEN" }] });
    const headers = { cookie: `gatehouse_session=${ann.accessToken}` };
    expect((await accept({ site: null, headers })).data.invitationAccept).toEqual({
      user: { email: "many.sites@acme.example" },
      userErrors: [],
    });
  });

  it("rules 1.1, 9.6: of a password reset does so too", async () => {
    await house.joinByLink("reset.sites@acme.example");
    await request("reset.sites@acme.example");
    const token = await resetTokenTo("reset.sites@acme.example");
    const unknown = { userErrors: [{ code: "BAD_CREDENTIALS", path: ["input", "token"] }] };
    for (const site of ["elsewhere", local.key])
      expect((await reset(token, newWords, { site })).data.passwordReset).toEqual(unknown);
    expect((await reset("gr_nonsense", newWords, { site: null })).data.passwordReset).toEqual(unknown);
    expect((await reset(token, newWords, { site: null })).data.passwordReset).toEqual(done);
  });
});

describe("several sites in one deployment", () => {
  it("rules 1.1, 9.6: share an account, and nothing that one of them does with its user", async () => {
    const ann = await house.joinByLink("shared@acme.example");
    await house.joinElsewhere(ann);
    const token = accessTokenOf(await signIn("shared@acme.example", password));
    for (const site of ["acme", "elsewhere"])
      expect((await viewer({ site, token })).data.viewer).toMatchObject({
        user: { email: "shared@acme.example" },
        sites: [{ key: "acme" }, { key: "elsewhere" }],
      });
    await house.act((work) => deactivateUsers(work, { ids: [ann.publicUserId] }));
    expect((await viewer({ site: "acme", token })).data.viewer).toMatchObject({
      user: null,
      sites: [{ key: "elsewhere" }],
      scopes: [],
    });
    expect((await viewer({ site: "elsewhere", token })).data.viewer).toMatchObject({ user: { email: "shared@acme.example" } });
    expect((await signIn("shared@acme.example", password)).data.signIn).toMatchObject({ userErrors: [{ code: "FORBIDDEN" }] });
  });

  it("rules 1.4, 9.5: keep a local account to its own site, where another of that email is another person's", async () => {
    const token = await joinLocal("same@acme.example");
    await house.joinByLink("same@acme.example");
    expect((await viewer({ site: local.key, token })).data.viewer).toMatchObject({ sites: [{ key: local.key }] });
    for (const site of ["acme", "elsewhere"]) {
      const { status, errors } = await viewer({ site, token });
      expect([status, errors?.[0]?.extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
      const headers = { cookie: `gatehouse_session=${token}` };
      expect((await viewer({ site, headers })).data.viewer).toBeNull();
    }
  });

  it("rule 9.5: keep an API token to its own site", async () => {
    const scopes = ["USERS_READ" as const];
    const { secret } = await house.elsewhere.act((work) => createApiToken(work, { name: "Script", scopes }));
    const users = (site: string | null) => ask("{ users { totalCount } }", {}, { site, token: secret });
    expect((await users("elsewhere")).errors).toBeUndefined();
    expect((await users(null)).errors).toBeUndefined();
    for (const site of ["acme", local.key, "nowhere"])
      expect((await users(site)).errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });

  it("rules 1.4, 9.6: reset the password of the account that is asked for, of two with one email", async () => {
    await joinLocal("pair@acme.example");
    await house.joinByLink("pair@acme.example");
    await request("pair@acme.example", { site: local.key });
    const token = await resetTokenTo("pair@acme.example");
    expect((await reset(token, newWords, { site: "acme" })).data.passwordReset).toMatchObject({
      userErrors: [{ code: "BAD_CREDENTIALS" }],
    });
    expect((await reset(token, newWords, { site: local.key })).data.passwordReset).toEqual(done);
    expect((await signIn("pair@acme.example", newWords, { site: local.key })).data.signIn).toMatchObject({ userErrors: [] });
    expect((await signIn("pair@acme.example", newWords)).data.signIn).toMatchObject({
      userErrors: [{ code: "BAD_CREDENTIALS" }],
    });
    expect((await signIn("pair@acme.example", password)).data.signIn).toMatchObject({ userErrors: [] });
    // A global account is none of a site's whose accounts are its own.
    await house.joinByLink("only.global@acme.example");
    expect((await request("only.global@acme.example", { site: local.key })).data.passwordResetRequest).toEqual(done);
    expect(await house.lettersTo("only.global@acme.example")).toEqual([]);
  });
});

describe("the site", () => {
  const admin = () => ({ token: gateway.admin });

  it("is renamed by who may write it", async () => {
    const update = (input: object, asking: Asking) =>
      ask(
        "mutation ($input: SiteUpdateInput!) { siteUpdate(input: $input) { site { name invitationDays } userErrors { code path } } }",
        { input },
        asking,
      );
    expect((await update({ name: "Acme Ltd", invitationDays: 14 }, admin())).data.siteUpdate).toEqual({
      site: { name: "Acme Ltd", invitationDays: 14 },
      userErrors: [],
    });
    expect((await update({ name: "", invitationDays: 0 }, admin())).data.siteUpdate).toEqual({
      site: null,
      userErrors: [
        { code: "INVALID", path: ["input", "name"] },
        { code: "INVALID", path: ["input", "invitationDays"] },
      ],
    });
    expect((await update({ name: "Mine" }, {})).errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const { accessToken } = await house.joinByLink("plain@acme.example");
    expect((await update({ name: "Mine" }, { token: accessToken })).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    await update({ name: "Acme", invitationDays: 30 }, admin());
  });

  it("rule 1.4: has its accounts upgraded, all or none, and says who stands in the way, also in a dry run", async () => {
    const token = await joinLocal("block@acme.example");
    await joinLocal("free@local.example");
    await house.joinByLink("block@acme.example");
    const scopes = ["SITE_WRITE", "USERS_READ"] as const;
    const { secret } = await onLocal((work) => createApiToken(work, { name: "Upgrade", scopes: [...scopes] }));
    const upgrade = async (dryRun: boolean) => {
      const query = `mutation ($dryRun: Boolean!) { siteUpgradeAccounts(input: { dryRun: $dryRun }) {
        site { accounts } accountCount blockers { email } userErrors { code path } } }`;
      return (await ask(query, { dryRun }, { site: local.key, token: secret })).data.siteUpgradeAccounts;
    };
    // "same@" and "pair@" of the tests before are global accounts' too.
    const emails = await house.rows<{ email: string }>(
      "SELECT a.email FROM Account a JOIN Account g ON g.realm = '' AND g.emailKey = a.emailKey WHERE a.realm = ? ORDER BY a.email",
      [local.siteId],
    );
    expect(emails.map(({ email }) => email)).toContain("block@acme.example");
    const before = await house.everything();
    for (const dryRun of [true, false]) {
      const answer = (await upgrade(dryRun)) as unknown as { blockers: { email: string }[] }; // as: what was selected
      expect(answer).toMatchObject({ site: null, accountCount: 0, userErrors: [{ code: "TAKEN", path: [] }] });
      expect(answer.blockers.map(({ email }) => email).sort()).toEqual(emails.map(({ email }) => email));
    }
    expect(await house.everything()).toBe(before);
    await house.write("UPDATE User SET status = 'DEACTIVATED' WHERE siteId = ? AND email LIKE '%@acme.example'", [local.siteId]);
    const ready = { accountCount: 1, blockers: [], userErrors: [] };
    expect(await upgrade(true)).toEqual({ site: { accounts: "LOCAL" }, ...ready });
    expect(await upgrade(false)).toEqual({ site: { accounts: "GLOBAL" }, ...ready });
    expect(await upgrade(false)).toEqual({ site: { accounts: "GLOBAL" }, ...ready, accountCount: 0 });
    expect((await viewer({ site: local.key, token })).data.viewer).toMatchObject({ user: null });
    const free = accessTokenOf(await signIn("free@local.example", password, { site: local.key }));
    expect((await viewer({ site: "acme", token: free })).data.viewer).toMatchObject({ user: null, sites: [{ key: local.key }] });
  });
});
