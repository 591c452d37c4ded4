import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimLetters } from "../src/actions/letters/claim-letters.ts";
import { type Answer, openGateway, type TestGateway } from "./support/gateway.ts";
import { buildHouse, type House, operator } from "./support/house.ts";

const password = "correct horse battery";

describe("the gateway", () => {
  let house: House;
  let gateway: FastifyInstance;
  let ask: TestGateway["ask"];

  /** The token of the link in the newest letter to someone. */
  async function linkTo(email: string): Promise<string> {
    const letters = await house.door.act({ siteId: "", actor: operator }, (work) => claimLetters(work, { most: 50 }));
    return /\/join#(\S+)/.exec(letters.filter(({ recipient }) => recipient === email).at(-1)?.text ?? "")?.[1] ?? "";
  }

  const invite = `mutation ($input: UserInviteInput!) { userInvite(input: $input) {
    users { id email status invitation { id status delivery } } warnings { message } userErrors { code message path } } }`;
  const accept = `mutation ($input: InvitationAcceptInput!) { invitationAccept(input: $input) {
    user { email status fullName } session { accessToken } userErrors { code } } }`;
  const signIn = `mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password }) {
    session { accessToken } viewer { user { email } scopes } userErrors { code message } } }`;

  async function invited(email: string): Promise<string> {
    const { data } = await ask(invite, { input: { invitees: [{ email }] } });
    return (data.userInvite as unknown as { users: { id: string }[] }).users[0]?.id ?? ""; // as: what was selected
  }

  beforeAll(async () => {
    house = await buildHouse();
    ({ server: gateway, ask } = await openGateway(house));
  });
  afterAll(async () => {
    await gateway.close();
    await house.close();
  });

  it("rule 2.1: tells every fault of an invitation at once, each with its path, and changes nothing", async () => {
    const { data } = await ask(invite, {
      input: { invitees: [{ email: "ok@example.com" }, { email: "bad" }, { email: "OK@example.com" }] },
    });
    expect(data.userInvite).toMatchObject({
      users: [],
      userErrors: [
        { code: "INVALID", path: ["input", "invitees", "1", "email"] },
        { code: "INVALID", path: ["input", "invitees", "2", "email"] },
      ],
    });
    expect(await house.rows("SELECT id FROM User WHERE emailKey = 'ok@example.com'")).toEqual([]);
  });

  it("rules 2.7, 2.12: a link makes the account, signs in, and works once", async () => {
    await invited("grace@example.com");
    const token = await linkTo("grace@example.com");
    const first = await ask(accept, { input: { token, fullName: "Grace Hopper", password } }, null);
    expect(first.data.invitationAccept).toMatchObject({
      user: { email: "grace@example.com", status: "ACTIVE", fullName: "Grace Hopper" },
      userErrors: [],
    });
    const again = await ask(accept, { input: { token, fullName: "Mallory", password } }, null);
    expect(again.data.invitationAccept).toMatchObject({ user: null, session: null, userErrors: [{ code: "WRONG_STATE" }] });
    const unknown = await ask(accept, { input: { token: "gi_nonsense", fullName: "Mallory", password } }, null);
    expect(unknown.data.invitationAccept).toMatchObject({ userErrors: [{ code: "BAD_CREDENTIALS" }] });
  });

  it("rule 9.2: a wrong email and a wrong password answer alike", async () => {
    const wrong = [
      await ask(signIn, { email: "grace@example.com", password: "wrong horse battery" }, null),
      await ask(signIn, { email: "nobody@example.com", password }, null),
    ];
    for (const { data } of wrong)
      expect(data.signIn).toEqual({
        session: null,
        viewer: null,
        userErrors: [{ code: "BAD_CREDENTIALS", message: "The email or the password is wrong." }],
      });
  });

  it("rule 5.1: the very next request of a deactivated user is refused, and activating restores it", async () => {
    const { data } = await ask(signIn, { email: "grace@example.com", password }, null);
    const { session } = data.signIn as unknown as { session: { accessToken: string } };
    const me = "{ viewer { user { email } scopes } }";
    expect((await ask(me, {}, session.accessToken)).data).toEqual({
      viewer: { user: { email: "grace@example.com" }, scopes: [] },
    });
    const found = await ask('{ user(by: { email: "grace@example.com" }) { id } }');
    const { id } = found.data.user as unknown as { id: string };
    const change = (verb: string) =>
      ask(`mutation ($ids: [ID!]!) { ${verb}(input: { ids: $ids }) { users { status } userErrors { code } } }`, { ids: [id] });
    expect((await change("userDeactivate")).data.userDeactivate).toEqual({ users: [{ status: "DEACTIVATED" }], userErrors: [] });
    expect((await ask(me, {}, session.accessToken)).data).toEqual({ viewer: { user: null, scopes: [] } });
    expect((await change("userActivate")).data.userActivate).toEqual({ users: [{ status: "ACTIVE" }], userErrors: [] });
    expect((await ask(me, {}, session.accessToken)).data).toEqual({
      viewer: { user: { email: "grace@example.com" }, scopes: [] },
    });
  });

  it("rule 1.6: never leaves the site without an active admin", async () => {
    const { data } = await ask(
      `mutation ($ids: [ID!]!) { userDeactivate(input: { ids: $ids }) { users { id } userErrors { code } } }`,
      {
        ids: [`usr_${house.admin.userId}`],
      },
    );
    expect(data.userDeactivate).toEqual({ users: [], userErrors: [{ code: "LAST_ADMIN" }] });
  });

  it("rule 2.6: revoking voids the link, and a letter a minute is enough", async () => {
    const userId = await invited("late@example.com");
    const token = await linkTo("late@example.com");
    const read = await ask(`{ node(id: "${userId}") { ... on User { invitation { id } } } }`);
    const { invitation } = read.data.node as unknown as { invitation: { id: string } };
    const change = (verb: string) =>
      ask(`mutation { ${verb}(input: { ids: ["${invitation.id}"] }) { invitations { status } userErrors { code } } }`);
    expect((await change("invitationResend")).data.invitationResend).toEqual({
      invitations: [],
      userErrors: [{ code: "RATE_LIMITED" }],
    });
    expect((await change("invitationRevoke")).data.invitationRevoke).toEqual({
      invitations: [{ status: "REVOKED" }],
      userErrors: [],
    });
    const tried = await ask(accept, { input: { token, fullName: "Late", password } }, null);
    expect(tried.data.invitationAccept).toMatchObject({ userErrors: [{ code: "WRONG_STATE" }] });
  });

  it("rehearses with dryRun: the answer is told and no row is changed", async () => {
    const before = await house.rows("SELECT COUNT(*) AS n FROM AuditEvent");
    const { data } = await ask(invite, { input: { invitees: [{ email: "rehearsed@example.com" }], dryRun: true } });
    expect(data.userInvite).toMatchObject({ users: [], userErrors: [] });
    expect(await house.rows("SELECT COUNT(*) AS n FROM AuditEvent")).toEqual(before);
    expect(await house.rows("SELECT id FROM Letter WHERE recipient = 'rehearsed@example.com'")).toEqual([]);
  });

  it("pages through every user once, in order, whatever the page's size", async () => {
    const names: string[] = [];
    for (let after: string | null = null; ; ) {
      const answer: Answer = await ask(
        "query ($after: String) { users(first: 2, after: $after) { nodes { email } pageInfo { endCursor hasNextPage } } }",
        { after },
      );
      const { nodes, pageInfo } = answer.data.users as unknown as {
        nodes: { email: string }[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
      names.push(...nodes.map(({ email }) => email));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    const all = await house.rows<{ n: number }>("SELECT COUNT(*) AS n FROM User");
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(Number(all[0]?.n));
  });

  it("tells whoever asks who they are", async () => {
    const { data } = await ask("{ viewer { account { email emailVerified fullName } user { email } sites { key } } }");
    const account = { email: "admin@acme.example", emailVerified: true, fullName: "admin" };
    expect(data.viewer).toEqual({ account, user: { email: "admin@acme.example" }, sites: [{ key: "acme" }] });
  });

  it("gives the same field under two aliases what each asked for", async () => {
    const { data } = await ask(
      "{ a: users(first: 1) { nodes { x: groups(first: 1) { totalCount } y: groups(first: 2) { nodes { id } } } } b: users(first: 2) { nodes { id } } }",
    );
    expect((data.a as unknown as { nodes: unknown[] }).nodes).toHaveLength(1);
    expect((data.b as unknown as { nodes: unknown[] }).nodes).toHaveLength(2);
  });

  it("gives a value that takes reading under any alias", async () => {
    const { data, errors } = await ask("{ users(first: 1) { nodes { m: managed } } }");
    expect(errors).toBeUndefined();
    expect(data.users).toEqual({ nodes: [{ m: expect.any(Boolean) }] });
  });

  it.each([
    ["a field that is not there", "{ nope }", {}],
    ["a page of 201", "{ users(first: 201) { nodes { id } } }", {}],
    ["a cursor of nobody's", '{ users(after: "eA") { nodes { id } } }', {}],
    ["two selectors at once", "query ($by: UserBy!) { user(by: $by) { id } }", { by: { email: "a@b.example", username: "a" } }],
    [
      "a list of lists of lists",
      "{ users(first: 200) { nodes { groups(first: 200) { nodes { members(first: 200) { nodes { id } } } } } } }",
      {},
    ],
    ["a document that ends too soon", "{ users(", {}],
    [
      "eleven changes",
      `mutation { ${Array.from({ length: 11 }, (_, n) => `a${n}: signOut { userErrors { code } }`).join(" ")} }`,
      {},
    ],
  ])("refuses %s with a code, never a 500 and never a stack", async (_what, query, variables) => {
    const { status, errors, text } = await ask(query, variables);
    expect(status).toBeLessThan(500);
    expect(errors?.[0]?.extensions.code).toMatch(
      /^(BAD_USER_INPUT|GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED|OPERATION_TOO_LARGE)$/,
    );
    expect(text).not.toMatch(/node_modules|\bat .*\.ts|SELECT /);
  });

  it("tells who is not signed in to sign in, and who may not that they may not", async () => {
    expect((await ask("{ users { totalCount } viewer { scopes } }", {}, null)).errors?.[0]?.extensions.code).toBe(
      "UNAUTHENTICATED",
    );
    const { data } = await ask(signIn, { email: "grace@example.com", password }, null);
    const { session } = data.signIn as unknown as { session: { accessToken: string } };
    expect((await ask("{ users { totalCount } }", {}, session.accessToken)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    expect((await ask("{ viewer { scopes } }", {}, "gs_nonsense")).status).toBe(401);
  });
});
