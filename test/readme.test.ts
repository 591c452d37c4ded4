import { readdirSync, readFileSync } from "node:fs";
import { Kind, type OperationDefinitionNode, parse } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settings } from "../src/config.ts";
import { buildExampleHouse, type ExampleHouse } from "./support/example-house.ts";
import { type Answer, openGateway, type TestGateway } from "./support/gateway.ts";

/** An operation of a page, and the answer that the page shows for it, if it shows one. */
interface Example {
  name: string;
  query: string;
  variables: string[];
  shown: object | null;
}

const pages = ["README.md", ...readdirSync("docs").flatMap((name) => (name.endsWith(".md") ? `docs/${name}` : []))];

function examplesOf(page: string): Example[] {
  const blocks = readFileSync(page, "utf8").matchAll(/^```graphql\n(.*?)^```\n(?:\n```json\n(.*?)^```)?/gms);
  return [...blocks].flatMap(([, text = "", answer]) => {
    const { definitions } = parse(text);
    const shown = answer ? (JSON.parse(answer) as object) : null; // as: an answer of GraphQL is an object
    if (shown && definitions.length > 1) throw new Error(`${page} shows one answer for several operations`);
    return definitions.map((definition) => {
      if (definition.kind !== Kind.OPERATION_DEFINITION) throw new Error(`An example of ${page} is no operation`);
      const query = text.slice(definition.loc?.start, definition.loc?.end);
      return { name: definition.name?.value ?? "", query, variables: variablesOf(definition), shown };
    });
  });
}

function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode): string[] {
  return variableDefinitions.map(({ variable }) => variable.name.value);
}

/** Asks as a page of the first site does: the house has a second one. */
async function ask({ server }: TestGateway, payload: object, accessToken: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${accessToken}`, "gatehouse-site": "acme" };
  const { statusCode, body } = await server.inject({ method: "POST", url: "/graphql", headers, payload });
  return { status: statusCode, text: body, ...(JSON.parse(body) as object) } as Answer; // as: what GraphQL answers
}

describe.each(pages.map((page) => ({ page, examples: examplesOf(page) })).filter(({ examples }) => examples.length > 0))(
  "the examples of $page",
  ({ page, examples }) => {
    let house: ExampleHouse;
    let gateway: TestGateway;

    beforeAll(async () => {
      house = await buildExampleHouse();
      gateway = await openGateway(house);
    });
    afterAll(async () => {
      await gateway.server.close();
      await house.close();
    });

    it("have names of their own", () => {
      const names = examples.map(({ name }) => name);
      expect(names).not.toContain("");
      expect(new Set(names).size, page).toBe(names.length);
    });

    it.each(examples)("work as typed: $name", async ({ query, variables, shown }) => {
      const values: Record<string, unknown> = {};
      for (const variable of variables) values[variable] = await house.valueOf(variable);
      const { data, errors, text } = await ask(gateway, { query, variables: values }, await house.askerOf(query));
      if (shown) return expect({ data, errors }).toMatchObject(shown);
      expect(errors).toBeUndefined();
      for (const [, userErrors] of text.matchAll(/"userErrors":(\[.*?\])/g)) expect(userErrors).toBe("[]");
    });
  },
);

describe("the pages", () => {
  it("of administrators, developers and the README have examples", () => {
    for (const page of ["README.md", "docs/administrators.md", "docs/developers.md", "docs/directory-sync.md"])
      expect(examplesOf(page).length, page).toBeGreaterThan(4);
  });

  it("name every setting, and none that there is not", () => {
    const table = readFileSync("README.md", "utf8").split("| setting | means |")[1]?.split("\n\n")[0] ?? "";
    const told = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, names = ""]) =>
      [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
    );
    expect(told.sort()).toEqual(settings.map(({ name }) => name).sort());
  });

  it("lead to files that are there", () => {
    for (const page of pages)
      for (const [, link = ""] of readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)\)/g))
        expect(
          () => readFileSync(new URL(`../${page.replace(/[^/]*$/, "")}${link}`, import.meta.url)),
          `${page}: ${link}`,
        ).not.toThrow();
  });
});
