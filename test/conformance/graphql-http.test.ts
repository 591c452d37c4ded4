import { type AuditResult, serverAudits } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildHouse, type House } from "../support/house.ts";

let house: House;
let gateway: TestGateway;
let url: string;
beforeAll(async () => {
  house = await buildHouse();
  gateway = await openGateway(house);
  url = `${await gateway.server.listen({ host: "127.0.0.1", port: 0 })}/graphql`;
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

/** As a signed-in caller: some audits ask for the schema. */
const signedIn: typeof fetch = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${gateway.admin}`);
  return fetch(input, { ...init, headers });
};

/**
 * An operation that cannot be executed is answered with status 400, whatever the client accepts: caches and monitors would take 200 for a
 * success. The specification lets a server choose.
 */
const decided = ["572B", "FDE2", "7B9B"];
/** GET is answered to those alone who send a header that a page of another site cannot: what a link can ask, any page can. */
const refusedToLinks = ["5A70", "D6D5", "6A70"];

const told = (results: readonly AuditResult[]) =>
  results.map((result) => `${result.id} ${result.name}${result.status === "ok" ? "" : `: ${result.reason}`}`);

describe("GraphQL over HTTP", () => {
  it("is spoken as the specification says: no MUST is broken, and of what it recommends nothing that we can mend", async () => {
    const results: AuditResult[] = [];
    for (const { fn } of serverAudits({ url, fetchFn: signedIn })) results.push(await fn());
    const of = (status: AuditResult["status"]) => told(results.filter((result) => result.status === status));
    expect(results.length).toBeGreaterThan(50);
    expect(of("error")).toEqual([]);
    expect(of("warn").map((line) => line.slice(0, 4))).toEqual(decided);
    expect(of("notice").map((line) => line.slice(0, 4))).toEqual(refusedToLinks);
  });
});
