import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sampleCompany } from "../../../sync/sample/company.ts";
import { hasPageToken } from "../../../sync/sample/fault.ts";
import type { GoogleErrorName } from "../../../sync/sample/google-error.ts";
import { type SampleDirectory, startSampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { askForToken, type Got, openClient } from "./sample-client.ts";

let sample: SampleDirectory;
let ask: (path: string) => Promise<Got>;

beforeAll(async () => {
  sample = await startSampleDirectory({ company: sampleCompany() });
});
beforeEach(async () => {
  sample.faults.length = 0;
  ask = await openClient(sample);
});
afterAll(() => sample.close());

const users = "users?customer=my_customer";
const groups = "groups?customer=my_customer";

describe("a planned fault", () => {
  it("strikes the next requests of its method, as often as it was told to", async () => {
    sample.faults.push({ kind: "refuse", error: "backendError", method: "users.list", times: 2 });
    const statuses: number[] = [];
    for (const path of [users, groups, users, users]) statuses.push((await ask(path)).status);
    expect(statuses).toEqual([500, 200, 500, 200]);
  });

  it("strikes always and everywhere if nothing else is said, the token endpoint included", async () => {
    sample.faults.push({ kind: "html" });
    for (const path of [users, groups, users]) expect((await ask(path)).status).toBe(502);
    const body = new URLSearchParams();
    expect((await fetch(sample.tokenUrl, { method: "POST", body })).status).toBe(502);
  });

  it("leaves what it is not for to the one after it", async () => {
    sample.faults.push(
      { kind: "refuse", error: "forbidden", method: "groups.list", times: 1 },
      { kind: "refuse", error: "notFound", times: 1 },
    );
    expect([(await ask(users)).status, (await ask(groups)).status, (await ask(groups)).status]).toEqual([404, 403, 200]);
  });

  it("can be for some requests of a method alone: a page token that ran out", async () => {
    sample.faults.push({ kind: "refuse", error: "invalid", method: "users.list", where: hasPageToken, times: 1 });
    const { body } = await ask(users);
    const next = `${users}&pageToken=${body.nextPageToken}`;
    expect((await ask(next)).body.error).toMatchObject({ code: 400, message: "Invalid Input" });
    expect((await ask(next)).status).toBe(200);
  });
});

describe("a list that lies", () => {
  it("drops a part of its items and still says 200", async () => {
    sample.faults.push({ kind: "drop", part: 0.9 });
    const { status, body } = await ask(users);
    expect(status).toBe(200);
    expect(body.users).toHaveLength(10);
    expect(body.nextPageToken).toBeTypeOf("string");
  });

  it("is empty, or has lost a page's items alone", async () => {
    sample.faults.push({ kind: "empty", times: 1 }, { kind: "drop", part: 1 });
    expect(Object.keys((await ask(users)).body)).toEqual(["kind", "etag"]);
    expect(Object.keys((await ask(users)).body)).toEqual(["kind", "nextPageToken", "etag"]);
  });

  it("ends too soon", async () => {
    sample.faults.push({ kind: "end" });
    const { body } = await ask(users);
    expect(body.users).toHaveLength(100);
    expect(body).not.toHaveProperty("nextPageToken");
  });

  it("goes round in a circle, from the first page or a later one", async () => {
    const second = `${users}&pageToken=${(await ask(users)).body.nextPageToken}`;
    const third = (await ask(second)).body.nextPageToken;
    sample.faults.push({ kind: "loop" });
    const first = await ask(users);
    const again = await ask(`${users}&pageToken=${first.body.nextPageToken}`);
    expect(again.body).toEqual(first.body);
    expect((await ask(`${users}&pageToken=${third}`)).body.nextPageToken).toBe(third);
  });

  it("says everything twice", async () => {
    sample.faults.push({ kind: "duplicate" });
    const ids = (await ask(`${users}&maxResults=3`)).body.users.map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([6, 3]);
  });

  it("leaves everything that is no list alone", async () => {
    sample.faults.push({ kind: "empty" });
    // A user has lists in it, of addresses.
    expect((await ask("users/admin@acme.example")).body.emails).toHaveLength(1);
    expect((await ask("users/nobody")).status).toBe(404);
  });
});

describe("a refusal", () => {
  const refusals: [GoogleErrorName, number, string, string][] = [
    ["rateLimitExceeded", 403, "rateLimitExceeded", "usageLimits"],
    ["userRateLimitExceeded", 403, "userRateLimitExceeded", "usageLimits"],
    ["quotaExceeded", 403, "quotaExceeded", "usageLimits"],
    ["forbidden", 403, "forbidden", "global"],
    ["insufficientPermissions", 403, "insufficientPermissions", "global"],
    ["accessNotConfigured", 403, "accessNotConfigured", "usageLimits"],
    ["tooManyRequests", 429, "rateLimitExceeded", "usageLimits"],
    ["conditionNotMet", 412, "conditionNotMet", "global"],
    ["backendError", 500, "backendError", "global"],
    ["unavailable", 503, "backendError", "global"],
  ];
  it.each(refusals)("%s has its status, reason and domain", async (error, status, reason, domain) => {
    sample.faults.push({ kind: "refuse", error });
    const got = await ask(users);
    expect([got.status, got.body.error.code]).toEqual([status, status]);
    expect(got.body.error.errors).toEqual([expect.objectContaining({ reason, domain, message: expect.any(String) })]);
    expect(got.headers.get("retry-after")).toBeNull();
  });

  it("says how long to wait if it was told to", async () => {
    sample.faults.push({ kind: "refuse", error: "tooManyRequests", retryAfter: 7 });
    expect((await ask(users)).headers.get("retry-after")).toBe("7");
  });
});

describe("a connection", () => {
  it("brings a body that was cut before it was sent, complete as far as HTTP can tell", async () => {
    sample.faults.push({ kind: "cut" });
    const { status, headers, text, body } = await ask(groups);
    expect([status, body]).toEqual([200, null]);
    expect(Number(headers.get("content-length"))).toBe(Buffer.byteLength(text));
    expect(text).toMatch(/^\{"kind":"admin#directory#groups"/);
  });

  it("is reset in the middle of the body", async () => {
    sample.faults.push({ kind: "reset", times: 1 });
    await expect(ask(users)).rejects.toThrow();
    expect((await ask(users)).status).toBe(200);
  });

  it("drips, and brings everything in the end", async () => {
    sample.faults.push({ kind: "drip", pieces: 5, everyMs: 1 });
    expect((await ask(groups)).body.groups).toHaveLength(25);
  });

  it("that drips can be given up by the client, which harms nobody", async () => {
    sample.faults.push({ kind: "drip", pieces: 1000, everyMs: 20, method: "users.list", times: 1 });
    const { body } = await askForToken(sample);
    const client = new AbortController();
    const headers = { Authorization: `Bearer ${body.access_token}` };
    const response = await fetch(`${sample.url}admin/directory/v1/${users}`, { headers, signal: client.signal });
    expect(response.status).toBe(200);
    client.abort();
    await expect(response.text()).rejects.toThrow();
    expect((await ask(users)).status).toBe(200);
  });
});

describe("a token that was taken back", () => {
  it("is refused from then on, and a new one is not", async () => {
    sample.faults.push({ kind: "revokeToken", method: "users.list", times: 1 });
    expect((await ask(users)).body.error.errors[0]?.reason).toBe("authError");
    expect((await ask(groups)).status).toBe(401);
    const anew = await openClient(sample);
    expect((await anew(users)).status).toBe(200);
  });
});
