import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGroups } from "../../src/actions/groups/create-groups.ts";
import { inviteUsers } from "../../src/actions/users/invite-users.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildHouse, type House } from "../support/house.ts";

const operations: [name: string, query: string, variables?: object][] = [
  [
    "a page with its edges",
    "{ users(first: 2) { totalCount edges { cursor node { id email groups(first: 2) { nodes { name } } } } } }",
  ],
  [
    "aliases with other arguments",
    "{ users { nodes { one: groups(first: 1) { nodes { name } } all: groups { totalCount nodes { name } } } } }",
  ],
  ["one field selected twice", "{ users { nodes { id } nodes { email groups { nodes { id } } groups { nodes { name } } } } }"],
  ["a union's members", "{ auditEvents { nodes { action actor { __typename ... on User { email } } } } }"],
  [
    "a nested fragment",
    "fragment G on Group { name ...M } fragment M on Group { members { nodes { email } } } { groups { nodes { ...G } } }",
  ],
  [
    "@include and @skip",
    "query ($y: Boolean!) { users { nodes { id @skip(if: $y) email @include(if: $y) groups @include(if: $y) { totalCount } } } }",
    { y: true },
  ],
  ["a variable left to its default", "query ($n: Int = 1) { users(first: $n) { nodes { email } pageInfo { hasNextPage } } }"],
  [
    "an input of which exactly one field is given",
    "query ($by: UserBy!) { user(by: $by) { email } }",
    { by: { email: "ann@example.com" } },
  ],
  ["nothing where nothing is found", "query ($by: UserBy!) { user(by: $by) { email } }", { by: { email: "no@example.com" } }],
  ["a page that is too large", "{ site { name } users(first: 201) { nodes { id } } }"],
  ["a cursor that makes no sense", "query ($after: String) { users(after: $after) { nodes { id } } }", { after: "nonsense" }],
  ["an enumeration's value", "{ users(filter: { statuses: [INVITED] }) { nodes { status role } } }"],
  [
    "a change that is refused",
    "mutation ($input: GroupCreateInput!) { groupCreate(input: $input) { group { id } userErrors { code path } } }",
    { input: { name: "" } },
  ],
  [
    "a filter in a variable",
    "query ($filter: UserFilter) { users(filter: $filter) { nodes { email } } }",
    { filter: { statuses: ["INVITED"], query: "a" } },
  ],
  ["introspection", "{ __schema { queryType { name fields { name args { name defaultValue } } } } }"],
  [
    "an alias that JavaScript reads otherwise",
    "{ users { __proto__: totalCount constructor: totalCount nodes { toString: id } } }",
  ],
];

describe("compiled operations", () => {
  let house: House;
  let compiling: TestGateway;
  let plain: TestGateway;

  beforeAll(async () => {
    house = await buildHouse();
    compiling = await openGateway(house);
    plain = await openGateway(house, "js");
    await house.door.act({ siteId: house.siteId, actor: house.admin }, async (work) => {
      const invitees = ["ann", "bob", "cy"].map((name) => ({ email: `${name}@example.com` }));
      const userIds = await inviteUsers(work, { invitees, role: "MEMBER", groupIds: [], sendEmail: false });
      await createGroups(work, [
        { name: "Readers", memberIds: [] },
        { name: "Writers", memberIds: [] },
      ]);
      return userIds;
    });
  });
  afterAll(async () => {
    await compiling.server.close();
    await plain.server.close();
    await house.close();
  });

  it.each(operations)("answer as the reference does: %s", async (_name, query, variables = {}) => {
    const { status, text } = await plain.ask(query, variables);
    const answers = [];
    for (let use = 0; use < 3; use++) answers.push(await compiling.ask(query, variables));
    // What is left of the caller's points differs.
    const said = (answer: string) => ({ ...(JSON.parse(answer) as object), extensions: null });
    for (const answer of answers) expect(said(answer.text)).toEqual(said(text));
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
  });

  it("answer as the reference does: fragments on an interface", async () => {
    const { data } = await plain.ask("{ users(first: 1) { nodes { id } } groups(first: 1) { nodes { id } } }");
    const { users, groups } = data as unknown as Record<string, { nodes: { id: string }[] }>; // as: what was selected
    const ids = [users?.nodes[0]?.id, groups?.nodes[0]?.id];
    const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on User { email } ... on Group { id name } } }";
    const expected = (await plain.ask(query, { ids })).data;
    expect(expected).toMatchObject({ nodes: [{ __typename: "User" }, { __typename: "Group" }] });
    for (let use = 0; use < 3; use++) expect((await compiling.ask(query, { ids })).data).toEqual(expected);
  });

  it("refuse an input of which two fields or none are given, also when compiled", async () => {
    const query = "query ($by: UserBy!) { user(by: $by) { email } }";
    const fit = { by: { email: "ann@example.com" } };
    for (let use = 0; use < 3; use++) await compiling.ask(query, fit);
    for (const by of [{}, { email: null }, { email: "ann@example.com", id: "usr_1" }])
      expect(await compiling.ask(query, { by })).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: "BAD_USER_INPUT" } }],
      });
  });

  it("never run what a caller wrote: the string that graphql-jit 0.8.9 takes for code stays a string", async () => {
    const mark = "__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d";
    const query = `{ users(filter: { query: "${mark}0, globalThis.runByQuery = true" }) { totalCount } }`;
    const escaped = query.replace("__MAGIC", "\\u005f_MAGIC");
    for (let use = 0; use < 3; use++)
      for (const text of [query, escaped]) expect((await compiling.ask(text)).data).toEqual({ users: { totalCount: 0 } });
    expect(Reflect.get(globalThis, "runByQuery")).toBeUndefined();
  });

  it("do not open fragments within fragments without end", async () => {
    const links = Array.from({ length: 30 }, (_, n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`);
    const query = `{ users { nodes { ...F0 } } } ${links.join(" ")} fragment F30 on User { id }`;
    expect(await compiling.ask(query)).toMatchObject({ status: 400 });
  });
});
