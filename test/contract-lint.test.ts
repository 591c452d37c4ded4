import { parser, rules } from "@graphql-eslint/eslint-plugin";
import { ESLint, type Linter } from "eslint";
import { describe, expect, it } from "vitest";

/** The one argument of a mutation says all by its type, which is described. */
const isInput = (message: string) => message.startsWith('Description is required for input value "input"');

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ["**/*.graphql"],
      languageOptions: {
        parser: parser as unknown as Linter.Parser, // as: the plugin's own types are of an older ESLint
        parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
      },
      plugins: { "@graphql-eslint": { rules } as unknown as ESLint.Plugin },
      rules: {
        "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
        "@graphql-eslint/relay-connection-types": "error",
        "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
        "@graphql-eslint/relay-page-info": "error",
        "@graphql-eslint/input-name": ["error", { checkInputType: true, caseSensitiveInputType: false }],
        "@graphql-eslint/naming-convention": [
          "error",
          {
            types: "PascalCase",
            FieldDefinition: "camelCase",
            InputValueDefinition: "camelCase",
            EnumValueDefinition: "UPPER_CASE",
          },
        ],
        "@graphql-eslint/no-hashtag-description": "error",
        "@graphql-eslint/no-unreachable-types": "error",
        "@graphql-eslint/require-nullable-result-in-root": "error",
        "@graphql-eslint/require-deprecation-reason": "error",
        "@graphql-eslint/require-deprecation-date": "error",
        "@graphql-eslint/require-description": [
          "error",
          {
            types: true,
            rootField: true,
            FieldDefinition: true,
            InputValueDefinition: true,
            EnumValueDefinition: true,
            DirectiveDefinition: true,
          },
        ],
      },
    },
  ],
});

describe("the contract", () => {
  it("follows the rules of Relay and of names, and describes everything", async () => {
    const [result] = await eslint.lintFiles("schema.graphql");
    const told = result?.messages.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`) ?? ["nothing was read"];
    expect(told.filter((line) => !isInput(line.slice(line.indexOf(": ") + 2)))).toEqual([]);
  });
});
