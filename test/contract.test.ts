import { readFileSync } from "node:fs";
import { ChangeType, CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema, isInputObjectType } from "graphql";
import { describe, expect, it } from "vitest";
import { buildGatehouseSchema, printContract } from "../src/graphql/schema.ts";

const ours = buildGatehouseSchema();
const contract = buildSchema(readFileSync(new URL("contract.graphql", import.meta.url), "utf8"));

/** Told as dangerous for clients that take every value of an enum for known, which the contract does not promise. */
const harmless = new Set<string>([ChangeType.EnumValueAdded, ChangeType.UnionMemberAdded, ChangeType.InputFieldAdded]);

describe("the public contract", () => {
  it("is what schema.graphql says: run `npm run schema` when this fails, and look at the difference", () => {
    expect(readFileSync("schema.graphql", "utf8")).toBe(printContract(ours));
  });

  it("has all of the contract, and differs from it by additions alone", async () => {
    const changes = await diff(contract, buildSchema(printContract(ours)));
    const broken = changes.filter(({ criticality }) => criticality.level !== CriticalityLevel.NonBreaking);
    expect(broken.filter(({ type }) => !harmless.has(type)).map(({ message }) => message)).toEqual([]);
  });

  it("takes exactly one of the fields of a selector", () => {
    for (const name of ["UserBy", "GroupBy", "SyncTarget", "DirectoryCredentials"]) {
      const type = ours.getType(name);
      expect(isInputObjectType(type) && type.isOneOf, name).toBe(true);
    }
  });
});
