import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { giveAccess } from "../../src/actions/applications/give-access.ts";
import { addDomain } from "../../src/actions/domains/add-domain.ts";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { allScopes } from "../../src/model/scope.ts";
import { report } from "../support/content.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildPeopleHouse, type PeopleHouse } from "../support/people-house.ts";

let house: PeopleHouse;
let gateway: TestGateway;
let token: string;

beforeAll(async () => {
  house = await buildPeopleHouse();
  gateway = await openGateway(house);
  token = (await house.act((work) => createApiToken(work, { name: "All", scopes: [...allScopes] }), house.operator)).secret;
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

/** How many statements the database is asked to answer this. */
async function statementsFor(query: string): Promise<number> {
  const read = vi.spyOn(house.database.ground, "read");
  const { errors } = await gateway.ask(query, {}, token);
  expect(errors).toBeUndefined();
  const count = read.mock.calls.length;
  read.mockRestore();
  return count;
}

async function statementsForEach(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [name, query] of Object.entries(queries)) counts[name] = await statementsFor(query);
  return counts;
}

const verdicts = ["EDIT_EMAIL", "CHANGE_ROLE", "ACTIVATE", "DELETE", "REPLACE", "RESEND_INVITATION", "REVOKE_INVITATION"];
const queries = {
  users: `{ users(first: 60) { nodes { email managed access { application { key } via { name } } content { count application { key } }
    replacedBy { email } invitation { status invitedBy { __typename } }
    ${verdicts.map((action, at) => `v${at}: viewerCan(action: ${action}) { allowed reason }`).join(" ")} } } }`,
  invitations:
    "{ invitations(first: 60) { nodes { email user { email content { kind } viewerCan(action: DELETE) { code } } } } }",
  domains: "{ domains { name accountCount directory { name } } }",
  applications: "{ applications { key grants { group { name } } } }",
};

/** People with access and content, and domains. */
async function populate(batch: string, count: number): Promise<void> {
  const key = `app-${batch}`;
  const { id } = await house.application(key);
  for (let at = 0; at < count; at++) {
    const { userId } = await house.invite(`p${at}@${batch}.example`);
    await house.act((work) => giveAccess(work, { applicationId: id, userIds: [userId] }));
    await report(house, { id, key }, [{ user: { id: userId }, kind: "AUTHORED", count: 1 }]);
    await house.act((work) => addDomain(work, { name: `d${at}.${batch}.example` }));
  }
}

describe("the statements of a list", () => {
  it("are as many for many objects as for a few", async () => {
    await populate("few", 2);
    const few = await statementsForEach();
    await populate("many", 25);
    expect(await statementsForEach()).toEqual(few);
  });

  it("do not grow with aliases of a plain value, which is the same under each", async () => {
    const aliases = Array.from({ length: 50 }, (_, at) => `a${at}: accountCount`).join(" ");
    expect(await statementsFor(`{ domains { ${aliases} } }`)).toBe(await statementsFor("{ domains { accountCount } }"));
    const { data } = await gateway.ask("{ domains { accountCount again: accountCount } }", {}, token);
    expect(data.domains).toContainEqual({ accountCount: 0, again: 0 });
  });
});
