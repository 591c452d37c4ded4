import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { revokeApiToken } from "../../src/actions/tokens/revoke-api-token.ts";
import { type AccessHouse, buildAccessHouse } from "../support/access-house.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";

let house: AccessHouse;
let gateway: TestGateway;
beforeAll(async () => {
  house = await buildAccessHouse();
  gateway = await openGateway(house);
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

const tokens = "{ apiTokens { name lastUsedAt revokedAt } }";
interface Told {
  name: string;
  lastUsedAt: string | null;
}
const lastUse = async (name: string) =>
  ((await gateway.ask(tokens)).data as unknown as { apiTokens: Told[] }).apiTokens.find((one) => one.name === name)?.lastUsedAt;
const make = (name: string) => house.act((work) => createApiToken(work, { name, scopes: ["USERS_READ"] }));

describe("when an API token was last used", () => {
  it("is told from the first request on, once for many, and leaves no trail", async () => {
    const { secret } = await make("Reports");
    expect(await lastUse("Reports")).toBeNull();
    const { size } = await house.trail();
    const before = new Date().toISOString();
    for (let n = 0; n < 5; n++) expect((await gateway.ask("{ users { totalCount } }", {}, secret)).errors).toBeUndefined();
    const used = await vi.waitFor(async () => {
      const at = await lastUse("Reports");
      expect(at).not.toBeNull();
      return at ?? "";
    });
    expect(used >= before && used <= new Date().toISOString()).toBe(true);
    await gateway.ask("{ users { totalCount } }", {}, secret);
    expect(await lastUse("Reports")).toBe(used);
    expect((await house.trail()).size).toBe(size);
  });

  it("stays null of one that is refused", async () => {
    const { secret, tokenId } = await make("Revoked");
    await house.act((work) => revokeApiToken(work, { id: `tok_${tokenId}` }));
    expect((await gateway.ask("{ users { totalCount } }", {}, secret)).status).toBe(401);
    expect(await house.rows("SELECT lastUsedAt FROM ApiToken WHERE name = 'Revoked'")).toEqual([{ lastUsedAt: null }]);
  });
});
