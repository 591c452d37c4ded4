import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectGoogle, type GoogleConnection } from "../../sync/google.ts";
import { readServiceAccountKey } from "../../sync/service-account-key.ts";
import { DirectoryFault, type ReadOptions } from "../../sync/snapshot.ts";

// A Google that says what each test tells it to say, for the answers that a working directory does not give by itself.

interface Asked {
  path: string;
  query: URLSearchParams;
  token: string;
}

interface Reply {
  status?: number;
  body?: object | string;
  headers?: Record<string, string>;
  /** The connection is cut instead of an answer, or kept open without one. */
  instead?: "reset" | "silence";
}

type Script = (asked: Asked) => Reply | undefined;

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const keyFile = {
  type: "service_account",
  client_email: "sync@project.iam.gserviceaccount.com",
  client_id: "104000000000000000001",
  private_key: privateKey,
  token_uri: "http://127.0.0.1:1/forged",
};
const directory = "/admin/directory/v1";
const everyone: ReadOptions = { scope: "EVERYONE", groupEmails: [], heldGroupIds: new Set() };

let server: Server;
let url: string;
let script: Script;
let tokenScript: (scope: string) => Reply | undefined;
let asked: Asked[];
let tokensGiven: number;
let waits: number[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://127.0.0.1");
    const reply =
      pathname === "/token"
        ? giveToken(await text(request))
        : answer(pathname, searchParams, request.headers.authorization ?? "");
    if (reply.instead === "reset") request.socket.destroy();
    if (reply.instead !== undefined) return;
    const isText = typeof reply.body === "string";
    response.writeHead(reply.status ?? 200, { "content-type": "application/json; charset=UTF-8", ...reply.headers });
    response.end(isText ? reply.body : JSON.stringify(reply.body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // as: a server that listens on a port has no other address
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  script = () => undefined;
  tokenScript = () => undefined;
  asked = [];
  tokensGiven = 0;
  waits = [];
});

function giveToken(form: string): Reply {
  const [header = "", claims = "", signature = ""] = new URLSearchParams(form).get("assertion")?.split(".") ?? [];
  const isSigned = verify(
    "sha256",
    Buffer.from(`${header}.${claims}`),
    createPublicKey(publicKey),
    Buffer.from(signature, "base64url"),
  );
  const { scope, aud, sub } = JSON.parse(Buffer.from(claims, "base64url").toString());
  expect({ isSigned, aud, sub }).toEqual({
    isSigned: true,
    aud: "https://oauth2.googleapis.com/token",
    sub: "admin@example.com",
  });
  tokensGiven++;
  return tokenScript(scope) ?? { body: { access_token: `token ${tokensGiven}`, expires_in: 3599, token_type: "Bearer" } };
}

function answer(path: string, query: URLSearchParams, authorization: string): Reply {
  const question = { path: path.replace(directory, ""), query, token: authorization.replace("Bearer ", "") };
  asked.push(question);
  return script(question) ?? { body: { kind: `admin#directory#${path.split("/").at(-1)}` } };
}

function connect(change: Partial<GoogleConnection> = {}) {
  return connectGoogle({
    serviceAccountKey: JSON.stringify(keyFile),
    adminEmail: "admin@example.com",
    customerId: "my_customer",
    apiUrl: url,
    tokenUrl: `${url}/token`,
    queriesPerMinute: 600_000,
    // A clock that need not be waited for: it stands still but for sleeping, and remembers the pauses.
    clock: {
      now: () => waits.reduce((sum, wait) => sum + wait, 0),
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
    },
    ...change,
  });
}

function refusal(status: number, reason: string, message: string, headers?: Record<string, string>): Reply {
  return { status, headers, body: { error: { code: status, message, errors: [{ message, domain: "global", reason }] } } };
}

/** Answers a listing by pages out of these items, honouring `maxResults` and `pageToken`. */
function pageOf(area: string, items: object[], { query }: Asked): Reply {
  const start = Number(query.get("pageToken") ?? 0);
  const end = start + Number(query.get("maxResults"));
  const nextPageToken = end < items.length ? String(end) : undefined;
  return { body: { kind: `admin#directory#${area}`, [area]: items.slice(start, end), nextPageToken } };
}

function many(count: number, item: (index: number) => object): object[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

/** A company of users and groups, every group with the same number of members. */
function company({ users = 0, groups = 0, members = 0 }): Script {
  const addressOf = (index: number) => (index === 0 ? "admin@example.com" : `u${index}@example.com`);
  const allUsers = many(users, (index) => ({ id: `u${index}`, primaryEmail: addressOf(index), customerId: "C01" }));
  const count = String(members);
  const allGroups = many(groups, (index) => ({ id: `g${index}`, email: `g${index}@example.com`, directMembersCount: count }));
  const allMembers = many(members, (index) => ({ id: `u${index}`, email: `u${index}@example.com`, type: "USER" }));
  return (question) => {
    if (question.path === "/users" && question.query.get("showDeleted") === null) return pageOf("users", allUsers, question);
    if (question.path === "/groups") return pageOf("groups", allGroups, question);
    if (question.path.endsWith("/members")) return pageOf("members", allMembers, question);
    return undefined;
  };
}

/** Replies of this script come before those of the other. */
function first(before: Script, after: Script): Script {
  return (question) => before(question) ?? after(question);
}

async function faultOf(work: Promise<unknown>): Promise<DirectoryFault> {
  const fault = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (fault instanceof DirectoryFault) return fault;
  throw new Error(`Expected a directory fault, got ${fault}.`);
}

describe("what reading costs", () => {
  it("is one request for each largest page and no more", async () => {
    script = company({ users: 1001, groups: 201, members: 201 });
    const google = connect();
    const { requests, users, members } = await google.readSnapshot(everyone);
    // Domains, users, deleted users, groups, and two pages of members for each group.
    expect(requests).toEqual({ listing: 1 + 3 + 1 + 2 + 201 * 2, rereading: 0, proofs: 0, other: 0 });
    expect(asked).toHaveLength(requests.listing);
    expect(google.requestCount).toBe(requests.listing);
    expect(tokensGiven).toBe(1);
    expect(users).toMatchObject({ state: "complete", items: { length: 1001 } });
    expect([...members.values()].every(({ state, items }) => state === "complete" && items.length === 201)).toBe(true);
  });

  it("is four requests for a directory of the administrator alone", async () => {
    script = company({ users: 1 });
    const { requests, users, groups } = await connect().readSnapshot(everyone);
    expect(requests.listing).toBe(4);
    expect(users).toMatchObject({ state: "complete", items: { length: 1 } });
    expect(groups).toEqual({ state: "complete", reason: null, items: [] });
  });

  it("is none for groups that have no members", async () => {
    script = company({ groups: 50 });
    const { requests } = await connect().readSnapshot({ ...everyone, heldGroupIds: new Set(["g7"]) });
    expect(requests.listing).toBe(4 + 1);
  });

  it("always asks for the next page's token and for nothing that is not used", async () => {
    script = company({ users: 1, groups: 1, members: 1 });
    await connect().readSnapshot(everyone);
    for (const { path, query } of asked) {
      expect(query.get("fields")).toContain("kind");
      if (!path.includes("domains")) expect(query.get("fields")).toContain("nextPageToken");
    }
  });
});

describe("what is read", () => {
  it("is each person's own record", async () => {
    const organizations = [{ title: "Old hand" }, { title: " Engineer ", primary: true }];
    const ada = {
      id: "100000000000000000001",
      customerId: "C01",
      primaryEmail: "Ada@Example.com",
      name: { fullName: "Ada Lovelace" },
      organizations,
      aliases: ["countess@example.com"],
      nonEditableAliases: ["ada@example.org", "ada@example.com.test-google-a.com"],
      orgUnitPath: "/Research",
      archived: true,
    };
    const guest = { id: "2", primaryEmail: "guest@example.com", suspended: true, isGuestUser: true };
    script = ({ path, query }) => {
      if (path !== "/users") return undefined;
      return { body: { kind: "admin#directory#users", users: query.get("showDeleted") ? [{ id: "9" }] : [ada, guest] } };
    };
    const { customerId, users, deletedUserIds } = await connect().readSnapshot(everyone);
    expect(customerId).toBe("C01");
    expect(users.items).toEqual([
      {
        id: "100000000000000000001",
        email: "Ada@Example.com",
        fullName: "Ada Lovelace",
        title: "Engineer",
        aliases: ["countess@example.com", "ada@example.org"],
        orgUnit: "/Research",
        suspended: false,
        archived: true,
        guest: false,
      },
      {
        ...{ id: "2", email: "guest@example.com", fullName: "guest@example.com", title: null, aliases: [], orgUnit: "/" },
        ...{ suspended: true, archived: false, guest: true },
      },
    ]);
    expect(deletedUserIds.items).toEqual(["9"]);
  });

  it("is each kind of member, an address only where there is no id", async () => {
    const members = [
      { id: "1", email: "ada@example.com", type: "USER" },
      { email: "somebody@elsewhere.example", type: "USER" },
      { id: "g2", email: "g2@example.com", type: "GROUP" },
      { id: "C01", type: "CUSTOMER" },
      { id: "C99", type: "CUSTOMER" },
      { id: "7", email: "new@elsewhere.example", type: "EXTERNAL" },
    ];
    const before: Script = ({ path }) =>
      path.endsWith("/members") ? { body: { kind: "admin#directory#members", members } } : undefined;
    script = first(before, company({ users: 1, groups: 1, members: 6 }));
    const snapshot = await connect().readSnapshot(everyone);
    expect(snapshot.members.get("g0")).toEqual({
      state: "complete",
      reason: null,
      items: [
        { id: "1", email: null, type: "USER" },
        { id: null, email: "somebody@elsewhere.example", type: "USER" },
        { id: "g2", email: null, type: "GROUP" },
        { id: "C01", email: null, type: "EVERYONE" },
        { id: "C99", email: null, type: "OTHER" },
        { id: "7", email: "new@elsewhere.example", type: "OTHER" },
      ],
    });
  });

  it("is the verified domains and their verified aliases", async () => {
    const domainAliases = [
      { domainAliasName: "example.net", verified: true },
      { domainAliasName: "no.example", verified: false },
    ];
    const domains = [
      { domainName: "Example.com", verified: true, domainAliases },
      { domainName: "new.example", verified: false },
    ];
    script = ({ path }) => (path.endsWith("/domains") ? { body: { kind: "admin#directory#domains", domains } } : undefined);
    expect((await connect().readSnapshot(everyone)).verifiedDomains.items).toEqual(["example.com", "example.net"]);
  });

  it("goes on without the domains when the administrator may not see them", async () => {
    script = ({ path }) => (path.endsWith("/domains") ? refusal(403, "forbidden", "Not Authorized") : undefined);
    expect((await connect().readSnapshot(everyone)).verifiedDomains.state).toBe("unavailable");
  });
});

describe("answers that are not to be believed", () => {
  it("never takes a text that was cut off for an empty list", async () => {
    script = ({ path }) =>
      path === "/users" ? { body: '{"kind":"admin#directory#users","users":[{"id":"1","primar' } : undefined;
    const fault = await faultOf(connect().readSnapshot(everyone));
    expect(fault).toMatchObject({ kind: "UNAVAILABLE", message: expect.stringContaining("not a whole page of users") });
    expect(asked.filter(({ path }) => path === "/users")).toHaveLength(6);
  });

  it("never takes another kind of object, or items that are no list, for an empty list", async () => {
    script = ({ path }) => (path === "/users" ? { body: { status: "ok" } } : undefined);
    expect((await faultOf(connect().readSnapshot(everyone))).kind).toBe("UNAVAILABLE");
    script = ({ path }) => (path === "/users" ? { body: { kind: "admin#directory#users", users: {} } } : undefined);
    expect((await faultOf(connect().readSnapshot(everyone))).kind).toBe("UNAVAILABLE");
  });

  it("ends a listing whose token comes again, as partial", async () => {
    const users = [{ id: "1", primaryEmail: "ada@example.com" }];
    let page = 0;
    script = ({ path }) => {
      if (path !== "/users") return undefined;
      return { body: { kind: "admin#directory#users", users: page++ === 0 ? users : [], nextPageToken: "again" } };
    };
    expect((await connect().readSnapshot(everyone)).users).toMatchObject({ state: "partial", items: { length: 1 } });
  });

  it("ends a listing that goes round by a new token each time, as partial", async () => {
    const users = [{ id: "1", primaryEmail: "ada@example.com" }];
    script = ({ path }) => {
      if (path !== "/users") return undefined;
      return { body: { kind: "admin#directory#users", users, nextPageToken: String(asked.length) } };
    };
    const { users: listed, deletedUserIds } = await connect().readSnapshot(everyone);
    const reason = "5 pages in a row brought nothing but what had come before.";
    expect(listed).toMatchObject({ state: "partial", reason, items: { length: 1 } });
    expect(deletedUserIds).toMatchObject({ state: "partial", reason });
    expect(asked).toHaveLength(2 + 6 + 6);
  });

  it("goes on over pages without any items, as long as there is another", async () => {
    const pages = [[], [{ id: "1", primaryEmail: "admin@example.com" }], [], []];
    script = ({ path, query }) => {
      if (path !== "/users" || query.has("showDeleted")) return undefined;
      const page = Number(query.get("pageToken") ?? 0);
      const nextPageToken = page < pages.length - 1 ? String(page + 1) : undefined;
      return { body: { kind: "admin#directory#users", users: pages[page], nextPageToken } };
    };
    expect((await connect().readSnapshot(everyone)).users).toMatchObject({ state: "complete", items: { length: 1 } });
  });

  it("never takes a list of people for whole that leaves out the administrator who reads it", async () => {
    const { users } = await connect().readSnapshot(everyone);
    const reason = "It leaves out admin@example.com, on whose behalf it was read.";
    expect(users).toEqual({ state: "partial", reason, items: [] });
    const people = [{ id: "1", primaryEmail: "ada@example.com", aliases: ["Admin@example.com"] }];
    script = ({ path }) => (path === "/users" ? { body: { kind: "admin#directory#users", users: people } } : undefined);
    expect((await connect().readSnapshot(everyone)).users.state).toBe("complete");
    script = ({ path }) => (path === "/users" ? { body: { kind: "admin#directory#users" } } : undefined);
    expect((await connect({ customerId: "C02" }).readSnapshot(everyone)).users.state).toBe("complete");
  });

  it("never takes an empty list of domains for whole: every organization has one", async () => {
    expect((await connect().readSnapshot(everyone)).verifiedDomains).toMatchObject({ state: "partial", items: [] });
  });

  it("starts a listing over when its page token went stale", async () => {
    let refused = 0;
    const stale: Script = ({ path, query }) =>
      path === "/users" && query.has("pageToken") && refused++ === 0 ? refusal(400, "invalid", "Invalid Input") : undefined;
    script = first(stale, company({ users: 600 }));
    const { users, requests } = await connect().readSnapshot(everyone);
    expect(users).toMatchObject({ state: "complete", items: { length: 600 } });
    expect(requests).toEqual({ listing: 5, rereading: 2, proofs: 0, other: 0 });
  });

  it("does not restart on a bad request without a page token", async () => {
    script = ({ path }) => (path === "/users" ? refusal(400, "invalid", "Invalid Input") : undefined);
    const fault = await faultOf(connect().readSnapshot(everyone));
    expect(fault).toMatchObject({ kind: "CREDENTIALS_REJECTED", message: expect.stringContaining("customer id") });
  });
});

describe("waiting", () => {
  /** Fails the first requests for users with this reply. */
  function failing(times: number, reply: Reply): Script {
    let failed = 0;
    return first(({ path }) => (path === "/users" && failed++ < times ? reply : undefined), company({ users: 3 }));
  }

  it.each([
    ["429", refusal(429, "rateLimitExceeded", "Too many requests")],
    ["403 userRateLimitExceeded", refusal(403, "userRateLimitExceeded", "User Rate Limit Exceeded")],
    ["403 quotaExceeded", refusal(403, "quotaExceeded", "Request rate higher than configured.")],
    ["503", refusal(503, "backendError", "Backend Error")],
    ["a page of HTML with 502", { status: 502, body: "<html>Bad Gateway</html>", headers: { "content-type": "text/html" } }],
    ["a proxy's own 403", { status: 403, body: "<html>Forbidden</html>", headers: { "content-type": "text/html" } }],
    ["a broken connection", { instead: "reset" as const }],
  ])("gets over %s", async (_, reply) => {
    script = failing(2, reply);
    const { users, requests, waitedMs } = await connect().readSnapshot(everyone);
    expect(users).toMatchObject({ state: "complete", items: { length: 3 } });
    expect(requests).toEqual({ listing: 4, rereading: 0, proofs: 0, other: 2 });
    expect(waits).toHaveLength(2);
    expect(waitedMs).toBe(waits.reduce((sum, wait) => sum + wait, 0));
  });

  it("waits as long as the answer asks for", async () => {
    script = failing(1, refusal(429, "rateLimitExceeded", "Too many requests", { "retry-after": "17" }));
    await connect().readSnapshot(everyone);
    expect(waits).toEqual([17_000]);
  });

  it("does not wait for hours", async () => {
    script = failing(1, refusal(429, "rateLimitExceeded", "Too many requests", { "retry-after": "7200" }));
    expect((await faultOf(connect().readSnapshot(everyone))).kind).toBe("UNAVAILABLE");
    expect(waits).toEqual([]);
  });

  it("doubles its pauses up to a limit, and gives up", async () => {
    script = failing(99, { status: 502, body: "<html>Bad Gateway</html>", headers: { "content-type": "text/html" } });
    const fault = await faultOf(connect({ backoff: { firstMs: 1000, maxMs: 4000, tries: 5 } }).readSnapshot(everyone));
    expect(fault.kind).toBe("UNAVAILABLE");
    expect(waits).toHaveLength(4);
    for (const [index, full] of [1000, 2000, 4000, 4000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(full / 2);
      expect(waits[index]).toBeLessThanOrEqual(full);
    }
  });

  it("does not wait for tomorrow's quota", async () => {
    script = failing(1, refusal(403, "dailyLimitExceeded", "Daily Limit Exceeded"));
    expect((await faultOf(connect().readSnapshot(everyone))).message).toContain("midnight");
    expect(waits).toEqual([]);
  });

  it("takes silence for a failure once the time is up", async () => {
    script = failing(1, { instead: "silence" });
    const { users } = await connect({ timeoutMs: 200 }).readSnapshot(everyone);
    expect(users.state).toBe("complete");
  });

  it("can be called off", async () => {
    const stop = new AbortController();
    script = ({ path }) => {
      if (path !== "/users") return undefined;
      stop.abort(new Error("The lease is lost."));
      return { instead: "silence" };
    };
    await expect(connect().readSnapshot({ ...everyone, signal: stop.signal })).rejects.toThrow("The lease is lost.");
    expect(waits).toEqual([]);
  });
});

describe("one group that is not to be had", () => {
  const broken = (reply: Reply, ...paths: string[]) =>
    first(({ path }) => (paths.includes(path) ? reply : undefined), company({ users: 2, groups: 20, members: 2 }));

  it.each([
    ["it belongs to somebody else", refusal(403, "forbidden", "Not Authorized to access this resource/api")],
    ["it is gone", refusal(404, "notFound", "Resource Not Found: groupKey")],
    ["it is in the making", refusal(412, "conditionNotMet", "Precondition Failed")],
    ["Google does not answer for it", refusal(503, "backendError", "Backend Error")],
  ])("does not hinder the rest when %s", async (_, reply) => {
    script = broken(reply, "/groups/g3/members");
    const { members } = await connect().readSnapshot(everyone);
    expect(members.get("g3")).toMatchObject({ state: "unavailable", items: [] });
    expect([...members.values()].filter(({ state }) => state === "complete")).toHaveLength(19);
  });

  it("is an outage when it is many groups in a row", async () => {
    const paths = many(20, (index) => ({ path: `/groups/g${index}/members` })).map((one) => Reflect.get(one, "path"));
    script = broken(refusal(503, "backendError", "Backend Error"), ...paths);
    expect((await faultOf(connect().readSnapshot(everyone))).kind).toBe("UNAVAILABLE");
    expect(asked.length).toBeLessThan(4 + 6 * 20);
  });

  it("ends the reading when the scope for members is missing", async () => {
    script = broken(
      refusal(403, "insufficientPermissions", "Request had insufficient authentication scopes."),
      "/groups/g3/members",
    );
    const fault = await faultOf(connect().readSnapshot(everyone));
    expect(fault.kind).toBe("CREDENTIALS_REJECTED");
    expect(fault.message).toContain("admin.directory.group.member.readonly");
    expect(fault.message).toContain(keyFile.client_id);
  });
});

describe("credentials", () => {
  it("recover once from an access token that was revoked", async () => {
    let served = 0;
    const revoking: Script = ({ token }) => {
      served++;
      return served > 3 && token === "token 1" ? refusal(401, "authError", "Invalid Credentials") : undefined;
    };
    script = first(revoking, company({ users: 3, groups: 30, members: 3 }));
    const { requests, members } = await connect().readSnapshot(everyone);
    expect(tokensGiven).toBe(2);
    expect(requests).toMatchObject({ listing: 4 + 30 });
    expect([...members.values()].every(({ state }) => state === "complete")).toBe(true);
  });

  it("are rejected when a new access token is refused too", async () => {
    script = () => refusal(401, "authError", "Invalid Credentials");
    expect((await faultOf(connect().readSnapshot(everyone))).kind).toBe("CREDENTIALS_REJECTED");
    expect(tokensGiven).toBe(2);
    expect(asked).toHaveLength(2);
  });

  it.each([
    [401, "unauthorized_client", "Client is unauthorized to retrieve access tokens", keyFile.client_id],
    [403, "access_denied", "Requested client not authorized.", "Domain-wide delegation"],
    [400, "invalid_grant", "Invalid email or User ID", "There is no user admin@example.com"],
    [400, "invalid_grant", "Invalid JWT Signature.", "Create a new one"],
    [400, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.", "clock"],
    [401, "disabled_client", "The OAuth client was disabled.", "Enable the service account"],
  ])("are rejected with advice on %i %s: %s", async (status, error, error_description, advice) => {
    tokenScript = () => ({ status, body: { error, error_description } });
    const fault = await faultOf(connect().readSnapshot(everyone));
    expect(fault.kind).toBe("CREDENTIALS_REJECTED");
    expect(fault.message).toContain(advice);
    expect(fault.message).toContain(error_description);
    expect(tokensGiven).toBe(1);
  });

  it.each([
    ["forbidden", "must be an administrator"],
    ["accessNotConfigured", "Enable the Admin SDK API"],
    ["domainCannotUseApis", "Turn on API access"],
  ])("are rejected with advice on 403 %s", async (reason, advice) => {
    script = ({ path }) => (path === "/users" ? refusal(403, reason, "Not Authorized to access this resource/api") : undefined);
    const fault = await faultOf(connect().readSnapshot(everyone));
    expect(fault).toMatchObject({ kind: "CREDENTIALS_REJECTED", message: expect.stringContaining(advice) });
    expect(waits).toEqual([]);
  });

  it("are waited for when the token endpoint is out of order, by the same policy", async () => {
    tokenScript = () => ({ status: 503, body: "<html>", headers: { "content-type": "text/html" } });
    expect((await faultOf(connect().readSnapshot(everyone))).kind).toBe("UNAVAILABLE");
    expect(tokensGiven).toBe(6);
    expect(asked).toEqual([]);
  });
});

describe("proof of absence", () => {
  const user = (change: object): Reply => ({ body: { kind: "admin#directory#user", id: "1", ...change } });

  it.each([
    ["present", user({})],
    ["suspended", user({ suspended: true })],
    ["suspended", user({ archived: true })],
    ["absent", refusal(404, "notFound", "Resource Not Found: userKey")],
    ["absent", refusal(412, "conditionNotMet", "User creation is not complete.")],
    ["unknown", user({ id: "2" })],
    ["unknown", refusal(403, "forbidden", "Not Authorized to access this resource/api")],
    ["unknown", { status: 404, body: "<html>Not Found</html>", headers: { "content-type": "text/html" } }],
    ["unknown", { body: '{"kind":"admin#dir' }],
  ])("says a user is %s, and why", async (presence, reply) => {
    script = ({ path }) => (path === "/users/1" ? reply : undefined);
    expect(await connect().isUserPresent("1")).toBe(presence);
  });

  it.each([
    ["present", { body: { kind: "admin#directory#group", id: "g1" } }],
    ["absent", refusal(404, "notFound", "Resource Not Found: groupKey")],
    ["unknown", refusal(412, "conditionNotMet", "Precondition Failed")],
  ])("says a group is %s", async (presence, reply) => {
    script = ({ path }) => (path === "/groups/g1" ? reply : undefined);
    expect(await connect().isGroupPresent("g1")).toBe(presence);
  });

  it.each([
    ["present", { body: { isMember: true } }],
    ["absent", { body: { isMember: false } }],
    ["absent", refusal(404, "notFound", "Resource Not Found: memberKey")],
    ["unknown", refusal(400, "invalid", "Invalid Input: memberKey")],
    ["unknown", { body: {} }],
  ])("says a member is %s", async (presence, reply) => {
    script = ({ path }) => (path === "/groups/g1/hasMember/1" ? reply : undefined);
    expect(await connect().isMember("g1", "1")).toBe(presence);
  });

  it("fails when Google does not answer for several in a row, rather than leave each unknown", async () => {
    script = () => refusal(503, "backendError", "Backend Error");
    const google = connect();
    expect(await google.isUserPresent("1")).toBe("unknown");
    expect(await google.isGroupPresent("g1")).toBe("unknown");
    expect((await faultOf(google.isMember("g1", "1"))).kind).toBe("UNAVAILABLE");
  });

  it("is counted apart", async () => {
    const google = connect();
    script = () => user({});
    await google.isUserPresent("1");
    expect(google.requests).toEqual({ listing: 0, rereading: 0, proofs: 1, other: 0 });
  });
});

describe("probing", () => {
  it("finds every scope granted, without any group too", async () => {
    script = ({ path }) => (path.endsWith("/members") ? refusal(404, "notFound", "Resource Not Found: groupKey") : undefined);
    const results = await connect().probe();
    expect(results.map(({ granted, advice }) => ({ granted, advice }))).toEqual(Array(4).fill({ granted: true, advice: null }));
    expect(asked).toHaveLength(4);
  });

  it("tells the missing scope from the others, and which client id to authorize", async () => {
    const error = { error: "unauthorized_client", error_description: "Client is unauthorized" };
    tokenScript = (scope) => (scope.includes("domain") ? { status: 401, body: error } : undefined);
    script = company({ users: 1, groups: 1, members: 1 });
    const results = await connect().probe();
    const missing = results.filter(({ granted }) => !granted);
    expect(missing).toHaveLength(1);
    expect(missing[0]?.scope).toContain("domain.readonly");
    expect(missing[0]?.advice).toContain(`authorize client id ${keyFile.client_id} for ${missing[0]?.scope}`);
  });
});

describe("a service account's key", () => {
  it("is read without its addresses", () => {
    expect(readServiceAccountKey(JSON.stringify(keyFile))).toEqual({
      clientEmail: keyFile.client_email,
      clientId: keyFile.client_id,
      privateKey,
    });
  });

  const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });
  it.each([
    ["no JSON", "-----BEGIN PRIVATE KEY-----"],
    ["no object", "null"],
    ["another type of credentials", JSON.stringify({ ...keyFile, type: "authorized_user" })],
    ["without an address", JSON.stringify({ ...keyFile, client_email: undefined })],
    ["without a client id", JSON.stringify({ ...keyFile, client_id: 7 })],
    ["without a private key", JSON.stringify({ ...keyFile, private_key: "secret" })],
    ["not an RSA key", JSON.stringify({ ...keyFile, private_key: elliptic })],
    ["only a public key", JSON.stringify({ ...keyFile, private_key: publicKey })],
    ["too long", JSON.stringify({ ...keyFile, note: "x".repeat(20_000) })],
  ])("is refused when it is %s, without quoting it", (_, key) => {
    expect(() => readServiceAccountKey(key)).toThrow(DirectoryFault);
    expect(() => readServiceAccountKey(key)).not.toThrow("secret");
  });
});
