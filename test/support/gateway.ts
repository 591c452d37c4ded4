import type { FastifyInstance } from "fastify";
import { openSession } from "../../src/actions/sessions/open-session.ts";
import type { LookForProof } from "../../src/model/domain-proof.ts";
import { buildGateway, type GatewayOptions } from "../../src/server/gateway.ts";
import { createLog } from "../../src/server/log.ts";
import { type House, testSafe } from "./house.ts";

export interface Answer {
  status: number;
  data: Record<string, never>;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[];
  text: string;
}

const findsNothing: LookForProof = async () => ({
  record: { outcome: "ABSENT", detail: "No record." },
  file: { outcome: "ABSENT", detail: "No file." },
});

/** A gateway of a house, asked as over HTTP. */
export interface TestGateway {
  server: FastifyInstance;
  /** The access token of the house's admin. */
  admin: string;
  /** Asks as the admin, or by another token; `null` is a stranger. `more` are headers. */
  ask(query: string, variables?: object, token?: string | null, more?: Record<string, string>): Promise<Answer>;
}

export async function openGateway(
  house: House,
  executor: "jit" | "js" = "jit",
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  const server = await buildGateway({
    door: house.door,
    log: createLog({ level: "silent" }),
    safe: testSafe,
    signInProviders: [],
    publicUrl: "http://127.0.0.1:4000",
    trustedProxies: [],
    costPerMinute: 1_000_000_000,
    executor,
    ideDirectory: "nowhere",
    whyNotReady: async () => null,
    wakeSync: () => undefined,
    syncPerson: () => Promise.reject(new Error("No directory is asked in this test")),
    lookForProof: findsNothing,
    ...options,
  });
  const { accountId, userId } = house.admin;
  const admin = await house.door.act({ siteId: house.siteId, actor: house.admin }, async (work) => {
    const permit = work.permit("signIn", { noun: "account", id: accountId });
    const { accessToken } = await openSession(work, { accountId, userId });
    return work.unchanged(permit, accessToken);
  });
  return {
    server,
    admin,
    async ask(query, variables = {}, token = admin, more = {}) {
      const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}), ...more };
      const payload = JSON.stringify({ query, variables });
      const { statusCode, body } = await server.inject({ method: "POST", url: "/graphql", headers, payload });
      return { status: statusCode, text: body, ...(JSON.parse(body) as object) } as Answer; // as: what GraphQL answers
    },
  };
}
