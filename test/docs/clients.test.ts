import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildPeopleHouse, type PeopleHouse } from "../support/people-house.ts";

/** The programs of the page, by the headings that they stand under. */
const programs = new Map(
  readFileSync("docs/clients.md", "utf8")
    .split(/^## /m)
    .map((chapter): [string, string] => [chapter.split("\n")[0] ?? "", /^```js\n(.*?)^```/ms.exec(chapter)?.[1] ?? ""]),
);

let house: PeopleHouse;
let gateway: TestGateway;
let url: string;
beforeAll(async () => {
  house = await buildPeopleHouse();
  await house.people(5);
  await house.group("Choir");
  gateway = await openGateway(house);
  url = `${await gateway.server.listen({ host: "127.0.0.1", port: 0 })}/graphql`;
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

/** Runs a program in a process of its own, as typed. What it complains of fails the test. */
async function run(name: string): Promise<string[]> {
  const program = programs.get(name) ?? "";
  expect(program).not.toBe("");
  const { secret } = await house.act((work) => createApiToken(work, { name, scopes: ["USERS_WRITE", "GROUPS_WRITE"] }));
  const env = { ...process.env, GATEHOUSE_URL: url, GATEHOUSE_TOKEN: secret };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    env,
    timeout: 50_000,
  });
  expect(stderr).toBe("");
  return stdout.trim().split("\n");
}

const emails = async () => {
  const users = await house.rows<{ email: string }>("SELECT email FROM User WHERE siteId = ? ORDER BY email", [house.siteId]);
  return users.map(({ email }) => email);
};

describe("the programs of docs/clients.md", () => {
  it("fetch: reads everybody page by page, and renames a group", async () => {
    const told = await run("fetch");
    expect(told.at(-1)).toBe("Chamber choir");
    expect(told.slice(0, -1).sort()).toEqual(await emails());
  });

  it("Apollo Client: pages through its cache, which a mutation updates", async () => {
    const told = await run("Apollo Client");
    expect(told.at(-1)).toBe("Conductor");
    expect(told.slice(0, -1).sort()).toEqual(await emails());
  });

  it("urql: hears why nothing was done, and invites", async () => {
    expect(await run("urql")).toEqual(["INVALID input.invitees.1.email", "grace@example.com INVITED"]);
  });
});
