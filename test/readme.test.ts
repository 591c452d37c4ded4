import { readFileSync } from "node:fs";
import { Kind, parse, print } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGateway, type TestGateway } from "./support/gateway.ts";
import { buildHouse, type House } from "./support/house.ts";
import { serviceAccountKey } from "./support/synced-house.ts";

const blocks = [...readFileSync("README.md", "utf8").matchAll(/^```graphql\n(.*?)^```/gms)].map(([, text]) => text ?? "");
const operations = blocks.flatMap((text) =>
  parse(text).definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) throw new Error("The README's examples are operations.");
    return [definition.name?.value ?? "", print(definition)] as const;
  }),
);

describe("the README's examples", () => {
  let house: House;
  let gateway: TestGateway;

  beforeAll(async () => {
    house = await buildHouse();
    gateway = await openGateway(house);
  });
  afterAll(async () => {
    await gateway.server.close();
    await house.close();
  });

  it("are a screenful", () => expect(operations.length).toBeGreaterThan(4));

  it.each(operations)("work as typed: %s", async (_name, query) => {
    const { errors, text } = await gateway.ask(query, { key: serviceAccountKey });
    expect(errors).toBeUndefined();
    for (const [, userErrors] of text.matchAll(/"userErrors":(\[.*?\])/g)) expect(userErrors).toBe("[]");
  });
});
