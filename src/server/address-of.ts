import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";

/** Where a request comes from. What a trusted proxy forwards that is no address is not believed: the proxy's own counts then. */
export function addressOf(request: Pick<FastifyRequest, "ip" | "socket">): string {
  return isIP(request.ip) ? request.ip.slice(0, 64) : (request.socket.remoteAddress ?? "");
}
