import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleCompany } from "../../../sync/sample/company.ts";
import * as edit from "../../../sync/sample/edit.ts";
import { type SampleDirectory, startSampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { type Got, openClient, type Resource } from "./sample-client.ts";

let sample: SampleDirectory;
let ask: (path: string) => Promise<Got>;

beforeAll(async () => {
  const company = sampleCompany();
  edit.deleteUser(company, company.users[20]?.id ?? "");
  sample = await startSampleDirectory({ company });
  ask = await openClient(sample);
});
afterAll(() => sample.close());

const mine = "customer=my_customer";

/** All pages of a listing, put together. */
async function readAll(path: string, name: "users" | "members"): Promise<Resource[]> {
  const items: Resource[] = [];
  let token: string | undefined;
  do {
    const { body } = await ask(token === undefined ? path : `${path}&pageToken=${token}`);
    items.push(...(body[name] ?? []));
    token = body.nextPageToken;
  } while (token !== undefined);
  return items;
}

function expectError(got: Got, status: number, reason: string, message: string) {
  expect(got.status).toBe(status);
  expect(got.body.error).toMatchObject({ code: status, message, errors: [{ message, domain: "global", reason }] });
}

describe("users.list", () => {
  it("gives a hundred to a page unless more are asked for, ordered by address, and everyone once", async () => {
    const { body } = await ask(`users?${mine}`);
    expect(body).toMatchObject({ kind: "admin#directory#users", etag: expect.stringMatching(/^".+"$/) });
    expect(body.users).toHaveLength(100);
    const emails = (await readAll(`users?${mine}`, "users")).map(({ primaryEmail }) => primaryEmail);
    expect(emails).toHaveLength(299);
    expect(emails).toEqual([...new Set(emails)].sort());
    expect((await ask(`users?${mine}&maxResults=500`)).body).not.toHaveProperty("nextPageToken");
  });

  it("gives a user with the properties that Google gives", async () => {
    const { id } = edit.userOf(sample.company, "admin@acme.example");
    const { body } = await ask(`users?${mine}&query=email=admin@acme.example`);
    expect(body.users).toEqual([
      {
        kind: "admin#directory#user",
        id,
        etag: expect.stringMatching(/^".+"$/),
        primaryEmail: "admin@acme.example",
        name: { givenName: "Ada", familyName: "Lovelace", fullName: "Ada Lovelace" },
        isAdmin: true,
        isDelegatedAdmin: false,
        isGuestUser: false,
        lastLoginTime: "1970-01-01T00:00:00.000Z",
        creationTime: "2019-03-04T09:00:00.000Z",
        agreedToTerms: true,
        suspended: false,
        archived: false,
        emails: [{ address: "admin@acme.example", primary: true }],
        organizations: [{ title: "Administrator", primary: true, customType: "" }],
        nonEditableAliases: ["admin@acme.example.test-google-a.com"],
        customerId: "C01acme00",
        orgUnitPath: "/",
        isMailboxSetup: true,
        isEnrolledIn2Sv: false,
        isEnforcedIn2Sv: false,
        includeInGlobalAddressList: true,
      },
    ]);
  });

  it("tells the deleted from the living, tells little of them, and forgets them after twenty days", async () => {
    const { body } = await ask(`users?${mine}&showDeleted=true`);
    const deleted = sample.company.users[20];
    expect(body.users).toEqual([
      {
        kind: "admin#directory#user",
        etag: expect.any(String),
        id: deleted?.id,
        primaryEmail: deleted?.primaryEmail,
        customerId: "C01acme00",
        deletionTime: deleted?.deletionTime,
      },
    ]);
    const company = sampleCompany();
    const later = await startSampleDirectory({ company, now: () => Date.now() + 3600_000 });
    edit.deleteUser(company, company.users[20]?.id ?? "", new Date(Date.now() - 20 * 24 * 3600_000));
    const list = await (await openClient(later))(`users?${mine}&showDeleted=true`);
    expect(list.body).not.toHaveProperty("users");
    await later.close();
  });

  it("does not tell of someone who was deleted while it was read, and knows of a newcomer from the next first page on", async () => {
    const company = sampleCompany();
    const other = await startSampleDirectory({ company });
    const get = await openClient(other);
    const path = `users?${mine}&maxResults=500&fields=nextPageToken,users(id)`;
    const { body } = await get(`users?${mine}&maxResults=299`);
    const first = new Set(body.users.map(({ id }) => id));
    edit.deleteUser(company, company.users.find(({ id }) => !first.has(id))?.id ?? "");
    edit.addUser(company, { primaryEmail: "new@acme.example", givenName: "New", familyName: "Comer" });
    expect((await get(`users?${mine}&pageToken=${body.nextPageToken}`)).body).not.toHaveProperty("users");
    expect((await get(path)).body.users).toHaveLength(300);
    await other.close();
  });

  it("limits to a domain by the primary address, and asks for a customer or a domain", async () => {
    expect((await ask("users?domain=acme-labs.example")).body.users).toHaveLength(16);
    expectError(await ask("users?domain=other.example"), 404, "notFound", "Domain not found.");
    expectError(await ask("users?customer=C0other"), 403, "forbidden", "Not Authorized to access this resource/api");
    expectError(await ask("users"), 400, "badRequest", "Bad Request");
  });

  it("finds by address, alias, unit with those below, and state, all of them together", async () => {
    const count = async (query: string) => (await readAll(`users?${mine}&query=${encodeURIComponent(query)}`, "users")).length;
    const { aliases } = sample.company.users[7] ?? {};
    expect(await count(`email=${aliases?.[0]?.toUpperCase()}`)).toBe(1);
    expect(await count("orgUnitPath=/Sales")).toBe(60);
    expect(await count("orgUnitPath='/Sales/EMEA'")).toBe(24);
    expect(await count("orgUnitPath=/Sal")).toBe(0);
    expect(await count("isSuspended=true")).toBe(2);
    expect(await count("isSuspended=true orgUnitPath='/Sales'")).toBe(1);
    expect(await count("isGuest=false")).toBe(299);
    expect(await count("isAdmin=true")).toBe(1);
  });

  it("refuses a query that it does not understand", async () => {
    for (const query of ["manager=x", "isSuspended=maybe", "Ada", "email=a@acme.example,isAdmin=true or"]) {
      expectError(await ask(`users?${mine}&query=${encodeURIComponent(query)}`), 400, "invalid", "Invalid Input: query");
    }
  });

  it("orders by name, either way", async () => {
    const names = async (order: string) => (await readAll(`users?${mine}&${order}`, "users")).map(({ name }) => name.familyName);
    const ascending = await names("orderBy=familyName");
    expect(ascending.at(0)).toBe("Adeyemi");
    expect((await names("orderBy=familyName&sortOrder=DESCENDING")).at(-1)).toBe("Adeyemi");
    expectError(await ask(`users?${mine}&orderBy=age`), 400, "invalid", "Invalid Input: orderBy");
  });

  it("refuses pages that are too large or too small", async () => {
    for (const size of ["501", "0", "-1", "many"]) {
      const message = `Invalid value '${size}'. Values must be within the range: [1, 500]`;
      expectError(await ask(`users?${mine}&maxResults=${size}`), 400, "invalidParameter", message);
    }
  });

  it("refuses page tokens that are empty, made up, or of another listing", async () => {
    const { body } = await ask(`users?${mine}&query=isSuspended=false`);
    for (const token of ["", "MTAw", "x", body.nextPageToken]) {
      expectError(await ask(`users?${mine}&pageToken=${token}`), 400, "invalid", "Invalid Input");
    }
  });

  it("refuses a parameter that it does not know, such as the one that once read the first page for ever", async () => {
    expect((await ask(`users?${mine}&nextPageToken=x`)).body.error.message).toContain('Unknown name "nextPageToken"');
  });
});

describe("a mask", () => {
  it("ends a listing after the first page without a sign when it leaves out the token", async () => {
    const { body } = await ask(`users?${mine}&fields=users(id,name/fullName)`);
    expect(Object.keys(body)).toEqual(["users"]);
    expect(Object.keys(body.users[0] ?? {})).toEqual(["id", "name"]);
  });

  it("gives etags when it names them or takes everything", async () => {
    expect((await ask(`users?${mine}&fields=users(etag)`)).body.users[0]?.etag).toMatch(/^".+"$/);
    expect((await ask(`users?${mine}&fields=etag`)).body.etag).toMatch(/^".+"$/);
    expect((await ask(`users?${mine}&fields=users`)).body.users[0]?.etag).toMatch(/^".+"$/);
    const user = "users/admin@acme.example";
    expect((await ask(`${user}?fields=etag`)).body).toEqual({ etag: (await ask(user)).body.etag });
  });

  it("that names what there is not is refused", async () => {
    const got = await ask(`users?${mine}&fields=users(id,fullname)`);
    expectError(got, 400, "invalidParameter", "Invalid field selection fullname");
  });
});

describe("users.get", () => {
  it("knows a user by id, address and alias, without regard to case", async () => {
    const [user] = sample.company.users.slice(7);
    for (const key of [user?.id, user?.primaryEmail.toUpperCase(), user?.aliases[0]]) {
      expect((await ask(`users/${encodeURIComponent(key ?? "")}`)).body.id).toBe(user?.id);
    }
  });

  it("does not know the deleted, nor whoever never was", async () => {
    for (const key of [sample.company.users[20]?.id, sample.company.users[20]?.primaryEmail, "1"]) {
      expectError(await ask(`users/${key}`), 404, "notFound", "Resource Not Found: userKey");
    }
  });
});

describe("groups and members", () => {
  it("are listed two hundred to a page, the count of members being a string", async () => {
    const { body } = await ask(`groups?${mine}`);
    expect(body).toMatchObject({ kind: "admin#directory#groups", etag: expect.any(String) });
    expect(body.groups).toHaveLength(25);
    expect(body.groups[0]).toEqual({
      kind: "admin#directory#group",
      etag: expect.any(String),
      id: edit.groupOf(sample.company, "backend@acme.example").id,
      email: "backend@acme.example",
      name: "Backend",
      description: expect.any(String),
      directMembersCount: "33",
      adminCreated: true,
    });
    expect((await ask(`groups/${body.groups[0]?.id}`)).body).toEqual(body.groups[0]);
    expect((await ask(`groups?${mine}&maxResults=201`)).status).toBe(400);
    expect((await ask("groups?domain=acme-labs.example")).body).not.toHaveProperty("groups");
  });

  it("say of each member what Google says: an outsider has no status, the whole customer no address", async () => {
    const members = async (key: string) => (await ask(`groups/${key}/members`)).body.members;
    const partners = await members("partners@acme.example");
    const common = { kind: "admin#directory#member", etag: expect.any(String), role: "MEMBER" };
    expect(partners.at(-1)).toEqual({ ...common, type: "USER", email: "someone@partner.example" });
    const [first] = await members("legal@acme.example");
    const { primaryEmail } = edit.userOf(sample.company, first?.id ?? "");
    expect(first).toEqual({ ...common, role: "OWNER", type: "USER", id: first?.id, email: primaryEmail, status: "ACTIVE" });
    const [nested] = await members("all-engineering@acme.example");
    expect(nested).toMatchObject({ type: "GROUP", email: "backend@acme.example", status: "ACTIVE" });
    expect(await members("everyone@acme.example")).toEqual([{ ...common, type: "CUSTOMER", id: "C01acme00" }]);
    const suspended = sample.company.users.find((user) => user.suspended)?.id;
    expect(await members("sales-emea@acme.example")).toContainEqual(
      expect.objectContaining({ id: suspended, status: "SUSPENDED" }),
    );
  });

  it("follow a rename", async () => {
    const { id } = edit.groupOf(sample.company, "support@acme.example");
    edit.renameUser(sample.company, edit.groupOf(sample.company, id).members[3]?.id ?? "", "renamed@acme.example");
    expect((await readAll(`groups/${id}/members?`, "members"))[3]?.email).toBe("renamed@acme.example");
  });

  it("are paged and filtered by role", async () => {
    const path = "groups/backend@acme.example/members?maxResults=10";
    const ids = (await readAll(path, "members")).map(({ id }) => id);
    expect(new Set(ids).size).toBe(33);
    expect((await ask("groups/backend@acme.example/members?roles=OWNER,MANAGER")).body.members).toHaveLength(1);
  });

  it("have no members at all in an answer without any", async () => {
    edit.addGroup(sample.company, { email: "empty@acme.example", name: "Empty" });
    const { body } = await ask("groups/empty@acme.example/members");
    expect(body).toEqual({ kind: "admin#directory#members", etag: expect.any(String) });
    edit.deleteGroup(sample.company, "empty@acme.example");
    expectError(await ask("groups/empty@acme.example/members"), 404, "notFound", "Resource Not Found: groupKey");
  });

  it("of another organization are forbidden", async () => {
    const got = await ask("groups/club@partner.example/members");
    expectError(got, 403, "forbidden", "Not Authorized to access this resource/api");
  });

  it("are not expanded by Google's own inconsistent means", async () => {
    expect((await ask("groups/launch@acme.example/members?includeDerivedMembership=true")).status).toBe(400);
  });
});

describe("members.hasMember", () => {
  const has = async (group: string, member: string) => (await ask(`groups/${group}@acme.example/hasMember/${member}`)).body;

  it("counts nested members at any depth, also through a cycle, and everyone in the whole customer", async () => {
    const id = edit.groupOf(sample.company, "frontend@acme.example").members[0]?.id ?? "";
    edit.addMember(sample.company, "frontend@acme.example", "launch@acme.example");
    expect(await has("frontend", id)).toEqual({ isMember: true });
    expect(await has("launch", id)).toEqual({ isMember: true });
    expect(await has("launch", "frontend@acme.example")).toEqual({ isMember: true });
    expect(await has("everyone", id)).toEqual({ isMember: true });
    expect(await has("all-sales", id)).toEqual({ isMember: false });
    expect(await has("launch", "admin@acme.example")).toEqual({ isMember: false });
    edit.removeMember(sample.company, "frontend@acme.example", "launch@acme.example");
  });

  it("refuses whoever is outside the organization, even a member", async () => {
    const got = await ask("groups/partners@acme.example/hasMember/someone@partner.example");
    expectError(got, 400, "invalid", "Invalid Input: memberKey");
  });
});

describe("the customer", () => {
  it("has its domains", async () => {
    const { body } = await ask("customer/my_customer/domains");
    const common = { kind: "admin#directory#domain", etag: expect.any(String), creationTime: "1551690000000", verified: true };
    expect(body).toEqual({
      kind: "admin#directory#domains",
      etag: expect.any(String),
      domains: [
        { ...common, domainName: "acme.example", isPrimary: true },
        { ...common, domainName: "acme-labs.example", isPrimary: false },
      ],
    });
    expect((await ask("customer/C01acme00/domains")).body).toEqual(body);
  });

  it("has its org units: the children, all of them, or all with the root", async () => {
    const paths = async (asked: string) =>
      (await ask(`customer/my_customer/orgunits?${asked}`)).body.organizationUnits?.map(({ orgUnitPath }) => orgUnitPath);
    expect(await paths("")).toEqual(
      ["Design", "Engineering", "Finance", "Legal", "Marketing", "Operations", "People", "Product", "Sales", "Support"].map(
        (name) => `/${name}`,
      ),
    );
    expect(await paths("orgUnitPath=Sales")).toEqual(["/Sales/APAC", "/Sales/Americas", "/Sales/EMEA"]);
    expect(await paths("type=all")).toHaveLength(19);
    expect((await paths("type=allIncludingParent")).at(0)).toBe("/");
    expect(await paths("orgUnitPath=/Legal")).toBeUndefined();
    expectError(await ask("customer/my_customer/orgunits?orgUnitPath=/No"), 404, "notFound", "Org unit not found");
    const [first] = (await ask("customer/my_customer/orgunits?orgUnitPath=/Sales")).body.organizationUnits;
    expect(first).toMatchObject({ kind: "admin#directory#orgUnit", name: "APAC", parentOrgUnitPath: "/Sales" });
  });
});

describe("a sample directory", () => {
  it("counts the requests of each method, also those it refuses", async () => {
    const other = await startSampleDirectory({ company: sampleCompany() });
    const get = await openClient(other);
    for (const path of [`users?${mine}`, "users", "groups/backend@acme.example/members", "nothing"]) await get(path);
    expect(Object.fromEntries(other.requests)).toEqual({ token: 1, "users.list": 2, "members.list": 1 });
    await other.close();
  });

  it("does not know what Google does not, and answers as its front end does", async () => {
    const { status, headers } = await ask("printers");
    expect([status, headers.get("content-type")]).toEqual([404, "text/html; charset=UTF-8"]);
    expect((await ask("users/%zz")).status).toBe(400);
  });
});
