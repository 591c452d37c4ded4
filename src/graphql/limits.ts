import { type ApolloServerPlugin, HeaderMap } from "@apollo/server";
import { GraphQLError, getVariableValues, Kind } from "graphql";
import type { Context, CostState } from "./context.ts";
import { countNodes } from "./node-count.ts";

/** The most objects that one operation may ask for. */
const mostNodes = 10_000;
/** The most changes in one operation, aliases included. */
const mostChanges = 10;

/** What a change costs beside the objects that it answers. */
const changeCost = 10;

/** Refuses, before anything is read, an operation that asks for too much, and one of a caller who asked for too much in this minute. */
export const limits: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    let cost: CostState | null = null;
    return {
      async didResolveOperation({ schema, document, operation, request, contextValue }) {
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
        const isMutation = operation.operation === "mutation";
        const changes = operation.selectionSet.selections.filter(({ kind }) => kind === Kind.FIELD).length;
        const spread = operation.selectionSet.selections.length > changes;
        if (isMutation && (changes > mostChanges || spread))
          throw tooLarge(`One operation makes at most ${mostChanges} changes, each named at its top.`);
        const points = Math.max(1, nodes) + (isMutation ? changes * changeCost : 0);
        const { waitSeconds, ...state } = await contextValue.costs.spend(contextValue.actor, points);
        cost = state;
        if (points > state.limit)
          throw tooLarge(`This costs ${points} points, and there are ${state.limit} in a minute. Ask for less, or sign in.`);
        if (waitSeconds !== null) throw tooMuch(state, waitSeconds);
      },

      async willSendResponse({ response: { body } }) {
        if (cost && body.kind === "single") body.singleResult.extensions = { ...body.singleResult.extensions, cost };
      },
    };
  },
};

function tooMuch({ requested, limit }: CostState, waitSeconds: number): GraphQLError {
  const wait = waitSeconds === 1 ? "a second" : `${waitSeconds} seconds`;
  return new GraphQLError(`This costs ${requested} points, and of ${limit} in a minute fewer are left. Wait ${wait}.`, {
    extensions: {
      code: "RATE_LIMITED",
      http: { status: 429, headers: new HeaderMap([["retry-after", String(waitSeconds)]]) },
    },
  });
}

function tooLarge(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "OPERATION_TOO_LARGE", http: { status: 400 } } });
}
