import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Company, sampleCompany } from "../../../sync/sample/company.ts";
import * as edit from "../../../sync/sample/edit.ts";
import { type SampleDirectory, startSampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { type Got, openClient } from "./sample-client.ts";

// What an administrator did at Google, as it is seen over the API.

let company: Company;
let sample: SampleDirectory;
let ask: (path: string) => Promise<Got>;

beforeEach(async () => {
  company = sampleCompany();
  sample = await startSampleDirectory({ company });
  ask = await openClient(sample);
});
afterEach(() => sample.close());

const mine = "customer=my_customer";
const person = { givenName: "New", familyName: "Person" };

function firstUser() {
  const [user] = company.users;
  if (!user) throw new Error("The sample company is empty.");
  return user;
}

describe("somebody who is renamed", () => {
  it("is still found by the former address, which has become an alias", async () => {
    const { id, primaryEmail: former } = firstUser();
    edit.renameUser(company, id, "renamed@acme.example");
    for (const key of [former, "renamed@acme.example", id]) {
      const { body } = await ask(`users/${key}?fields=id,primaryEmail,aliases`);
      expect(body).toEqual({ id, primaryEmail: "renamed@acme.example", aliases: [former] });
    }
  });
});

describe("an address whose user was deleted", () => {
  it("is a new user's with a new id, while the deleted one is still listed with it", async () => {
    const { id, primaryEmail } = firstUser();
    edit.deleteUser(company, id);
    const newcomer = edit.addUser(company, { ...person, primaryEmail });
    expect((await ask(`users/${primaryEmail}`)).body.id).toBe(newcomer.id);
    expect((await ask(`users/${id}`)).status).toBe(404);
    const listed = async (more: string) => (await ask(`users?${mine}&fields=users(id,primaryEmail)${more}`)).body.users;
    expect(await listed(`&query=email=${primaryEmail}`)).toEqual([{ id: newcomer.id, primaryEmail }]);
    expect(await listed("&showDeleted=true")).toEqual([{ id, primaryEmail }]);
  });
});

describe("a user in the making", () => {
  it("is a condition that is not met when asked for, in no list, and a member without a status", async () => {
    edit.addUser(company, { ...person, primaryEmail: "soon@acme.example", unfinished: true });
    edit.addMember(company, "legal@acme.example", "soon@acme.example");
    const { status, body } = await ask("users/soon@acme.example");
    expect(status).toBe(412);
    expect(body.error.errors).toEqual([
      { message: "User creation is not complete.", domain: "global", reason: "conditionNotMet" },
    ]);
    const byEmail = `users?${mine}&query=email=soon@acme.example`;
    expect((await ask(byEmail)).body).not.toHaveProperty("users");
    const member = "groups/legal@acme.example/members/soon@acme.example";
    expect((await ask(member)).body).not.toHaveProperty("status");
    edit.finishUser(company, "soon@acme.example");
    expect((await ask("users/soon@acme.example")).status).toBe(200);
    expect((await ask(byEmail)).body.users).toHaveLength(1);
    expect((await ask(member)).body).toMatchObject({ status: "ACTIVE" });
  });
});

describe("somebody suspended and archived", () => {
  it("is both, each by itself, and comes back from both", async () => {
    const { id } = firstUser();
    const state = async () => (await ask(`users/${id}?fields=suspended,suspensionReason,archived`)).body;
    edit.archiveUser(company, id);
    expect(await state()).toEqual({ suspended: false, archived: true });
    edit.suspendUser(company, id);
    expect(await state()).toEqual({ suspended: true, suspensionReason: "ADMIN", archived: true });
    edit.reactivateUser(company, id);
    expect(await state()).toEqual({ suspended: false, archived: false });
  });
});

describe("a group that is renamed", () => {
  it("is still found by the former address, which is not free until it is removed", async () => {
    const { id } = edit.groupOf(company, "backend@acme.example");
    edit.renameGroup(company, id, { email: "servers@acme.example" });
    for (const key of ["backend@acme.example", "servers@acme.example"]) {
      expect((await ask(`groups/${key}`)).body).toMatchObject({
        id,
        email: "servers@acme.example",
        name: "Backend",
        aliases: ["backend@acme.example"],
      });
    }
    const again = () => edit.addGroup(company, { email: "backend@acme.example", name: "Backend" });
    expect(again).toThrow("taken");
    edit.removeAlias(company, id, "backend@acme.example");
    expect(again().id).not.toBe(id);
    expect((await ask(`groups/${id}`)).body).not.toHaveProperty("aliases");
  });
});

describe("a member", () => {
  it("is got by id, address or alias, with the settings of delivery that no list gives", async () => {
    const { id, primaryEmail } = firstUser();
    edit.renameUser(company, id, "renamed@acme.example");
    for (const key of [id, primaryEmail, "renamed@acme.example"]) {
      const { body } = await ask(`groups/backend@acme.example/members/${key}`);
      expect(body).toMatchObject({ id, email: "renamed@acme.example", role: "OWNER", delivery_settings: "ALL_MAIL" });
    }
    const [listed] = (await ask("groups/backend@acme.example/members")).body.members;
    expect(listed).not.toHaveProperty("delivery_settings");
  });

  it("of a group inside the group is none of it when got, and one when counted", async () => {
    const { id } = firstUser();
    expect((await ask(`groups/all-engineering@acme.example/members/${id}`)).status).toBe(404);
    expect((await ask(`groups/all-engineering@acme.example/hasMember/${id}`)).body).toEqual({ isMember: true });
  });

  it("from outside may have an id, and never a status", async () => {
    const member = { id: "300000000000000000001", email: "known@partner.example", type: "USER", role: "MEMBER" } as const;
    edit.groupOf(company, "partners@acme.example").members.push(member);
    for (const key of [member.id, member.email]) {
      const { body } = await ask(`groups/partners@acme.example/members/${key}`);
      expect(body).toEqual({
        ...member,
        kind: "admin#directory#member",
        etag: expect.any(String),
        delivery_settings: "ALL_MAIL",
      });
    }
  });

  it("that is a group is no one of everyone: only people are", async () => {
    const has = "groups/everyone@acme.example/hasMember";
    expect((await ask(`${has}/admin@acme.example`)).body).toEqual({ isMember: true });
    expect((await ask(`${has}/backend@acme.example`)).body).toEqual({ isMember: false });
  });
});

describe("an alias of a domain", () => {
  it("is told of with its domain, and gives everybody there another address", async () => {
    company.domains[0] = { domainName: "acme.example", isPrimary: true, verified: true, aliases: ["acme.test"] };
    const [domain] = (await ask("customer/my_customer/domains")).body.domains;
    expect(domain).toMatchObject({ domainAliases: [{ domainAliasName: "acme.test", verified: true }] });
    const { body } = await ask("users/admin@acme.test?fields=primaryEmail,nonEditableAliases");
    expect(body).toEqual({
      primaryEmail: "admin@acme.example",
      nonEditableAliases: ["admin@acme.test", "admin@acme.example.test-google-a.com"],
    });
    expect((await ask("groups/backend@acme.test")).body.email).toBe("backend@acme.example");
  });
});
