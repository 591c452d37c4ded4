import { createServer, type Server } from "node:http";
import { type AddressInfo, connect as connectTo, createServer as createTcpServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectGoogle, type GoogleConnection } from "../../sync/google.ts";
import { sampleCompany } from "../../sync/sample/company.ts";
import type { PlannedFault } from "../../sync/sample/fault.ts";
import type { GoogleErrorName } from "../../sync/sample/google-error.ts";
import { type SampleDirectory, startSampleDirectory } from "../../sync/sample/sample-directory.ts";
import type { ReadOptions, Snapshot } from "../../sync/snapshot.ts";
import { serviceAccountKey } from "../support/synced-house.ts";

const everyone: ReadOptions = { scope: "EVERYONE", groupEmails: [], heldGroupIds: new Set() };

describe("a key that names addresses of its own (S1)", () => {
  /** Whom the process wanted to reach beyond this machine, as a proxy on the way hears it. It lets nobody out. */
  let wanted: Set<string>;
  let proxy: Server;
  /** What the key names, on this machine: it hears of it when somebody comes. */
  let named: ReturnType<typeof createTcpServer>;
  let visits: number;
  beforeEach(async () => {
    wanted = new Set();
    visits = 0;
    proxy = createServer().on("connect", ({ url = "" }, socket) => {
      const [host, port] = url.split(":");
      if (host !== "127.0.0.1") {
        wanted.add(url);
        socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
        return;
      }
      const inside = connectTo(Number(port), host, () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        socket.pipe(inside).pipe(socket);
      });
      for (const end of [socket, inside]) end.on("error", () => undefined);
    });
    named = createTcpServer((socket) => {
      visits++;
      socket.destroy();
    });
    for (const server of [proxy, named]) await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${portOf(proxy)}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    proxy.close();
    named.close();
  });

  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port; // as: it listens on a port
  const forged = () => {
    const address = `http://127.0.0.1:${portOf(named)}/forged`;
    return JSON.stringify({
      ...JSON.parse(serviceAccountKey),
      token_uri: address,
      auth_uri: address,
      auth_provider_x509_cert_url: address,
      client_x509_cert_url: address,
      universe_domain: "forged.example",
      apiEndpoint: "forged.example",
      rootUrl: address,
    });
  };
  const read = (where: Pick<GoogleConnection, "apiUrl" | "tokenUrl">) =>
    connectGoogle({
      serviceAccountKey: forged(),
      adminEmail: "admin@acme.example",
      customerId: "my_customer",
      ...where,
      backoff: { firstMs: 1, maxMs: 1, tries: 2 },
    }).readSnapshot(everyone);

  it("is used for none of them: tokens are asked of Google alone", async () => {
    await expect(read({ apiUrl: null, tokenUrl: null })).rejects.toThrow();
    expect([...wanted]).toEqual(["oauth2.googleapis.com:443"]);
    expect(visits).toBe(0);
  });

  it("does not move the API either, which stays Google's unless the operator says otherwise", async () => {
    const tokens = createServer((_, response) => {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ access_token: "token", expires_in: 3599, token_type: "Bearer" }));
    });
    await new Promise<void>((listening) => tokens.listen(0, "127.0.0.1", () => listening()));
    await expect(read({ apiUrl: null, tokenUrl: `http://127.0.0.1:${portOf(tokens)}/token` })).rejects.toThrow();
    tokens.closeAllConnections();
    tokens.close();
    expect([...wanted]).toEqual(["admin.googleapis.com:443"]);
    expect(visits).toBe(0);
  });
});

describe("Google's errors, by reason and not by status (S5)", () => {
  let sample: SampleDirectory;
  beforeEach(async () => {
    sample = await startSampleDirectory({ company: sampleCompany() });
  });
  afterEach(() => sample.close());

  const connect = (more: Partial<GoogleConnection> = {}) =>
    connectGoogle({
      serviceAccountKey: sample.serviceAccountKey,
      adminEmail: sample.adminEmail,
      customerId: "my_customer",
      apiUrl: sample.url,
      tokenUrl: sample.tokenUrl,
      queriesPerMinute: 1_000_000,
      backoff: { firstMs: 1, maxMs: 1, tries: 3 },
      ...more,
    });
  /** What became of a reading in which the fault struck, in a word. */
  const outcome = async (reading: Promise<Snapshot>): Promise<string> =>
    reading.then(
      ({ groups, members }) => {
        const unavailable = [...members.values()].filter(({ state }) => state === "unavailable").length;
        return unavailable > 0 ? `read, but for ${unavailable} group` : groups.state;
      },
      (error: { kind: string }) => error.kind,
    );
  const oneGroup = (error: GoogleErrorName, times: number): PlannedFault => {
    const { id } = sample.company.groups.find(({ members }) => members.length > 0) ?? { id: "" };
    return { kind: "refuse", error, method: "members.list", times, where: (url) => url.pathname.includes(`/${id}/`) };
  };

  // Once at the list of users; always at the list of users; always at the members of one group.
  it.each<[GoogleErrorName, string, string, string]>([
    ["badRequest", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED", "read, but for 1 group"],
    ["invalid", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED", "read, but for 1 group"],
    ["invalidParameter", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED", "read, but for 1 group"],
    ["authError", "complete", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED"],
    ["loginRequired", "complete", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED"],
    ["insufficientPermissions", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED"],
    ["accessNotConfigured", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED"],
    ["forbidden", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED", "read, but for 1 group"],
    ["rateLimitExceeded", "complete", "UNAVAILABLE", "read, but for 1 group"],
    ["userRateLimitExceeded", "complete", "UNAVAILABLE", "read, but for 1 group"],
    ["quotaExceeded", "complete", "UNAVAILABLE", "read, but for 1 group"],
    ["tooManyRequests", "complete", "UNAVAILABLE", "read, but for 1 group"],
    ["notFound", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED", "read, but for 1 group"],
    ["conditionNotMet", "CREDENTIALS_REJECTED", "CREDENTIALS_REJECTED", "read, but for 1 group"],
    ["backendError", "complete", "UNAVAILABLE", "read, but for 1 group"],
    ["unavailable", "complete", "UNAVAILABLE", "read, but for 1 group"],
  ])("%s", async (error, once, always, ofOneGroup) => {
    sample.faults.push({ kind: "refuse", error, method: "users.list", times: 1 });
    expect(await outcome(connect().readSnapshot(everyone))).toBe(once);
    sample.faults.push({ kind: "refuse", error, method: "users.list" });
    expect(await outcome(connect().readSnapshot(everyone))).toBe(always);
    sample.faults.splice(0, sample.faults.length, oneGroup(error, 99));
    expect(await outcome(connect().readSnapshot(everyone))).toBe(ofOneGroup);
  });

  it("a body that drips for hours is given up in time, and is an outage of that directory (S18)", async () => {
    sample.faults.push({ kind: "drip", method: "groups.list", pieces: 1_000_000, everyMs: 10 });
    expect(await outcome(connect({ timeoutMs: 150 }).readSnapshot(everyone))).toBe("UNAVAILABLE");
    sample.faults.length = 0;
    expect(await outcome(connect().readSnapshot(everyone))).toBe("complete");
  });
});
