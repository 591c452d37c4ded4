import { admin } from "@googleapis/admin";
import { JWT } from "google-auth-library";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Company, sampleCompany, scaledCompany } from "../../../sync/sample/company.ts";
import { type SampleDirectory, startSampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { everyScope } from "./sample-client.ts";

const running: SampleDirectory[] = [];

/** Google's own client on a sample directory. It has the address of the token endpoint built in, which is changed on the way. */
async function connect(company: Company) {
  const sample = await startSampleDirectory({ company });
  running.push(sample);
  const key = JSON.parse(sample.serviceAccountKey);
  const auth = new JWT({ email: key.client_email, key: key.private_key, subject: sample.adminEmail, scopes: everyScope });
  auth.transporter.interceptors.request.add({
    resolved: async (request) => {
      if (request.url.hostname === "oauth2.googleapis.com") request.url = new URL(sample.tokenUrl);
      return request;
    },
  });
  return { sample, client: admin({ version: "directory_v1", auth, rootUrl: sample.url }) };
}

async function readAll<T>(page: (pageToken?: string) => Promise<{ items?: T[]; nextPageToken?: string | null }>): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items = [], nextPageToken } = await page(token);
    all.push(...items);
    token = nextPageToken ?? undefined;
  } while (token !== undefined);
  return all;
}

const customer = "my_customer";
let acme: Awaited<ReturnType<typeof connect>>;

beforeAll(async () => {
  acme = await connect(sampleCompany());
});
afterAll(async () => {
  for (const sample of running) await sample.close();
});

describe("Google's own client", () => {
  it("lists all users, groups and members of the sample, page by page, with one token", async () => {
    const { sample, client } = acme;
    const users = await readAll(async (pageToken) => {
      const { data } = await client.users.list({ customer, maxResults: 40, pageToken });
      return { items: data.users, nextPageToken: data.nextPageToken };
    });
    expect(new Set(users.map(({ id }) => id))).toEqual(new Set(sample.company.users.map(({ id }) => id)));

    const groups = await readAll(async (pageToken) => {
      const { data } = await client.groups.list({ customer, maxResults: 10, pageToken });
      return { items: data.groups, nextPageToken: data.nextPageToken };
    });
    expect(groups.map(({ email }) => email)).toEqual(sample.company.groups.map(({ email }) => email));

    for (const group of groups) {
      const members = await readAll(async (pageToken) => {
        const { data } = await client.members.list({ groupKey: group.id ?? "", maxResults: 15, pageToken });
        return { items: data.members, nextPageToken: data.nextPageToken };
      });
      expect(String(members.length)).toBe(group.directMembersCount);
    }
    expect(sample.requests.get("token")).toBe(1);
    expect(sample.requests.get("users.list")).toBe(8);
    expect(sample.requests.get("groups.list")).toBe(3);
  });

  it("gets everything else that the sample has", async () => {
    const { client, sample } = acme;
    const { data: user } = await client.users.get({ userKey: sample.adminEmail, projection: "full" });
    expect(user).toMatchObject({ primaryEmail: sample.adminEmail, isAdmin: true });
    const groupKey = "everyone@acme.example";
    expect((await client.groups.get({ groupKey })).data.name).toBe("Everyone");
    expect((await client.members.hasMember({ groupKey, memberKey: user.id ?? "" })).data.isMember).toBe(true);
    expect((await client.domains.list({ customer })).data.domains).toHaveLength(2);
    const { data: units } = await client.orgunits.list({ customerId: customer, type: "all" });
    expect(units.organizationUnits).toHaveLength(19);
  });

  it("surfaces an error as what it is", async () => {
    await expect(acme.client.users.get({ userKey: "nobody@acme.example" })).rejects.toMatchObject({
      status: 404,
      response: { data: { error: { errors: [{ reason: "notFound", message: "Resource Not Found: userKey" }] } } },
    });
  });

  it("reads a larger company in as few requests as its pages allow", async () => {
    const { sample, client } = await connect(scaledCompany({ users: 1200, groups: 401, memberships: 401 * 250 }));
    const users = await readAll(async (pageToken) => {
      const { data } = await client.users.list({ customer, maxResults: 500, pageToken });
      return { items: data.users, nextPageToken: data.nextPageToken };
    });
    const groups = await readAll(async (pageToken) => {
      const { data } = await client.groups.list({ customer, pageToken });
      return { items: data.groups, nextPageToken: data.nextPageToken };
    });
    const members = await readAll(async (pageToken) => {
      const { data } = await client.members.list({ groupKey: groups[400]?.id ?? "", pageToken });
      return { items: data.members, nextPageToken: data.nextPageToken };
    });
    expect([users.length, groups.length, members.length]).toEqual([1200, 401, 250]);
    expect(Object.fromEntries(sample.requests)).toEqual({ token: 1, "users.list": 3, "groups.list": 3, "members.list": 2 });
  });
});
