// Writes schema.graphql from the built code; with --check says whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { buildGatehouseSchema, printContract } from "../dist/src/graphql/schema.js";

const printed = printContract(buildGatehouseSchema());
if (!process.argv.includes("--check")) writeFileSync("schema.graphql", printed);
else if (readFileSync("schema.graphql", "utf8") !== printed) {
  console.error("schema.graphql is stale: run `npm run schema` and look at the difference.");
  process.exit(1);
}
