import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { operator } from "../support/house.ts";
import { type AskedSite, buildRuleHouse, password, type RuleHouse, type SignedIn } from "../support/rule-house.ts";
import { codesOf, errorsOf, type RuleWords, syncBy, wordsOf } from "../support/rule-words.ts";
import { seen } from "../support/sightings.ts";
import { startTestProvider, type TestProvider } from "../support/test-provider.ts";

let house: RuleHouse;
let acme: AskedSite;
let globex: AskedSite;
let words: RuleWords;
let provider: TestProvider;
let google: TestProvider;
let secondInstance: TestGateway;

beforeAll(async () => {
  provider = await startTestProvider();
  google = await startTestProvider({ name: "google", isGoogle: true });
  const signInProviders = [provider.settings, google.settings];
  house = await buildRuleHouse({}, { signInProviders, lookForProof: async () => seen.record });
  acme = house.acme;
  globex = await house.found("globex");
  words = wordsOf(acme);
  secondInstance = await openGateway(house);
  const { domain } = await acme.succeed<{ domain: { id: string } }>("domainAdd", { name: "managed.example" }, "domain { id }");
  await acme.succeed("domainVerify", { id: domain.id }, "domain { status }");
});
afterAll(async () => {
  await secondInstance.server.close();
  await house.close();
  await provider.close();
  await google.close();
});

const everybody = "{ users { totalCount } }";
const signInBy = (idToken: string) =>
  acme.change<SignedIn>("signInWithIdToken", { idToken }, "session { accessToken } viewer { user { id } }", null);
const outcome = async (idToken: Promise<string>) => codesOf(await signInBy(await idToken)).join() || "in";
const tokenWith = async (scopes: string[], maker = acme.admin, more = {}) =>
  (await acme.succeed<{ secret: string }>("apiTokenCreate", { name: "Script", scopes, ...more }, "secret", maker)).secret;
const scopesOf = async (token: string) =>
  (await acme.query<{ viewer: { scopes: string[] } }>("{ viewer { scopes } }", {}, token)).viewer.scopes.sort();
/** Posts as a browser does, and answers the whole response. */
const post = (query: string, headers: object = {}) =>
  house.gateway.server.inject({
    method: "POST",
    url: "/graphql",
    headers: { "content-type": "application/json", "gatehouse-site": "acme", ...headers },
    payload: JSON.stringify({ query }),
  });

describe("signing in, through GraphQL", () => {
  it("rule 9.1: a password or a provider's ID token signs in, the token once and by the stable subject", async () => {
    const { id } = await acme.join("ann@managed.example");
    expect((await acme.signIn("ann@managed.example")).viewer?.user?.id).toBe(id);
    const claims = { sub: "subject of ann", email: "ann@managed.example" };
    const idToken = await provider.idToken(claims);
    expect(await signInBy(idToken)).toMatchObject({ viewer: { user: { id } } });
    expect(codesOf(await signInBy(idToken))).toEqual(["BAD_CREDENTIALS"]);
    const renamed = await signInBy(await provider.idToken({ ...claims, email: "elsewhere@other.example" }));
    expect(renamed).toMatchObject({ viewer: { user: { id } } });
    expect(await outcome(provider.idToken({ ...claims, sub: "another subject" }))).toBe("BAD_CREDENTIALS");
  });

  it("rule 9.1: everything in an ID token must be right", async () => {
    await acme.join("ben@managed.example");
    const claims = { sub: "subject of ben", email: "ben@managed.example" };
    const { privateKey } = await crypto.subtle.generateKey(rsa, true, ["sign", "verify"]);
    const wrong = [
      provider.idToken(claims, { key: privateKey }),
      provider.idToken({ ...claims, iss: "https://evil.example" }),
      provider.idToken({ ...claims, aud: "another client" }),
      provider.idToken({ ...claims, iat: 1, exp: 2 }),
      provider.idToken({ ...claims, email_verified: false }),
    ];
    for (const idToken of wrong) expect(await outcome(idToken)).toBe("BAD_CREDENTIALS");
    expect(await outcome(provider.idToken(claims))).toBe("in");
  });

  it("rule 9.1: an email links only where the site manages its domain, and with Google where `hd` is that domain", async () => {
    await acme.join("ann@unmanaged.example");
    expect(await outcome(provider.idToken({ sub: "u", email: "ann@unmanaged.example" }))).toBe("BAD_CREDENTIALS");
    await acme.join("eve@managed.example");
    const claims = { sub: "eve at google", email: "eve@managed.example" };
    expect(await outcome(google.idToken(claims))).toBe("BAD_CREDENTIALS");
    expect(await outcome(google.idToken({ ...claims, hd: "other.example" }))).toBe("BAD_CREDENTIALS");
    expect(await outcome(google.idToken({ ...claims, hd: "managed.example" }))).toBe("in");
  });

  it("rule 9.1: a synced user's subject is Google's id of that very person", async () => {
    house.script.person("1001", "synced@acme.example");
    await syncBy(house);
    const claims = { email: "synced@acme.example", hd: "acme.example" };
    expect(await outcome(google.idToken({ ...claims, sub: "1002" }))).toBe("BAD_CREDENTIALS");
    expect(await outcome(google.idToken({ ...claims, sub: "1001" }))).toBe("in");
  });

  it("rule 9.1: browsers are sent to the provider from `/signin/<provider>`, with PKCE", async () => {
    const { signInProviders } = await acme.query<{ signInProviders: { name: string; startUrl: string }[] }>(
      "{ signInProviders { name startUrl } }",
      {},
      null,
    );
    const url = new URL(signInProviders.find(({ name }) => name === "acme-id")?.startUrl ?? "");
    expect(url.pathname).toBe("/signin/acme-id");
    const { headers } = await house.gateway.server.inject({ method: "GET", url: url.pathname + url.search });
    const asked = new URL(String(headers.location)).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: "code", code_challenge_method: "S256" });
  });

  it("rule 9.2: a wrong email and a wrong password answer alike", async () => {
    await acme.join("known@tries.example");
    const wrong = await acme.signIn("known@tries.example", "not the password");
    expect(codesOf(wrong)).toEqual(["BAD_CREDENTIALS"]);
    expect(await acme.signIn("unknown@tries.example", "not the password")).toEqual(wrong);
  });

  it("rule 9.2: tries are counted for each account, aliased fields of one request like any other", async () => {
    const one = `signIn(input: { email: "many@tries.example", password: "not the password" }) { userErrors { code } }`;
    const six = Array.from({ length: 6 }, (_, nth) => `try${nth}: ${one}`).join(" ");
    const tryThem = async () =>
      Object.values(await acme.query<Record<string, SignedIn>>(`mutation { ${six} }`, {}, null)).flatMap(codesOf);
    expect(await tryThem()).toEqual(Array(6).fill("BAD_CREDENTIALS"));
    expect(await tryThem()).toEqual([...Array(4).fill("BAD_CREDENTIALS"), "RATE_LIMITED", "RATE_LIMITED"]);
    const batch = JSON.stringify([{ query: `mutation { ${one} }` }, { query: `mutation { ${one} }` }]);
    const headers = { "content-type": "application/json" };
    expect((await house.gateway.server.inject({ method: "POST", url: "/graphql", headers, payload: batch })).statusCode).toBe(
      400,
    );
  });

  it("rule 9.3: a session is a cookie for this server alone, or a bearer header, on every instance, until signing out", async () => {
    await acme.join("ann@session.example");
    const input = `{ email: "ann@session.example", password: "${password}" }`;
    const { headers, body } = await post(`mutation { signIn(input: ${input}) { session { accessToken } } }`);
    const { accessToken } = JSON.parse(body).data.signIn.session;
    expect(String(headers["set-cookie"])).toMatch(/^gatehouse_session=\S+; .*HttpOnly.*SameSite=Lax/i);
    expect(JSON.stringify(await house.rows("SELECT * FROM Session"))).not.toContain(accessToken);
    const me = "{ viewer { user { email } } }";
    const viewer = { user: { email: "ann@session.example" } };
    expect(JSON.parse((await post(me, { cookie: `gatehouse_session=${accessToken}` })).body).data).toEqual({ viewer });
    expect(await askerOf(secondInstance).query(me, {}, accessToken)).toEqual({ viewer });
    await acme.query("mutation { signOut { userErrors { code } } }", {}, accessToken);
    expect(await errorsOf(house.gateway, me, accessToken)).toEqual(["UNAUTHENTICATED"]);
  });

  it("rule 9.3: sessions end with a new password or email", async () => {
    const { id, token } = await acme.join("leo@managed.example");
    const { session } = await acme.signIn("leo@managed.example");
    const input = { currentPassword: password, password: "a new horse battery" };
    await acme.succeed("accountUpdate", input, "account { id }", token);
    const other = session?.accessToken ?? "";
    expect(await errorsOf(house.gateway, "{ viewer { user { id } } }", other)).toEqual(["UNAUTHENTICATED"]);
    const again = (await acme.signIn("leo@managed.example", "a new horse battery")).session?.accessToken ?? "";
    await acme.succeed("userUpdate", { id, email: "leonard@managed.example" }, "user { id }");
    expect(await errorsOf(house.gateway, "{ viewer { user { id } } }", again)).toEqual(["UNAUTHENTICATED"]);
  });

  it("rule 9.3: an API token has scopes and an expiry, is kept hashed, and is shown once", async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const secret = await tokenWith(["USERS_READ"], acme.admin, { name: "Shown once", expiresAt });
    expect(secret).toMatch(/^gh_/);
    expect(await scopesOf(secret)).toEqual(["USERS_READ"]);
    const listed = await acme.query<{ apiTokens: object[] }>("{ apiTokens { name scopes hint expiresAt } }");
    expect(listed.apiTokens).toContainEqual(expect.objectContaining({ name: "Shown once", scopes: ["USERS_READ"], expiresAt }));
    expect(JSON.stringify([listed, await house.rows("SELECT * FROM ApiToken")])).not.toContain(secret);
    const past = { name: "Past", scopes: ["USERS_READ"], expiresAt: "2020-01-01T00:00:00.000Z" };
    expect(codesOf(await acme.change("apiTokenCreate", past, "secret"))).toEqual(["INVALID"]);
  });

  it("rule 9.4: an admin has every scope, a manager those of people, a member none but the own account", async () => {
    const [manager, member] = [await acme.join("m@roles.example", "MANAGER"), await acme.join("n@roles.example")];
    expect(await scopesOf(acme.admin)).toContain("ADMINS_WRITE");
    const ofManager = ["USERS", "GROUPS", "ACCESS"].flatMap((noun) => [`${noun}_READ`, `${noun}_WRITE`]).sort();
    expect(await scopesOf(manager.token)).toEqual(ofManager);
    expect(await scopesOf(member.token)).toEqual([]);
    const own = "{ viewer { user { email } account { email } } site { name } }";
    expect(await acme.query(own, {}, member.token)).toMatchObject({
      viewer: { account: { email: "n@roles.example" } },
      site: { name: expect.any(String) },
    });
    expect(await errorsOf(house.gateway, everybody, member.token)).toEqual(["FORBIDDEN"]);
    expect(await errorsOf(house.gateway, "{ auditEvents { nodes { id } } }", manager.token)).toEqual(["FORBIDDEN"]);
    expect(await scopesOf(await tokenWith(["GROUPS_WRITE"]))).toEqual(["GROUPS_READ", "GROUPS_WRITE"]);
  });

  it("rule 9.4: admins, emails, groups and applications need their scopes besides", async () => {
    const writer = await tokenWith(["USERS_WRITE"]);
    const { id } = await acme.join("target@managed.example");
    const wiki = await words.application("wiki94");
    const group = await words.group("Group 94");
    const person = { invitees: [{ email: "new@94.example" }], applicationIds: [], sendEmail: false };
    const refused: [string, object][] = [
      ["userUpdate", { id, role: "MANAGER" }],
      ["userUpdate", { id, email: "target2@managed.example" }],
      ["userInvite", { ...person, role: "ADMIN" }],
      ["userInvite", { ...person, groupIds: [group] }],
      ["userInvite", { ...person, applicationIds: [wiki.id] }],
    ];
    for (const [name, input] of refused)
      expect(codesOf(await acme.change(name, input, "__typename", writer))).toEqual(["FORBIDDEN"]);
    const all = await tokenWith(["USERS_WRITE", "ADMINS_WRITE", "GROUPS_WRITE", "ACCESS_WRITE"]);
    for (const [name, input] of refused.slice(2)) await acme.succeed(name, { ...input, dryRun: true }, "__typename", all);
    await acme.succeed("userUpdate", { id, role: "MANAGER" }, "user { id }", all);
  });

  it("rule 9.5: a token never has more than its maker has now, and dies with them", async () => {
    const { id, token } = await acme.join("maker@tokens.example", "ADMIN");
    const secret = await tokenWith(["USERS_READ", "AUDIT_READ"], token);
    await acme.succeed("userUpdate", { id, role: "MANAGER" }, "user { id }");
    expect(await scopesOf(secret)).toEqual(["USERS_READ"]);
    await acme.succeed("userDelete", { ids: [id] }, "deletedIds");
    expect(await errorsOf(house.gateway, everybody, secret)).toEqual(["UNAUTHENTICATED"]);
  });

  it("rule 9.5: a token that the operator made stands alone", async () => {
    const asked = { name: "Host", scopes: ["USERS_READ"] as const };
    const { secret } = await house.door.act({ siteId: house.siteId, actor: operator }, (work) => createApiToken(work, asked));
    const { apiTokens } = await acme.query<{ apiTokens: object[] }>("{ apiTokens { name createdBy { id } } }");
    expect(apiTokens).toContainEqual({ name: "Host", createdBy: null });
    expect(await scopesOf(secret)).toEqual(["USERS_READ"]);
  });

  it("rule 9.5: a token is one site's, and with CONTENT_WRITE one application's", async () => {
    expect(await errorsOf(house.gateway, everybody, await tokenWith(["USERS_READ"]), "globex")).toEqual(["UNAUTHENTICATED"]);
    const { id: applicationId } = await words.application("wiki95");
    await words.application("other95");
    const unbound = await acme.change("apiTokenCreate", { name: "Unbound", scopes: ["CONTENT_WRITE"] }, "secret");
    expect(codesOf(unbound)).toEqual(["INVALID"]);
    const secret = await tokenWith(["CONTENT_WRITE"], acme.admin, { applicationId });
    const items = [{ user: { email: "admin@acme.example" }, kind: "AUTHORED", count: 1 }];
    const report = (applicationKey: string) => acme.change("contentReport", { applicationKey, items }, "accepted", secret);
    expect(codesOf(await report("wiki95"))).toEqual([]);
    expect(codesOf(await report("other95"))).not.toEqual([]);
  });

  it("rule 9.5: an account of one site alone is nobody under another site's name", async () => {
    const initech = await house.found("initech", "LOCAL");
    expect(await errorsOf(house.gateway, everybody, initech.admin, "initech")).toEqual([]);
    expect(await errorsOf(house.gateway, everybody, initech.admin, "acme")).toEqual(["UNAUTHENTICATED"]);
  });

  it("rule 9.6: deactivating on one site ends nothing on the others", async () => {
    const { id, token } = await acme.join("ann@two.example");
    await globex.invite("ann@two.example", { sendEmail: true });
    await globex.accept(await house.linkTo("ann@two.example", 2), {}, token);
    await acme.succeed("userDeactivate", { ids: [id] }, "users { id }");
    const me = "{ viewer { user { email } } }";
    expect(await acme.query(me, {}, token)).toEqual({ viewer: { user: null } });
    expect(await globex.query(me, {}, token)).toEqual({ viewer: { user: { email: "ann@two.example" } } });
  });

  it("rule 9.6: a reset link works once and accepts no invitation, and is not sent to accounts nobody has signed in to", async () => {
    const request = (email: string) => acme.succeed("passwordResetRequest", { email }, "__typename", null);
    const reset = (token: string) =>
      acme.change("passwordReset", { token, password: "a third horse battery" }, "__typename", null);
    await acme.join("ann@reset.example");
    await request("ann@reset.example");
    const link = await house.linkTo("ann@reset.example", 2);
    expect(codesOf(await acme.accept(link))).toEqual(["BAD_CREDENTIALS"]);
    expect(codesOf(await reset(link))).toEqual([]);
    expect(codesOf(await reset(link))).not.toEqual([]);
    expect(codesOf(await acme.signIn("ann@reset.example", "a third horse battery"))).toEqual([]);
    const letters = "SELECT recipient FROM Letter WHERE recipient = 'invited@reset.example'";
    await acme.invite("invited@reset.example");
    await request("invited@reset.example");
    expect(await house.rows(letters)).toEqual([]);
  });

  it("rule 9.6: a reset link works for an hour", async () => {
    await acme.join("late@reset.example");
    await acme.succeed("passwordResetRequest", { email: "late@reset.example" }, "__typename", null);
    const token = await house.linkTo("late@reset.example", 2);
    const [row] = await house.rows<{ expiresAt: string }>("SELECT MAX(expiresAt) AS expiresAt FROM PasswordReset");
    const left = Date.parse(row?.expiresAt ?? "") - Date.now();
    expect(left).toBeGreaterThan(3_000_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    const transaction = await house.database.ground.begin();
    await transaction.write("UPDATE PasswordReset SET expiresAt = '2020-01-01T00:00:00.000Z'");
    await transaction.commit();
    expect(codesOf(await acme.change("passwordReset", { token, password }, "__typename", null))).toEqual(["EXPIRED"]);
  });
});

describe("the audit trail, through GraphQL", () => {
  const selection =
    "action actorLabel actor { __typename } subjectCount ipAddress createdAt subjects { id label changes { field from to } }";
  const eventsOf = async (subjectId: string) => {
    const query = `query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { nodes { id ${selection} } } }`;
    return (await acme.query<{ auditEvents: { nodes: { id: string; action: string }[] } }>(query, { filter: { subjectId } }))
      .auditEvents.nodes;
  };

  it("rule 10.1: every change leaves who did what to whom, before and after, whence and when", async () => {
    const id = await acme.invite("ann@audit.example");
    await acme.succeed("userUpdate", { id, title: "Engineer" }, "user { id }");
    const [event] = await eventsOf(id);
    expect(event).toMatchObject({
      action: "userUpdate",
      actorLabel: "admin@acme.example",
      ipAddress: "127.0.0.1",
      createdAt: expect.stringMatching(/^\d{4}-/),
      subjects: [{ id, label: "ann@audit.example", changes: [{ field: "title", from: null, to: "Engineer" }] }],
    });
    expect(codesOf(await acme.change("userUpdate", { id, title: "x".repeat(1000) }, "user { id }"))).toEqual(["INVALID"]);
    await acme.succeed("userUpdate", { id, title: "Director", dryRun: true }, "user { id }");
    expect((await eventsOf(id)).map((one) => one.id)).toHaveLength(2);
  });

  it("rule 10.1: nothing secret is in an event", async () => {
    await acme.join("secretive@audit.example");
    const secret = await tokenWith(["USERS_READ"]);
    const { session } = await acme.signIn("secretive@audit.example");
    const events = JSON.stringify(await acme.query(`{ auditEvents(first: 50) { nodes { ${selection} } } }`));
    expect(events).toContain("secretive@audit.example");
    for (const one of [password, secret, session?.accessToken ?? "?", await house.linkTo("secretive@audit.example")])
      expect(events).not.toContain(one);
  });

  it("rule 10.1: a set leaves one event, found by each of its subjects, and nothing deletes or edits events", async () => {
    const ids = [await acme.invite("a@set.example"), await acme.invite("b@set.example")];
    await acme.succeed("userDeactivate", { ids }, "users { id }");
    const [[one], [two]] = [await eventsOf(ids[0] ?? ""), await eventsOf(ids[1] ?? "")];
    expect(one).toMatchObject({ action: "userDeactivate", subjectCount: 2 });
    expect(two?.id).toBe(one?.id);
    const { __schema } = await acme.query<{ __schema: { mutationType: { fields: { name: string }[] } } }>(
      "{ __schema { mutationType { fields { name } } } }",
    );
    expect(__schema.mutationType.fields.filter(({ name }) => /audit|event/i.test(name))).toEqual([]);
  });
});

const rsa = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
