import type { FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { isOutage } from "../database/dialect.ts";
import type { Context } from "../graphql/context.ts";
import type { Actor } from "../model/actor.ts";
import { findCaller, siteByKey, siteOfToken } from "../queries/callers.ts";
import type { Door, Place } from "../work/door.ts";
import { addressOf } from "./address-of.ts";

/** Who asks, where, and from where. */
type Identity = Pick<Context, "siteId" | "siteNamed" | "actor" | "accessToken" | "ipAddress">;

/** Who a request is of, and which site it concerns: asked once, before anything else. */
export async function identify(door: Door, request: FastifyRequest): Promise<Identity> {
  try {
    return await findIdentity(door, request);
  } catch (error) {
    if (!isOutage(error) || !(error instanceof Error)) throw error;
    // Without a code: it is logged and worded like any other fault of ours.
    throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: 503 } } });
  }
}

async function findIdentity(door: Door, request: FastifyRequest): Promise<Identity> {
  const ipAddress = addressOf(request);
  const bearer = /^Bearer (\S{1,200})$/i.exec(request.headers.authorization ?? "")?.[1];
  if (request.headers.authorization && !bearer) throw unauthenticated("Write the header as `Authorization: Bearer <token>`.");
  const accessToken = bearer ?? request.cookies.gatehouse_session ?? null;
  const stranger: Actor = { kind: "stranger", accountId: null, label: "someone not signed in", scopes: new Set(), ipAddress };
  const anywhere: Place = { siteId: "", actor: stranger };
  const key = siteKeyOf(request);
  const siteNamed = key !== null;
  const siteId = await door.look(anywhere, async (reader) =>
    key === null && bearer ? ((await siteOfToken(reader, bearer)) ?? siteByKey(reader, null)) : siteByKey(reader, key),
  );
  if (accessToken === null || siteId === null) {
    if (bearer && siteId === null) throw unauthenticated("This token is not valid here.");
    return { siteId, siteNamed, actor: stranger, accessToken, ipAddress };
  }
  const caller = await door.look({ siteId, actor: stranger }, (reader) => findCaller(reader, accessToken, ipAddress));
  // A browser with a cookie that has ended is simply not signed in; who passes a token means it.
  if (!caller && bearer) throw unauthenticated("This token has ended, was revoked, or is not of this site. Sign in again.");
  return { siteId, siteNamed, actor: caller ?? stranger, accessToken, ipAddress };
}

function siteKeyOf(request: FastifyRequest): string | null {
  const header = request.headers["gatehouse-site"];
  return typeof header === "string" && header !== "" ? header.slice(0, 64) : null;
}

function unauthenticated(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "UNAUTHENTICATED", http: { status: 401 } } });
}
