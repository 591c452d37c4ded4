import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveIde } from "../../src/server/ide.ts";

let directory: string;
let server: FastifyInstance;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-ide-"));
  server = Fastify();
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

describe("with a bundle", () => {
  beforeEach(async () => {
    const bundle = join(directory, "bundle");
    await mkdir(join(bundle, "assets"), { recursive: true });
    await writeFile(join(bundle, "index.html"), "<title>Gatehouse GraphQL</title>");
    await writeFile(join(bundle, "assets/main-1a2b3c.js"), "export {};");
    await serveIde(server, { directory: bundle });
  });

  it("sends /graphiql to /graphiql/", async () => {
    const answer = await server.inject("/graphiql");
    expect(answer.statusCode).toBe(301);
    expect(answer.headers.location).toBe("/graphiql/");
  });

  it("serves the page, to be asked for anew each time", async () => {
    const answer = await server.inject("/graphiql/");
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.headers["cache-control"]).toBe("no-cache");
    expect(answer.body).toContain("Gatehouse GraphQL");
  });

  it("lets browsers keep what has a hash in its name", async () => {
    const answer = await server.inject("/graphiql/assets/main-1a2b3c.js");
    expect(answer.headers["content-type"]).toContain("application/javascript");
    expect(answer.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  });

  it.each(["/graphiql", "/graphiql/", "/graphiql/assets/main-1a2b3c.js", "/graphiql/nothing-here"])(
    "allows %s no foreign origin, no inline script and no frame",
    async (path) => {
      const { headers } = await server.inject(path);
      expect(headers["content-security-policy"]).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; connect-src 'self'; " +
          "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("no-referrer");
    },
  );

  it.each(["/graphiql/%2e%2e/secret.txt", "/graphiql/..%2fsecret.txt", "/graphiql/assets/..%2f..%2fsecret.txt"])(
    "serves nothing outside the bundle: %s",
    async (path) => {
      await writeFile(join(directory, "secret.txt"), "SECRET_KEY");
      const answer = await server.inject(path);
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain("SECRET_KEY");
    },
  );

  it("leaves the headers of other routes alone", async () => {
    server.get("/livez", async () => "ok");
    expect((await server.inject("/livez")).headers).not.toHaveProperty("content-security-policy");
  });
});

it.each(["/graphiql", "/graphiql/", "/graphiql/assets/main.js"])("without a bundle, answers %s with what to do", async (path) => {
  await serveIde(server, { directory: join(directory, "missing") });
  const answer = await server.inject(path);
  expect(answer.statusCode).toBe(503);
  expect(answer.headers["content-type"]).toContain("text/plain");
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.body).toContain("npm run build");
});
