import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Company, sampleCompany } from "../../../sync/sample/company.ts";
import { addUser, deleteUser, removeMember, renameUser } from "../../../sync/sample/edit.ts";
import { hasNoPageToken, hasPageToken } from "../../../sync/sample/fault.ts";
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

  it("can be for some requests of a method alone", async () => {
    sample.faults.push(
      { kind: "refuse", error: "backendError", method: "users.list", where: hasPageToken },
      { kind: "refuse", error: "notFound", method: "users.list", where: hasNoPageToken, times: 1 },
    );
    expect((await ask(users)).status).toBe(404);
    const { body } = await ask(users);
    expect((await ask(`${users}&pageToken=${body.nextPageToken}`)).status).toBe(500);
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

  it("goes round in a circle with a new token each time", async () => {
    sample.faults.push({ kind: "loop", renamed: true });
    const first = await ask(users);
    const again = await ask(`${users}&pageToken=${first.body.nextPageToken}`);
    expect(again.body.users).toEqual(first.body.users);
    expect(again.body.nextPageToken).not.toBe(first.body.nextPageToken);
    const third = await ask(`${users}&pageToken=${again.body.nextPageToken}`);
    expect(third.body.users).toEqual(first.body.users);
  });

  it("misses the items that moved up in the order meanwhile, or repeats those that moved down", async () => {
    const { body } = await ask(`${users}&maxResults=200`);
    const next = `${users}&maxResults=200&pageToken=${body.nextPageToken}`;
    const sound = (await ask(next)).body.users.map(({ id }) => id);
    sample.faults.push({ kind: "shift", by: 3, times: 1 }, { kind: "shift", by: -3, times: 1 });
    expect((await ask(next)).body.users.map(({ id }) => id)).toEqual(sound.slice(3));
    expect((await ask(next)).body.users.map(({ id }) => id)).toEqual([...body.users.slice(-3).map(({ id }) => id), ...sound]);
    expect((await ask(next)).body.users.map(({ id }) => id)).toEqual(sound);
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

describe("a change between two pages", () => {
  /** The ids on all pages of 200, with this change after the first. */
  async function readAround(list: "users" | "members", path: string, change: (company: Company) => void): Promise<string[]> {
    const { company } = other;
    other.faults.push({ kind: "change", change: () => change(company), where: hasNoPageToken, times: 1 });
    const first = await askOther(path);
    const second = await askOther(`${path}&pageToken=${first.body.nextPageToken}`);
    expect(second.body).not.toHaveProperty("nextPageToken");
    return [...first.body[list], ...second.body[list]].map(({ id }) => id);
  }
  let other: SampleDirectory;
  let askOther: (path: string) => Promise<Got>;
  beforeEach(async () => {
    other = await startSampleDirectory({ company: sampleCompany() });
    askOther = await openClient(other);
  });
  afterEach(() => other.close());

  /** By address, as they are listed. */
  const listed = () => other.company.users.toSorted((one, two) => (one.primaryEmail < two.primaryEmail ? -1 : 1));
  const path = `${users}&maxResults=200`;

  it("hides who comes first on the second page when somebody of the first is deleted", async () => {
    const [gone, missed] = [listed()[10]?.id ?? "", listed()[200]?.id ?? ""];
    const ids = await readAround("users", path, (company) => deleteUser(company, gone));
    expect(ids).toContain(gone);
    expect(ids).not.toContain(missed);
    expect(ids).toHaveLength(299);
  });

  it("repeats the last of the first page when somebody new comes before them", async () => {
    const last = listed()[199]?.id;
    const newcomer = { primaryEmail: "aaa@acme.example", givenName: "A", familyName: "A" };
    const ids = await readAround("users", path, (company) => addUser(company, newcomer));
    expect(ids.filter((id) => id === last)).toHaveLength(2);
    expect(ids).toHaveLength(301);
  });

  it("hides somebody who is renamed from the second page to the first", async () => {
    const renamed = listed()[250]?.id ?? "";
    const ids = await readAround("users", path, (company) => renameUser(company, renamed, "aaa@acme.example"));
    expect(ids).not.toContain(renamed);
  });

  it("is in the members of a group as well", async () => {
    const [gone = "", ...others] = other.company.groups[0]?.members.map(({ id }) => id ?? "") ?? [];
    const members = "groups/backend@acme.example/members?maxResults=20";
    const ids = await readAround("members", members, (company) => removeMember(company, "backend@acme.example", gone));
    expect(ids).not.toContain(others[19]);
    expect(ids).toHaveLength(33);
  });
});

describe("a page token", () => {
  it("can run out at any time, which Google says as of any bad request", async () => {
    const { body } = await ask(users);
    const next = `${users}&pageToken=${body.nextPageToken}`;
    sample.faults.push({ kind: "expirePageToken", method: "users.list", times: 2 });
    expect((await ask(users)).status).toBe(200);
    expect((await ask(next)).body.error).toMatchObject({ code: 400, message: "Invalid Input", errors: [{ reason: "invalid" }] });
    expect((await ask(next)).status).toBe(200);
  });

  it("runs out by itself after three days", async () => {
    let now = Date.now();
    const other = await startSampleDirectory({ company: sampleCompany(), now: () => now });
    const { body } = await (await openClient(other))(users);
    now += 3 * 24 * 3600_000;
    const later = await openClient(other, { iat: Math.floor(now / 1000) });
    expect((await later(`${users}&pageToken=${body.nextPageToken}`)).status).toBe(400);
    now -= 1000;
    expect((await later(`${users}&pageToken=${body.nextPageToken}`)).status).toBe(200);
    await other.close();
  });

  it("is on shorter pages than were asked for where the directory gives no longer ones", async () => {
    const other = await startSampleDirectory({ company: sampleCompany(), longestPage: 7 });
    const { body } = await (await openClient(other))(`${users}&maxResults=500`);
    expect(body.users).toHaveLength(7);
    expect(body.nextPageToken).toBeTypeOf("string");
    await other.close();
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
    ["domainCannotUseApis", 403, "domainCannotUseApis", "global"],
    ["dailyLimitExceeded", 403, "dailyLimitExceeded", "usageLimits"],
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

describe("a scope that was taken back", () => {
  it("closes what it opened, to tokens given out before and to new ones", async () => {
    const other = await startSampleDirectory({ company: sampleCompany() });
    const get = await openClient(other);
    other.faults.push({ kind: "revokeScope", scope: "user.readonly", method: "users.list", times: 1 });
    expect((await get(groups)).status).toBe(200);
    expect((await get(users)).body.error.errors[0]?.reason).toBe("insufficientPermissions");
    expect((await get("users/admin@acme.example")).status).toBe(403);
    expect((await get(groups)).status).toBe(200);
    expect(await askForToken(other)).toMatchObject({ status: 403, body: { error: "access_denied" } });
    await other.close();
  });
});
