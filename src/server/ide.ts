import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

/**
 * Everything comes from our own origin and nothing inline runs. Two allowances are Monaco's, the editor inside GraphiQL: it
 * writes style elements while it runs, and its fonts and icons are data URLs.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const NOT_BUILT = "The GraphQL editor is not built here. Run `npm run build`, then start the gateway again.\n";

/**
 * Serves the GraphQL editor at `/graphiql/` from `directory`, the bundle that `npm run build` makes of `ide/`. Files under
 * `assets/` have a hash in their names and are cached for a year; the page itself is asked for anew each time. Without a bundle
 * the gateway starts all the same, and the address answers 503 with what to do.
 */
export async function serveIde(server: FastifyInstance, { directory }: { directory: string }): Promise<void> {
  const assets = join(directory, "assets/");
  await server.register(async (ide) => {
    ide.addHook("onRequest", async (_request, reply) => {
      reply.headers({
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      });
    });

    if (!existsSync(join(directory, "index.html"))) {
      for (const path of ["/graphiql", "/graphiql/*"]) {
        ide.get(path, async (_request, reply) => reply.code(503).header("cache-control", "no-store").send(NOT_BUILT));
      }
      return;
    }

    ide.register(fastifyStatic, {
      root: directory,
      prefix: "/graphiql",
      redirect: true,
      decorateReply: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header("cache-control", path.startsWith(assets) ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  });
}
