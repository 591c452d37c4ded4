import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../src/actions/applications/give-access.ts";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildPeopleHouse, type PeopleHouse } from "../support/people-house.ts";

let house: PeopleHouse;
let gateway: TestGateway;
let wiki: string;
let everything: string;
let speaker: string;
/** Asks as a token that may do everything here: it names its site, which a session does not. */
let ask: (query: string, variables?: object, by?: string) => Promise<Record<string, unknown>>;

beforeAll(async () => {
  house = await buildPeopleHouse();
  gateway = await openGateway(house);
  wiki = (await house.application("wiki", { name: "Wiki" })).id;
  const scopes = ["USERS_WRITE", "ADMINS_WRITE", "GROUPS_WRITE", "ACCESS_WRITE", "AUDIT_READ"] as const;
  everything = (await house.act((work) => createApiToken(work, { name: "Console", scopes }), house.operator)).secret;
  const spoken = { name: "Wiki", scopes: ["CONTENT_WRITE"] as const, applicationId: wiki };
  speaker = (await house.act((work) => createApiToken(work, spoken), house.operator)).secret;
  ask = async (query, variables = {}, by = everything) => {
    const { data, errors } = await gateway.ask(query, variables, by);
    expect(errors).toBeUndefined();
    return data;
  };
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

const report = (items: object[]) =>
  ask(
    `mutation ($input: ContentReportInput!) { contentReport(input: $input) { accepted userErrors { code path } } }`,
    { input: { applicationKey: "wiki", items } },
    speaker,
  );
const withAccess = async (email: string) => {
  const { userId } = await house.invite(email);
  await house.act((work) => giveAccess(work, { applicationId: wiki, userIds: [userId] }));
  return userId;
};

describe("leaving the site, through GraphQL", () => {
  it("rules 5.3, 6.5, 10.1: userDelete shows who lost what as they were, and the trail keeps their label", async () => {
    const id = await withAccess("ann@acme.example");
    const remove = `mutation ($input: UserDeleteInput!) { userDelete(input: $input) {
      deletedIds seats { application { key } change usedAfter }
      lost: accessLost { app: application { key } userCount who: users { email groups(first: 5) { nodes { name } } } } userErrors { code path } } }`;
    const consequences = {
      seats: [{ application: { key: "wiki" }, change: -1, usedAfter: 0 }],
      lost: [
        { app: { key: "wiki" }, userCount: 1, who: [{ email: "ann@acme.example", groups: { nodes: [{ name: "wiki-users" }] } }] },
      ],
      userErrors: [],
    };
    expect(await ask(remove, { input: { ids: [id], dryRun: true } })).toEqual({
      userDelete: { deletedIds: [], ...consequences },
    });
    expect(await ask(remove, { input: { ids: [id] } })).toEqual({ userDelete: { deletedIds: [id], ...consequences } });
    expect(await ask(remove, { input: { ids: [id] } })).toMatchObject({
      userDelete: { deletedIds: [], lost: [], userErrors: [{ code: "NOT_FOUND", path: ["input", "ids", "0"] }] },
    });
    const trail = `query ($id: ID!) { node(id: $id) { id } user(by: { id: $id }) { id } invitations { nodes { email status user { id } } }
      auditEvents(first: 1, filter: { subjectId: $id }) { nodes { action subjects { id label node { id } changes { field from to } } } } }`;
    expect(await ask(trail, { id })).toMatchObject({
      node: null,
      user: null,
      invitations: { nodes: expect.arrayContaining([{ email: "ann@acme.example", status: "REVOKED", user: null }]) },
      auditEvents: {
        nodes: [{ action: "userDelete", subjects: [{ id, label: "ann@acme.example", node: null, changes: expect.anything() }] }],
      },
    });
  });

  it("rule 5.3: contentReport fills User.content, and userDelete names it", async () => {
    const id = await withAccess("bob@acme.example");
    const items = [{ user: { email: "bob@acme.example" }, kind: "AUTHORED", count: 2, lastActiveAt: "2026-01-02T03:04:05Z" }];
    expect(await report(items)).toEqual({ contentReport: { accepted: 1, userErrors: [] } });
    const shown = `query ($id: ID!) { user(by: { id: $id }) { lastActiveAt content { application { key } kind count }
      delete: viewerCan(action: DELETE) { allowed code reason } deactivate: viewerCan(action: DEACTIVATE) { allowed code reason } } }`;
    for (const _ of ["executed", "compiled"])
      expect(await ask(shown, { id })).toEqual({
        user: {
          lastActiveAt: "2026-01-02T03:04:05.000Z",
          content: [{ application: { key: "wiki" }, kind: "AUTHORED", count: 2 }],
          delete: { allowed: false, code: "HAS_CONTENT", reason: "This user authored 2 items in Wiki. Deactivate them instead." },
          deactivate: { allowed: true, code: null, reason: null },
        },
      });
    const refused = await ask(
      `mutation ($ids: [ID!]!) { userDelete(input: { ids: $ids }) { deletedIds userErrors { code message } } }`,
      {
        ids: [id],
      },
    );
    expect(refused).toEqual({
      userDelete: {
        deletedIds: [],
        userErrors: [{ code: "HAS_CONTENT", message: "This user authored 2 items in Wiki. Deactivate them instead." }],
      },
    });
  });

  it("rule 4.4: answers for a whole page, and for oneself", async () => {
    const page = `query { users(first: 200) { nodes { email viewerCan(action: REPLACE) { allowed code } content { kind } } } }`;
    const { users } = (await ask(page)) as { users: { nodes: { email: string }[] } }; // as: what was selected
    expect(users.nodes).toContainEqual({
      email: "admin@acme.example",
      viewerCan: { allowed: false, code: "LAST_ADMIN" },
      content: [],
    });
    const { accessToken } = await house.joinByLink("self@acme.example");
    const own = await gateway.server.inject({
      method: "POST",
      url: "/graphql",
      headers: { authorization: `Bearer ${accessToken}`, "gatehouse-site": "acme", "content-type": "application/json" },
      payload: JSON.stringify({
        query: "{ viewer { user { content { kind } viewerCan(action: DELETE) { allowed code reason } } } }",
      }),
    });
    expect(JSON.parse(own.body)).toMatchObject({
      data: {
        viewer: {
          user: {
            content: [],
            viewerCan: { allowed: false, code: "FORBIDDEN", reason: "This needs the scope USERS_WRITE." },
          },
        },
      },
    });
  });

  it("rule 3.1: userReplace tells who took the place, and what it takes", async () => {
    const id = await withAccess("cemm@acme.example");
    await report([{ user: { id }, kind: "EDITED", count: 1 }]);
    const replace = `mutation ($input: UserReplaceInput!) { userReplace(input: $input) {
      user { id email access { application { key } } } replaced { status replacedBy { email } }
      seats { change } accessLost { application { key } users { email } } warnings { message } userErrors { code path } } }`;
    const input = { id, rightEmail: "cem@acme.example" };
    const lost = [{ application: { key: "wiki" }, users: [{ email: "cemm@acme.example" }] }];
    expect(await ask(replace, { input: { ...input, dryRun: true } })).toEqual({
      userReplace: {
        user: null,
        replaced: { status: "INVITED", replacedBy: null },
        seats: [],
        accessLost: lost,
        warnings: [],
        userErrors: [],
      },
    });
    expect(await ask(replace, { input })).toMatchObject({
      userReplace: {
        user: { email: "cem@acme.example", access: [{ application: { key: "wiki" } }] },
        replaced: { status: "DEACTIVATED", replacedBy: { email: "cem@acme.example" } },
        accessLost: lost,
        userErrors: [],
      },
    });
    const mistaken = await house.invite("demm@acme.example");
    expect(await ask(replace, { input: { id: mistaken.userId, rightEmail: "dem@acme.example" } })).toMatchObject({
      userReplace: { user: { email: "dem@acme.example" }, replaced: null },
    });
    expect(await ask(replace, { input: { id, rightEmail: "nobody" } })).toMatchObject({
      userReplace: { user: null, userErrors: [{ code: "WRONG_STATE", path: ["input", "id"] }] },
    });
  });

  it("rule 6.5: applicationDelete shows the application that is gone and who lost it", async () => {
    const { id } = await house.application("gone", { name: "Gone" });
    const { userId } = await house.invite("dee@acme.example");
    await house.act((work) => giveAccess(work, { applicationId: id, userIds: [userId] }));
    const remove = `mutation ($input: ApplicationDeleteInput!) { applicationDelete(input: $input) {
      deletedId accessLost { application { name } users { email } } userErrors { code } } }`;
    const accessLost = [{ application: { name: "Gone" }, users: [{ email: "dee@acme.example" }] }];
    expect(await ask(remove, { input: { id, dryRun: true } })).toEqual({
      applicationDelete: { deletedId: null, accessLost, userErrors: [] },
    });
    expect(await ask(remove, { input: { id } })).toEqual({ applicationDelete: { deletedId: id, accessLost, userErrors: [] } });
    expect(
      await ask(`query { application(key: "gone") { id } user(by: { email: "dee@acme.example" }) { access { role } } }`),
    ).toEqual({
      application: null,
      user: { access: [] },
    });
  });

  it("takes a report of 1000 items and no more, and lets no application's token do anything else", async () => {
    const items = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        user: { email: "bob@acme.example" },
        lastActiveAt: new Date(Date.UTC(2026, 0, 3) + index * 1000).toISOString(),
      }));
    expect(await report(items(1000))).toEqual({ contentReport: { accepted: 1000, userErrors: [] } });
    expect(await report(items(1001))).toEqual({
      contentReport: { accepted: 0, userErrors: [{ code: "LIMIT_EXCEEDED", path: ["input", "items"] }] },
    });
    const { data, errors } = await gateway.ask("{ users { nodes { id } } applications { id } }", {}, speaker);
    expect(data).toEqual({ users: null, applications: null });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN", "FORBIDDEN"]);
    const mutation = `mutation { contentReport(input: { applicationKey: "wiki", items: [] }) { accepted } }`;
    const asAdmin = await gateway.ask(mutation, {}, everything);
    expect(asAdmin.data).toMatchObject({ contentReport: null });
  });
});
