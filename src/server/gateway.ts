import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import fastifyApollo, { fastifyApolloDrainPlugin } from "@as-integrations/fastify";
import { maxDepthRule } from "@escape.tech/graphql-armor-max-depth";
import cookie from "@fastify/cookie";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { isOutage, isTooSlow } from "../database/dialect.ts";
import { compilingGateway } from "../graphql/compiled.ts";
import type { Context } from "../graphql/context.ts";
import { limits } from "../graphql/limits.ts";
import { buildGatehouseSchema, printContract } from "../graphql/schema.ts";
import { schemaForStrangers } from "../graphql/schema-for-strangers.ts";
import { shownError } from "../graphql/shown-error.ts";
import type { LookForProof } from "../model/domain-proof.ts";
import type { SyncPerson } from "../model/person-sync.ts";
import type { SignInProvider } from "../model/sign-in-provider.ts";
import type { Door } from "../work/door.ts";
import type { Safe } from "../work/open-work.ts";
import { createCostLimit } from "./cost-limit.ts";
import { serveIde } from "./ide.ts";
import { identify } from "./identify.ts";
import type { Log } from "./log.ts";
import { rememberSession } from "./session-cookie.ts";
import { openProviders } from "./sign-in/providers.ts";
import { serveSignIn } from "./sign-in/routes.ts";
import { createTryLimit } from "./try-limit.ts";

export interface GatewayOptions {
  door: Door;
  log: Log;
  safe: Safe;
  signInProviders: readonly SignInProvider[];
  /** Cookies are Secure when this is https. */
  publicUrl: string;
  trustedProxies: readonly string[];
  /** Points for what is asked for that a caller has in a minute. */
  costPerMinute: number;
  /** What runs operations: graphql-jit, or graphql-js. */
  executor: "jit" | "js";
  /** Where the built IDE is. */
  ideDirectory: string;
  /** Says why the gateway cannot serve now; null when it can. */
  whyNotReady(): Promise<string | null>;
  wakeSync(runId: string): void;
  syncPerson: SyncPerson;
  lookForProof: LookForProof;
}

/** The largest request that is read. Bytes. */
const bodyLimit = 256 * 1024;
/** The most fields of an operation once its fragments are opened. */
const mostSelections = 2000;

/** Builds the HTTP server: GraphQL, the IDE, the contract, health and metrics. It does not listen yet. */
export async function buildGateway(options: GatewayOptions): Promise<FastifyInstance> {
  const server = Fastify({
    bodyLimit,
    requestTimeout: 20_000,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    forceCloseConnections: "idle",
  });
  server.setErrorHandler((error: FastifyError, _request, reply) => answerFault(error, reply, options.log));
  await server.register(cookie);
  const tries = createTryLimit();
  const schema = buildGatehouseSchema();
  const providers = openProviders(options.signInProviders, options.publicUrl, options.log);
  const costs = createCostLimit(options.costPerMinute);
  await serveGraphql(server, schema, { tries, costs, providers }, options);
  serveSignIn(server, { ...options, tries, providers });
  await serveIde(server, { directory: options.ideDirectory });
  const contract = printContract(schema);
  server.get("/schema.graphql", (_request, reply) => reply.type("text/plain; charset=utf-8").send(contract));
  serveHealth(server, options);
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).type("text/plain").send("There is nothing here. GraphQL is at /graphql, its IDE at /graphiql.\n"),
  );
  return server;
}

/** What HTTP itself could not take, in the form that GraphQL clients read. Our own faults are logged and shown as a reference. */
function answerFault(error: FastifyError, reply: FastifyReply, log: Log): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status < 500) {
    const code = status === 413 ? "OPERATION_TOO_LARGE" : "BAD_REQUEST";
    return reply.code(status).send({ errors: [{ message: error.message, extensions: { code } }] });
  }
  const shown = shownError({ message: "" }, error, faultTeller(log));
  return reply.code(shown.extensions?.code === "UNAVAILABLE" ? 503 : 500).send({ errors: [shown] });
}

function faultTeller(log: Log): Parameters<typeof shownError>[2] {
  return {
    judge: (fault) => ({ outage: isOutage(fault), tooSlow: isTooSlow(fault) }),
    log: (reference, fault) => log.error({ reference, err: fault }, "a request failed"),
  };
}

async function serveGraphql(
  server: FastifyInstance,
  schema: ReturnType<typeof buildGatehouseSchema>,
  shared: Pick<Context, "tries" | "costs" | "providers">,
  options: GatewayOptions,
) {
  const teller = faultTeller(options.log);
  const apollo = new ApolloServer<Context>({
    ...(options.executor === "jit" ? { gateway: compilingGateway(schema) } : { schema }),
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: 2000 },
    maxRecursiveSelections: mostSelections,
    validationRules: [maxDepthRule({ n: 15, exposeLimits: true })],
    stringifyResult: async (value) => JSON.stringify(value),
    plugins: [
      schemaForStrangers,
      limits,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      fastifyApolloDrainPlugin(server),
    ],
    formatError: (formatted, error) => shownError(formatted, error, teller),
  });
  await apollo.start();
  await server.register(fastifyApollo(apollo), {
    path: "/graphql",
    context: async (request, reply) => ({
      ...(await identify(options.door, request)),
      door: options.door,
      ...shared,
      wakeSync: options.wakeSync,
      lookForProof: options.lookForProof,
      syncPerson: options.syncPerson,
      rememberSession: (session) => rememberSession(reply, options.publicUrl, session),
    }),
  });
}

function serveHealth(server: FastifyInstance, { whyNotReady }: GatewayOptions): void {
  server.get("/livez", (_request, reply) => reply.send("ok\n"));
  server.get("/readyz", async (_request, reply) => {
    const why = await whyNotReady();
    return why ? reply.code(503).type("text/plain").send(`${why}\n`) : reply.send("ok\n");
  });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "gatehouse_ready",
    help: "1 when the gateway can serve.",
    registers: [registry],
    async collect() {
      this.set((await whyNotReady()) === null ? 1 : 0);
    },
  });
  server.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
