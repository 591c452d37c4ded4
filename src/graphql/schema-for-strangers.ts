import type { ApolloServerPlugin } from "@apollo/server";
import { type DocumentNode, GraphQLError, Kind, visit } from "graphql";
import type { Context } from "./context.ts";

/**
 * Keeps introspection, and suggestions of names, for who has signed in. The schema is no secret (it is served as a file): but to print
 * it and to think of names that were meant is work, which strangers are not to order.
 */
export const schemaForStrangers: ApolloServerPlugin<Context> = {
  requestDidStart: async ({ contextValue: { actor } }) =>
    actor.kind !== "stranger" || actor.accountId !== null
      ? {}
      : {
          async didResolveOperation({ document }) {
            if (asksForSchema(document))
              throw new GraphQLError("Sign in to ask for the schema, or read it at /schema.graphql.", {
                extensions: { code: "UNAUTHENTICATED", http: { status: 401 } },
              });
          },
          async willSendResponse({ response: { body } }) {
            if (body.kind !== "single" || !body.singleResult.errors) return;
            body.singleResult.errors = body.singleResult.errors.map((error) => ({
              ...error,
              message: withoutSuggestion(error.message),
            }));
          },
        },
};

/** A suggestion is the end of a message. Before it there may be anything that the caller wrote, at any length. */
function withoutSuggestion(message: string): string {
  const at = message.endsWith("?") ? message.lastIndexOf(" Did you mean ") : -1;
  return at < 0 ? message : message.slice(0, at);
}

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    [Kind.FIELD]({ name }) {
      if (name.value === "__schema" || name.value === "__type") asks = true;
    },
  });
  return asks;
}
