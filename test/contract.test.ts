import { readFileSync } from "node:fs";
import { buildSchema, type GraphQLNamedType, isInputObjectType, isInterfaceType, isObjectType } from "graphql";
import { describe, expect, it } from "vitest";
import { buildGatehouseSchema, printContract } from "../src/graphql/schema.ts";

const ours = buildGatehouseSchema();
const contract = buildSchema(readFileSync(new URL("contract.graphql", import.meta.url), "utf8"));

/** Everything that a client relies on in a type, by name: fields, arguments, defaults. */
function promisesOf(type: GraphQLNamedType): Map<string, string> {
  const promises = new Map<string, string>();
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return promises;
  for (const field of Object.values(type.getFields())) {
    const fallback = "defaultValue" in field ? ` = ${JSON.stringify(field.defaultValue)}` : "";
    promises.set(field.name, `${field.type}${fallback}`);
    if ("args" in field)
      for (const arg of field.args)
        promises.set(`${field.name}(${arg.name})`, `${arg.type} = ${JSON.stringify(arg.defaultValue)}`);
  }
  return promises;
}

describe("the public contract", () => {
  it("is what schema.graphql says: run `npm run schema` when this fails, and look at the difference", () => {
    expect(readFileSync("schema.graphql", "utf8")).toBe(printContract(ours));
  });

  it("keeps, of what is built, every name, type, argument and default", () => {
    const broken: string[] = [];
    for (const [name, promised] of Object.entries(contract.getTypeMap())) {
      const built = ours.getType(name);
      if (!built || name.startsWith("__")) continue;
      const kept = promisesOf(built);
      for (const [what, promise] of promisesOf(promised))
        if (kept.has(what) && kept.get(what) !== promise) broken.push(`${name}.${what}: ${promise}`);
    }
    expect(broken).toEqual([]);
  });

  it("takes exactly one of the fields of a selector", () => {
    for (const name of ["UserBy", "GroupBy", "SyncTarget", "DirectoryCredentials"]) {
      const type = ours.getType(name);
      expect(isInputObjectType(type) && type.isOneOf, name).toBe(true);
    }
  });
});
