import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildHouse, type House } from "../support/house.ts";

let house: House;
let gateway: TestGateway;
beforeAll(async () => {
  house = await buildHouse();
  gateway = await openGateway(house, "jit", { trustedProxies: ["127.0.0.1"] });
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

const garbage = ["' OR 1=1 --", "x".repeat(10_000), "999.999.999.999", ",,,", "[object Object]", "\u00ff\u00fe", "unknown"];

describe("what a trusted proxy forwards", () => {
  it("T16: breaks no change when it is no address, and the trail has the proxy's", async () => {
    for (const [n, forwarded] of garbage.entries()) {
      const query = "mutation ($email: String!) { userInvite(input: { invitees: [{ email: $email }] }) { userErrors { code } } }";
      const headers = { "x-forwarded-for": forwarded };
      const { data, errors } = await gateway.ask(query, { email: `invited${n}@acme.example` }, gateway.admin, headers);
      expect({ data, errors }, forwarded).toEqual({ data: { userInvite: { userErrors: [] } }, errors: undefined });
    }
    const kept = await house.rows("SELECT DISTINCT ipAddress FROM AuditEvent WHERE actorId = ?", [house.admin.userId]);
    expect(kept).toEqual([{ ipAddress: "127.0.0.1" }]);
  });

  it("T16: resets no limit, neither by garbage alone nor by garbage in front of an address", async () => {
    const query =
      'mutation ($email: String!) { signIn(input: { email: $email, password: "a wrong password" }) { userErrors { code } } }';
    for (const behind of ["", ", 203.0.113.9"]) {
      const codes: string[] = [];
      for (let n = 0; n < 102; n++) {
        const headers = { "x-forwarded-for": `${garbage[n % garbage.length]}${n}${behind}` };
        const { data } = await gateway.ask(query, { email: `guessed${n}${behind.length}@acme.example` }, null, headers);
        codes.push(...(data.signIn as unknown as { userErrors: { code: string }[] }).userErrors.map(({ code }) => code)); // as: what was selected
      }
      expect(codes).toEqual([...Array(100).fill("BAD_CREDENTIALS"), "RATE_LIMITED", "RATE_LIMITED"]);
    }
  });
});
