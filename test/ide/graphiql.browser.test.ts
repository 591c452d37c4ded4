import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import Fastify, { type FastifyInstance } from "fastify";
import { buildSchema, graphql } from "graphql";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serveIde } from "../../src/server/ide.ts";

const CHROMIUM = "/usr/bin/chromium";
const BUNDLE = fileURLToPath(new URL("../../dist/ide", import.meta.url));
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The network, cut: no name but our own address leads anywhere.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
const VIEWER = { account: { email: "ada@example.com", fullName: "Ada Lovelace" }, scopes: ["USERS_READ"], sites: [] };

/** Milliseconds. A browser takes its time to start and to compile Monaco. */
const PATIENCE = 60_000;
const runnable = existsSync(CHROMIUM) && existsSync(BUNDLE);

describe("the GraphQL editor, in Chromium without a network (needs chromium and `npm run build`)", { timeout: PATIENCE }, () => {
  let server: FastifyInstance;
  let browser: Browser;
  let page: Page;
  let origin: string;
  let authorization: string | undefined;
  let cookie: string | undefined;
  /** Requests to anyone but us, and whatever the browser complained about: refused content, failed workers, thrown errors. */
  let complaints: string[];

  beforeAll(async () => {
    if (!runnable) return;
    const contract = await readFile(new URL("../../schema.graphql", import.meta.url), "utf8");
    const schema = buildSchema(contract);
    server = Fastify();
    await serveIde(server, { directory: BUNDLE });
    server.get("/schema.graphql", () => contract);
    server.post("/graphql", async (request) => {
      ({ authorization, cookie } = request.headers);
      const { query, operationName } = request.body as Record<string, string>; // GraphiQL's own request
      // Whoever has not signed in is refused that.
      if (query?.includes("__schema")) complaints.push("The schema was asked for by introspection.");
      return graphql({ schema, source: query ?? "", operationName, rootValue: { viewer: VIEWER } });
    });
    await server.listen({ host: "127.0.0.1", port: 0 });
    origin = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`; // an address, since it listens on a port
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, PATIENCE);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  beforeEach(async () => {
    if (!runnable) return;
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    await context.addCookies([{ name: "session", value: "s3", url: origin, httpOnly: true }]);
    page = await context.newPage();
    complaints = [];
    context.on("request", (request) => {
      if (!request.url().startsWith(`${origin}/`) && !/^(data|blob):/.test(request.url())) complaints.push(request.url());
    });
    context.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    context.on("weberror", (error) => complaints.push(String(error.error())));
    await page.goto(`${origin}/graphiql`);
  });

  afterEach(async () => {
    await page?.context().close();
  });

  async function run(operation: string): Promise<void> {
    await page.locator(".graphiql-execute-button").click();
    await page.getByRole("menuitem", { name: operation }).click();
  }

  it.runIf(runnable)("runs an operation of the first tab with the session cookie, asking nobody else", async () => {
    expect(await page.title()).toBe("Gatehouse GraphQL");
    await page.locator(".graphiql-query-editor", { hasText: "WhoAmI" }).waitFor();
    await run("WhoAmI");
    await page.locator(".graphiql-response", { hasText: "Ada Lovelace" }).waitFor();
    expect(cookie).toBe("session=s3");
    // The editor loads its language's worker when it is idle.
    const workers = () => page.workers().map((worker) => worker.url());
    await expect.poll(workers, { timeout: 30_000 }).toContainEqual(expect.stringContaining("/graphiql/assets/graphql.worker"));
    expect(complaints).toEqual([]);
  });

  it.runIf(runnable)("opens the documentation, the history and the builder", async () => {
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.locator(".graphiql-doc-explorer", { hasText: "Mutation" }).waitFor();
    await page.getByRole("button", { name: "Show History" }).click();
    await page.locator(".graphiql-history").waitFor();
    await page.getByRole("button", { name: "Show GraphiQL Explorer" }).click();
    await page.locator(".graphiql-explorer-root", { hasText: "viewer" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it.runIf(runnable)("sends the headers given, and stores them nowhere", async () => {
    // Pasted, as a token is: the editor closes brackets by itself after typed ones.
    await page.context().grantPermissions(["clipboard-write"]);
    await page.evaluate(`navigator.clipboard.writeText('{"Authorization": "Bearer t0ken"}')`);
    await page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Control+V");
    await run("WhoAmI");
    await page.locator(".graphiql-response", { hasText: "Ada Lovelace" }).waitFor();
    expect(authorization).toBe("Bearer t0ken");
    const stored = await page.evaluate<string>("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])");
    expect(stored).toContain("graphiql:queries");
    expect(stored).not.toContain("t0ken");
    expect(complaints).toEqual([]);
  });
});
