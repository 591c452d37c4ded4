import type { ApolloServerPlugin } from "@apollo/server";
import { GraphQLError, getVariableValues, Kind } from "graphql";
import type { Context } from "./context.ts";
import { countNodes } from "./node-count.ts";

/** The most objects that one operation may ask for. */
const mostNodes = 10_000;
/** The most changes in one operation, aliases included. */
const mostChanges = 10;

/** Refuses, before anything is read, an operation that asks for too much. */
export const limits: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    async didResolveOperation({ schema, document, operation, request }) {
      if (!operation) return;
      const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {}, {
        maxErrors: 20,
      });
      if (errors?.[0])
        throw new GraphQLError(errors[0].message, { extensions: { code: "BAD_USER_INPUT", http: { status: 400 } } });
      const nodes = countNodes(schema, document, operation, coerced ?? {});
      if (nodes > mostNodes)
        throw tooLarge(
          `This asks for up to ${nodes >= 1_000_000 ? "a million or more" : nodes} objects; ${mostNodes} is the most. Ask for smaller pages.`,
        );
      const changes = operation.selectionSet.selections.filter(({ kind }) => kind === Kind.FIELD).length;
      const spread = operation.selectionSet.selections.length > changes;
      if (operation.operation === "mutation" && (changes > mostChanges || spread))
        throw tooLarge(`One operation makes at most ${mostChanges} changes, each named at its top.`);
    },
  }),
};

function tooLarge(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "OPERATION_TOO_LARGE", http: { status: 400 } } });
}
