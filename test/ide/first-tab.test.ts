import { readFile } from "node:fs/promises";
import { buildSchema, Kind, parse, validate } from "graphql";
import { expect, it } from "vitest";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

it.each(["ide/first-tab.graphql", "ide/sign-in-tab.graphql"])(
  "every operation in %s is valid, named and explained",
  async (path) => {
    const text = await read(path);
    const document = parse(text);
    expect(validate(buildSchema(await read("schema.graphql")), document)).toEqual([]);

    for (const definition of document.definitions) {
      // The parser's tokens tell whether a comment stands right above an operation.
      expect(definition.loc?.startToken.prev?.kind).toBe("Comment");
      expect(definition.kind === Kind.OPERATION_DEFINITION && definition.name).toBeTruthy();
    }
  },
);

it("no operation in the first tab changes anything", async () => {
  for (const definition of parse(await read("ide/first-tab.graphql")).definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === "query") continue;
    const source = definition.loc?.source.body.slice(definition.loc.start, definition.loc.end);
    // `syncPlan` only plans; what it finds is applied by `syncApply`.
    expect(source).toMatch(/dryRun: true|syncPlan/);
  }
});
