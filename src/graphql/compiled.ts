import type { ApolloServerOptions } from "@apollo/server";
import { type DocumentNode, execute, GraphQLError, type GraphQLSchema, getVariableValues, Kind, visit } from "graphql";
import { type CompiledQuery, compileQuery, isCompiledQuery } from "graphql-jit";
import { LRUCache } from "lru-cache";
import type { Context } from "./context.ts";

/** The executor, in the form in which Apollo takes another than its own. */
type Gateway = NonNullable<ApolloServerOptions<Context>["gateway"]>;

/** The most operations that are kept, compiled or once seen. */
const mostKept = 500;

/**
 * Executes queries by graphql-jit from their second use on: to compile one costs as much as to execute it some times. All else is
 * executed by graphql-js, and both give the same data. graphql-jit gets variables that graphql-js has coerced: by itself it knows
 * nothing of `@oneOf`, and of defaults in inputs too little.
 */
export function compilingGateway(schema: GraphQLSchema): Gateway {
  const kept = new LRUCache<string, "seen" | "not compiled" | CompiledQuery>({ max: mostKept });

  const compiledFor = (key: string, document: DocumentNode, operationName: string | null): CompiledQuery | null => {
    const known = kept.get(key);
    if (known === undefined) kept.set(key, mayBeCompiled(document) ? "seen" : "not compiled");
    if (known !== "seen") return typeof known === "object" ? known : null;
    const compiled = compileQuery(schema, document, operationName ?? undefined);
    kept.set(key, isCompiledQuery(compiled) ? compiled : "not compiled");
    return isCompiledQuery(compiled) ? compiled : null;
  };

  return {
    load: async () => ({
      async executor({ document, operation, request, context, operationName, queryHash }) {
        const contextValue = context as Context; // as: Apollo passes on what the server's context made
        const variableValues = request.variables ?? {};
        // A change costs its transaction. Strangers ask little, and are not to fill the store.
        const isWorthIt = operation.operation === "query" && contextValue.actor.kind !== "stranger";
        const compiled = isWorthIt ? compiledFor(`${queryHash} ${operationName ?? ""}`, document, operationName) : null;
        if (!compiled) return execute({ schema, document, contextValue, variableValues, operationName });
        const variables = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues);
        if (variables.errors) return { errors: variables.errors };
        const { errors, ...result } = await compiled.query(undefined, contextValue, variables.coerced);
        return errors ? { ...result, errors: errors.map(asGraphqlError) } : result;
      },
    }),
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: "" });
      return () => undefined;
    },
    stop: async () => undefined,
  };
}

/**
 * A compiled document becomes JavaScript, so that nothing of a caller's may get into it but names and numbers. graphql-jit 0.8.9 puts
 * strings in as well, and one that begins with a mark of its own as code. And `__proto__` is a name that JavaScript reads otherwise.
 */
function mayBeCompiled(document: DocumentNode): boolean {
  let isHarmless = true;
  visit(document, {
    enter(node) {
      if (node.kind === Kind.STRING || (node.kind === Kind.NAME && node.value === "__proto__")) isHarmless = false;
    },
  });
  return isHarmless;
}

/** Apollo reads `extensions` of every error, and graphql-jit leaves them on the error that a resolver threw. */
function asGraphqlError(error: GraphQLError): GraphQLError {
  const { message, path, originalError, locations } = error;
  const extensions = originalError instanceof GraphQLError ? originalError.extensions : error.extensions;
  return Object.assign(new GraphQLError(message, { path, originalError, extensions }), { locations });
}
