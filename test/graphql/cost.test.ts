import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { type AccessHouse, buildAccessHouse } from "../support/access-house.ts";
import { type Answer, openGateway, type TestGateway } from "../support/gateway.ts";

const page = "query($first: Int!) { users(first: $first) { nodes { id } } }";
/** As much as one operation may ask for: 200 users, each with 24 groups, and as many places on pages. */
const largest = "{ users(first: 200) { nodes { id groups(first: 24) { nodes { id } } } } }";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterAll(() => house.close());

const open = (costPerMinute: number) => openGateway(house, "jit", { costPerMinute });
const costOf = (answer: Answer) => (answer as unknown as { extensions?: { cost: Record<string, unknown> } }).extensions?.cost;
const codesOf = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code);

describe("what operations cost", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await open(10_100);
  });
  afterAll(() => gateway.server.close());

  it("is told with every answer: an object one point, and its place on a page; a change ten more", async () => {
    const first = costOf(await gateway.ask(page, { first: 100 }));
    expect(first).toMatchObject({ requested: 200, limit: 10_100, remaining: 9900 });
    expect(Date.parse(String(first?.resetAt)) - Date.now()).toBeLessThanOrEqual(60_000);
    const change = `mutation { groupCreate(input: { name: "Costly" }) { group { id } userErrors { code } } }`;
    expect(costOf(await gateway.ask(change))).toMatchObject({ requested: 22, remaining: 9878 });
    expect(costOf(await gateway.ask("{ __typename }"))).toMatchObject({ requested: 1, remaining: 9877 });
  });

  it("is refused where too little is left: nothing is done, and the caller hears how long to wait", async () => {
    const refused = await gateway.server.inject({
      method: "POST",
      url: "/graphql",
      headers: { authorization: `Bearer ${gateway.admin}`, "content-type": "application/json" },
      payload: JSON.stringify({ query: largest }),
    });
    const answer = refused.json<{ data?: unknown; errors: { message: string; extensions: { code: string } }[] }>();
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(60);
    expect(answer.errors[0]?.extensions).toEqual({ code: "RATE_LIMITED" });
    expect(answer.errors[0]?.message).toMatch(
      /^This costs 10000 points, and of 10100 in a minute fewer are left\. Wait \d+ seconds\.$/,
    );
    expect(answer.data).toBeUndefined();
    // What was refused took nothing: what is cheaper still fits.
    expect(costOf(await gateway.ask("{ __typename }"))).toMatchObject({ requested: 1, remaining: 9876 });
  });

  it("is each caller's own: what one has spent, another still has", async () => {
    const { secret } = await house.act((work) => createApiToken(work, { name: "Other", scopes: ["USERS_READ"] }));
    expect(costOf(await gateway.ask(page, { first: 200 }, secret))).toMatchObject({ remaining: 9700 });
  });
});

it("lets the largest operation pass that the limit of objects lets pass, with the least that can be set", async () => {
  const gateway = await open(10_100);
  const answer = await gateway.ask(largest);
  expect(costOf(answer)).toMatchObject({ requested: 10_000, remaining: 100 });
  expect(answer.errors).toBeUndefined();
  await gateway.server.close();
});

describe("who is not signed in", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await open(100_000);
  });
  afterAll(() => gateway.server.close());
  const asStranger = (query: string) => gateway.ask(query, {}, null);

  it("cannot ask for the schema, in whatever way the question is put", async () => {
    for (const query of [
      "{ __schema { types { name } } }",
      '{ __type(name: "User") { name } }',
      "{ ...F } fragment F on Query { a: __schema { queryType { name } } }",
      "{ ... on Query { ... @include(if: true) { __schema { queryType { name } } } } }",
      "query A { __typename } query B { __schema { queryType { name } } }",
    ]) {
      const answer = await gateway.ask(query, {}, null);
      expect(codesOf(answer), query).not.toEqual([]);
      expect(answer.text).not.toContain('"types"');
      expect(answer.text).not.toContain('queryType":');
    }
    expect(codesOf(await asStranger("{ __schema { types { name } } }"))).toEqual(["UNAUTHENTICATED"]);
    expect((await gateway.ask("{ __schema { queryType { name } } }")).data).toEqual({
      __schema: { queryType: { name: "Query" } },
    });
  });

  it("is not told which names were nearly right", async () => {
    const wrong = "{ viewr { user { emale } } }";
    expect((await asStranger(wrong)).text).not.toContain("Did you mean");
    expect((await gateway.ask(wrong)).text).toContain("Did you mean");
    const input = "query($by: UserBy!) { user(by: $by) { id } }";
    expect((await gateway.ask(input, { by: { emial: "a@b.example" } }, null)).text).not.toContain("Did you mean");
    expect((await gateway.ask(input, { by: { emial: "a@b.example" } })).text).toContain("Did you mean");
  });

  it("hears what is wrong, whatever is written in between, however long", async () => {
    const phrase = " Did you mean ".repeat(10_000);
    const variables = { first: phrase };
    const { status, text } = await gateway.ask("query($first: Int) { users(first: $first) { totalCount } }", variables, null);
    expect(status).toBe(400);
    expect(text).toContain("Int cannot represent non-integer value");
  });

  it("is told at once of what no waiting would make possible", async () => {
    const answer = await asStranger("{ users(first: 200) { nodes { groups(first: 10) { nodes { id } } } } }");
    expect(answer.status).toBe(400);
    expect(codesOf(answer)).toEqual(["OPERATION_TOO_LARGE"]);
    expect((await asStranger("{ __typename }")).status).toBe(200);
  });

  it("shares some 300 requests a minute with everybody at the address", async () => {
    const answers: Answer[] = [];
    for (let n = 0; n < 310; n++) answers.push(await asStranger("mutation { signOut { userErrors { code } } }"));
    const refused = answers.filter((answer) => codesOf(answer).includes("RATE_LIMITED"));
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.findIndex((answer) => answer.status === 429)).toBeGreaterThan(140);
    expect(answers.at(-1)?.status).toBe(429);
    expect((await gateway.ask("{ __typename }")).status).toBe(200);
  });
});
