import fc from "fast-check";
import { getNamedType, isObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { buildGatehouseSchema } from "../../src/graphql/schema.ts";
import { type Answer, openGateway, type TestGateway } from "../support/gateway.ts";
import { buildPeopleHouse, type Joined, type PeopleHouse, password } from "../support/people-house.ts";

// What has gone wrong with accounts, invitations, tokens and tenants in systems like this one, tried through the gateway's own door.

let house: PeopleHouse;
let gateway: TestGateway;
beforeAll(async () => {
  house = await buildPeopleHouse();
  gateway = await openGateway(house);
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

const ask = (query: string, variables: object = {}, token: string | null = gateway.admin) =>
  gateway.ask(query, variables, token, { "gatehouse-site": "acme" });

/** The codes of the one mutation's user errors. */
const codesOf = ({ data }: Answer): string[] =>
  Object.values(data as Record<string, { userErrors: { code: string }[] }>).flatMap(({ userErrors }) =>
    userErrors.map(({ code }) => code),
  ); // as: one mutation with its userErrors was selected

const accept = (input: object, token: string | null = null) =>
  ask(
    "mutation ($input: InvitationAcceptInput!) { invitationAccept(input: $input) { user { email } userErrors { code } } }",
    { input },
    token,
  );
const signIn = (email: string, tried: string) =>
  ask("mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } userErrors { code } } }", {
    input: { email, password: tried },
  });
const person = { fullName: "Somebody New", password };

describe("an invitation's link", () => {
  it("T1: opens nothing after any change to it, and brings nobody to another site or role than it was made for", async () => {
    const { token, userId } = await house.invite("changed@far.example");
    for (let at = 0; at < token.length; at++) {
      const changed = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
      await expect(house.accept({ token: changed })).rejects.toMatchObject({ problems: [{ code: "BAD_CREDENTIALS" }] });
    }
    const elsewhere = await gateway.ask(
      "mutation ($input: InvitationAcceptInput!) { invitationAccept(input: $input) { user { email } userErrors { code } } }",
      { input: { token, ...person } },
      null,
      { "gatehouse-site": "elsewhere" },
    );
    expect(codesOf(elsewhere)).toEqual(["BAD_CREDENTIALS"]);
    expect(codesOf(await accept({ token, ...person }))).toEqual([]);
    expect(await house.rows("SELECT role, status FROM User WHERE id = ?", [userId.slice(4)])).toEqual([
      { role: "MEMBER", status: "ACTIVE" },
    ]);
  });

  it("T2: is good for nothing once it was used, revoked, replaced by another, or too old", async () => {
    const used = await house.invite("used@far.example");
    expect(codesOf(await accept({ token: used.token, ...person }))).toEqual([]);
    expect(codesOf(await accept({ token: used.token, ...person }))).toEqual(["WRONG_STATE"]);
    const revoked = await house.invite("revoked@far.example");
    const revoke = "mutation ($ids: [ID!]!) { invitationRevoke(input: { ids: $ids }) { userErrors { code } } }";
    expect(codesOf(await ask(revoke, { ids: [revoked.invitationId] }))).toEqual([]);
    expect(codesOf(await accept({ token: revoked.token, ...person }))).toEqual(["WRONG_STATE"]);
    const resent = await house.invite("resent@far.example");
    const resend = "mutation ($ids: [ID!]!) { invitationResend(input: { ids: $ids }) { userErrors { code } } }";
    expect(codesOf(await ask(resend, { ids: [resent.invitationId] }))).toEqual([]);
    expect(codesOf(await accept({ token: resent.token, ...person }))).not.toEqual([]);
    const old = await house.invite("old@far.example");
    await house.expire(old.invitationId);
    expect(codesOf(await accept({ token: old.token, ...person }))).toEqual(["EXPIRED"]);
    for (const { userId } of [revoked, resent, old])
      expect(await house.rows("SELECT accountId FROM User WHERE id = ?", [userId.slice(4)])).toEqual([{ accountId: null }]);
  });

  it("T3: of somebody who has an account is not accepted by a session of somebody else, and stays pending", async () => {
    const { label, accountId } = await house.joinByLink("twice@far.example");
    const thief = await house.joinByLink("thief@far.example");
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, label));
    const mutation = "mutation ($input: InvitationAcceptInput!) { invitationAccept(input: $input) { userErrors { code } } }";
    const there = { "gatehouse-site": "elsewhere" };
    for (const input of [{ token }, { token, ...person }])
      expect(codesOf(await gateway.ask(mutation, { input }, thief.accessToken, there))).toEqual(["FORBIDDEN"]);
    const pending = await house.rows("SELECT id FROM Invitation WHERE emailKey = ? AND pendingKey IS NOT NULL", [label]);
    expect(pending).toHaveLength(1);
    expect((await house.accountAt(label))?.id).toBe(accountId);
  });

  it("T4: and every other secret is in no answer but to who makes it, whoever asks", async () => {
    const telling: string[] = [];
    for (const type of Object.values(buildGatehouseSchema().getTypeMap()))
      if (isObjectType(type) && !type.name.startsWith("__"))
        for (const field of Object.values(type.getFields()))
          if (/token|hash|secret|password|credential/i.test(field.name) && !isObjectType(getNamedType(field.type)))
            telling.push(`${type.name}.${field.name}`);
    expect(telling.sort()).toEqual(["ApiTokenCreatePayload.secret", "Session.accessToken"]);
    const member = await house.joinByLink("curious@far.example");
    await house.invite("invitee@far.example");
    const { data, errors } = await ask("{ invitations { nodes { id } } users { nodes { id } } }", {}, member.accessToken);
    expect(data).toEqual({ invitations: null, users: null });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  });
});

describe("what a person may not change of themselves", () => {
  it("T11: is in no input of theirs, and what is sent besides is refused whole", async () => {
    const me = await house.joinByLink("me@far.example");
    const before = await house.everything();
    const reserved = [
      "id",
      "email",
      "emailVerified",
      "role",
      "status",
      "siteId",
      "realm",
      "passwordHash",
      "scopes",
      "directoryId",
    ];
    for (const field of reserved)
      for (const [type, mutation] of [
        ["AccountUpdateInput", "accountUpdate"],
        ["InvitationAcceptInput", "invitationAccept"],
        ["PasswordResetInput", "passwordReset"],
      ]) {
        const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`;
        const input = { ...(type === "AccountUpdateInput" ? { fullName: "Me" } : { token: "gi_x", password }), [field]: "ADMIN" };
        const answer = await ask(query, { input }, me.accessToken);
        expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
      }
    expect(await house.everything()).toBe(before);
  });

  it("T25: cannot be smuggled in as an object where a text is expected", async () => {
    const before = await house.everything();
    const find = "query ($id: ID, $email: String) { user(by: { id: $id }) { id } other: user(by: { email: $email }) { id } }";
    for (const odd of [{ $ne: null }, { not: "" }, [], ["x", "y"], true, { toString: "x" }])
      expect(await ask(find, { id: odd, email: odd })).toMatchObject({ status: 400 });
    for (const odd of [{ $gt: "" }, ["a@b.example"], true])
      expect(
        (await ask("mutation ($e: String!) { signIn(input: { email: $e, password: $e }) { userErrors { code } } }", { e: odd }))
          .status,
      ).toBe(400);
    expect(await house.everything()).toBe(before);
  });
});

describe("somebody who is deactivated", () => {
  it("T19: is refused by the very next request of every credential they had or gave", async () => {
    const gone = await house.joinByLink("gone@far.example", "ADMIN");
    const script = await house.act((work) => createApiToken(work, { name: "Script", scopes: ["USERS_READ"] }), gone);
    const { token } = await house.invite("promoted@far.example", { role: "ADMIN" }, gone);
    await ask('mutation { passwordResetRequest(input: { email: "gone@far.example" }) { userErrors { code } } }', {}, null);
    expect((await ask("{ users { totalCount } }", {}, script.secret)).errors).toBeUndefined();
    const deactivate = "mutation ($ids: [ID!]!) { userDeactivate(input: { ids: $ids }) { userErrors { code } } }";
    expect(codesOf(await ask(deactivate, { ids: [gone.publicUserId] }))).toEqual([]);
    expect((await ask("{ users { totalCount } }", {}, script.secret)).status).toBe(401);
    expect((await ask("{ viewer { user { id } scopes } }", {}, gone.accessToken)).data).toEqual({
      viewer: { user: null, scopes: [] },
    });
    expect(codesOf(await signIn("gone@far.example", password))).toEqual(["FORBIDDEN"]);
    expect(codesOf(await accept({ token, ...person }))).toEqual(["WRONG_STATE"]);
    const reset = /\/reset#(\S+)/.exec((await house.lettersTo("gone@far.example")).at(-1)?.text ?? "")?.[1] ?? "";
    const resetting = "mutation ($input: PasswordResetInput!) { passwordReset(input: $input) { userErrors { code } } }";
    await ask(resetting, { input: { token: reset, password: "another long password" } }, null);
    expect(codesOf(await signIn("gone@far.example", "another long password"))).not.toEqual([]);
  });

  it("T28: finds no way in where one is not offered: what is not configured is refused, not only hidden", async () => {
    const mutation =
      'mutation { signInWithIdToken(input: { idToken: "a.b.c" }) { session { accessToken } userErrors { code } } }';
    expect((await ask("{ signInProviders { name } }", {}, null)).data).toEqual({ signInProviders: [] });
    expect(codesOf(await ask(mutation, {}, null))).toEqual(["BAD_CREDENTIALS"]);
    expect((await gateway.server.inject({ method: "GET", url: "/signin/google?site=acme" })).statusCode).toBe(404);
  });
});

describe("requests that a browser sends for somebody else", () => {
  const send = (options: object) => gateway.server.inject({ url: "/graphql", ...options } as never); // as: the options that inject takes
  const body = JSON.stringify({ query: "{ viewer { scopes } }" });

  it("T26: change nothing, and an odd body is no fault of ours", async () => {
    const mutation = encodeURIComponent("mutation { signOut { userErrors { code } } }");
    const json = { "content-type": "application/json" };
    const asked = [
      [{ method: "POST", headers: { "content-type": "text/plain" }, payload: body }, 400],
      [{ method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, payload: "query=1" }, 415],
      [{ method: "GET", url: `/graphql?query=${mutation}`, headers: json }, 405],
      [{ method: "POST", headers: json, payload: " ".repeat(300_000) }, 413],
      [{ method: "POST", headers: json, payload: `[${body},${body}]` }, 400],
    ] as const;
    for (const [options, status] of asked) expect((await send(options)).statusCode).toBe(status);
    for (const charset of ["utf-16", "x-unknown", "utf-8; charset=utf-7", `${"a".repeat(9000)}`]) {
      const { statusCode } = await send({
        method: "POST",
        headers: { "content-type": `application/json; charset=${charset}` },
        payload: body,
      });
      expect(statusCode).toBeLessThan(500);
    }
  });
});

/** What somebody does who wants to have a password set, by hook or by crook; of these, one is the honest way. */
type Attempt =
  | "ask for a letter"
  | "use its link"
  | "use it again"
  | "guess a link"
  | "use an invitation's link"
  | "update without a session";

describe("a password", () => {
  it("T17: is set by a link from the mail, once", async () => {
    const victim = await house.joinByLink("honest@far.example");
    const hash = async () => (await house.accountAt("honest@far.example"))?.passwordHash;
    const before = await hash();
    await expectSetByLinksAlone(victim, ["use its link", "ask for a letter", "use its link", "use it again", "guess a link"]);
    expect(await hash()).not.toBe(before);
  });

  it("T17: is set by no order of calls without the use of a link from the mail", async () => {
    let made = 0;
    const attempts = fc.array(
      fc.constantFrom<Attempt>(
        "ask for a letter",
        "use its link",
        "use it again",
        "guess a link",
        "use an invitation's link",
        "update without a session",
      ),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(attempts, async (order) => {
        const email = `victim${++made}@far.example`;
        const victim = await house.joinByLink(email);
        await house.write("UPDATE Account SET signedInAt = createdAt WHERE id = ?", [victim.accountId]);
        await expectSetByLinksAlone(victim, order);
      }),
      { numRuns: 10 },
    );
  });
});

async function expectSetByLinksAlone({ label: email, accountId }: Joined, order: readonly Attempt[]): Promise<void> {
  const hash = async () => (await house.rows("SELECT passwordHash FROM Account WHERE id = ?", [accountId]))[0]?.passwordHash;
  const reset = (token: string) =>
    ask(
      "mutation ($input: PasswordResetInput!) { passwordReset(input: $input) { userErrors { code } } }",
      { input: { token, password: "a password of another" } },
      null,
    );
  const { token: invitation } = await house.elsewhere.act((work) => house.inviteOn(work, email));
  let link: string | null = null;
  let isUsed = false;
  for (const attempt of order) {
    const before = await hash();
    let isHonest = false;
    if (attempt === "ask for a letter") {
      const asked = await house.lettersTo(email);
      await ask(
        "mutation ($e: String!) { passwordResetRequest(input: { email: $e }) { userErrors { code } } }",
        { e: email },
        null,
      );
      const letters = await house.lettersTo(email);
      if (letters.length > asked.length) [link, isUsed] = [/\/reset#(\S+)/.exec(letters.at(-1)?.text ?? "")?.[1] ?? null, false];
    } else if (attempt === "use its link" || attempt === "use it again") {
      const { data } = await reset(link ?? "");
      isHonest = link !== null && !isUsed && data !== null && codesOf({ data } as Answer).length === 0; // as: of an answer its data is read
      isUsed ||= isHonest;
    } else if (attempt === "guess a link") await reset(`gr_${"A".repeat(49)}`);
    else if (attempt === "use an invitation's link")
      await accept({ token: invitation, ...person, password: "a password of another" });
    else await ask('mutation { accountUpdate(input: { password: "a password of another" }) { userErrors { code } } }', {}, null);
    expect([attempt, (await hash()) !== before]).toEqual([attempt, isHonest]);
  }
}
