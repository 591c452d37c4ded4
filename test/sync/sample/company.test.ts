import { describe, expect, it } from "vitest";
import { sampleCompany, scaledCompany } from "../../../sync/sample/company.ts";
import * as edit from "../../../sync/sample/edit.ts";
import { findUser } from "../../../sync/sample/find-in-company.ts";

describe("the sample company", () => {
  it("is the same every time, and whoever changes one does not change the next", () => {
    const first = sampleCompany();
    expect(sampleCompany()).toEqual(first);
    edit.deleteGroup(first, "backend@acme.example");
    expect(sampleCompany().groups).toHaveLength(25);
  });

  it("has 300 people, each with an id and an address as Google gives them", () => {
    const { users } = sampleCompany();
    expect(users).toHaveLength(300);
    expect(users.filter(({ id }) => !/^1\d{20}$/.test(id))).toEqual([]);
    expect(users.filter(({ primaryEmail }) => !/^[a-z]+(\.[a-z]+)?@acme(-labs)?\.example$/.test(primaryEmail))).toEqual([]);
    const addresses = users.flatMap(({ primaryEmail, aliases }) => [primaryEmail, ...aliases]);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(new Set(users.map(({ id }) => id)).size).toBe(300);
  });

  it("has one admin, two who are suspended, one who is archived, and people in both domains", () => {
    const { users } = sampleCompany();
    expect(users.filter(({ isAdmin }) => isAdmin).map(({ primaryEmail }) => primaryEmail)).toEqual(["admin@acme.example"]);
    expect(users.filter(({ suspended }) => suspended)).toHaveLength(2);
    expect(users.filter(({ archived }) => archived)).toHaveLength(1);
    expect(users.filter(({ primaryEmail }) => primaryEmail.endsWith("@acme-labs.example"))).toHaveLength(16);
  });

  it("has groups within groups, one of everyone, and one member from outside, each known by what they name", () => {
    const company = sampleCompany();
    const members = (email: string) => edit.groupOf(company, email).members;
    const nested = members("all-engineering@acme.example").map(({ id }) => id);
    expect(nested).toContain(edit.groupOf(company, "backend@acme.example").id);
    expect(nested).toContain(edit.groupOf(company, "frontend@acme.example").id);
    expect(members("everyone@acme.example")).toEqual([{ id: company.customerId, type: "CUSTOMER", role: "MEMBER" }]);
    expect(company.groups.flatMap((group) => group.members).filter(({ id }) => id === undefined)).toEqual([
      { email: "someone@partner.example", type: "USER", role: "MEMBER" },
    ]);
    expect(company.groups.filter(({ id, members }) => !/^[0-9a-z]{15}$/.test(id) || members.length === 0)).toEqual([]);
  });
});

describe("a scaled company", () => {
  it("has exactly the sizes asked for, its memberships spread evenly and no one twice in a group", () => {
    const { users, groups } = scaledCompany({ users: 1000, groups: 30, memberships: 4000 });
    expect([users.length, groups.length]).toEqual([1000, 30]);
    expect(groups.reduce((sum, { members }) => sum + members.length, 0)).toBe(4000);
    expect(new Set(groups.map(({ members }) => members.length))).toEqual(new Set([133, 134]));
    for (const { members } of groups) expect(new Set(members).size).toBe(members.length);
    expect(new Set(users.map(({ primaryEmail }) => primaryEmail)).size).toBe(1000);
    expect(users[0]).toMatchObject({ primaryEmail: "admin@acme.example", isAdmin: true });
  });

  it("is refused when there are too few users and groups for the memberships", () => {
    expect(() => scaledCompany({ users: 2, groups: 2, memberships: 5 })).toThrow("not enough");
  });
});

describe("an edit", () => {
  it("that renames a user leaves the former address as an alias, which is not free until it is removed", () => {
    const company = sampleCompany();
    const [one, other] = company.users;
    if (!one || !other) throw new Error("The sample company is empty.");
    const former = one.primaryEmail;
    edit.renameUser(company, one.id, "new.name@acme.example");
    expect(findUser(company, former.toUpperCase())).toBe(one);
    expect(() => edit.renameUser(company, other.id, former)).toThrow("taken");
    edit.removeAlias(company, one.id, former);
    edit.renameUser(company, other.id, former);
    expect(findUser(company, former)).toBe(other);
  });

  it("that deletes a user takes them out of their groups and frees the address for someone with another id", () => {
    const company = sampleCompany();
    const backend = edit.groupOf(company, "backend@acme.example");
    const gone = edit.userOf(company, backend.members[0]?.id ?? "");
    edit.deleteUser(company, gone.id);
    expect(backend.members).toHaveLength(33);
    expect(findUser(company, gone.id)).toBeUndefined();
    const { id } = edit.addUser(company, { primaryEmail: gone.primaryEmail, givenName: "New", familyName: "Person" });
    expect(id).not.toBe(gone.id);
    expect(findUser(company, gone.primaryEmail)?.id).toBe(id);
  });

  it("that deletes a group and makes it again gives it another id, in no group", () => {
    const company = sampleCompany();
    const again = () => edit.addGroup(company, { email: "backend@acme.example", name: "Backend" }).id;
    const ids = [edit.groupOf(company, "backend@acme.example").id];
    for (let n = 0; n < 2; n++) {
      edit.deleteGroup(company, "backend@acme.example");
      ids.push(again());
    }
    expect(new Set(ids).size).toBe(3);
    expect(edit.groupOf(company, "all-engineering@acme.example").members).toHaveLength(5);
  });

  it("adds members of every kind, once, and takes them out again", () => {
    const company = sampleCompany();
    const legal = edit.groupOf(company, "legal@acme.example");
    const before = legal.members.length;
    for (const key of ["admin@acme.example", "labs@acme.example", company.customerId, "guest@elsewhere.example"]) {
      edit.addMember(company, legal.id, key, "MANAGER");
      edit.addMember(company, legal.id, key);
    }
    expect(legal.members.slice(before).map(({ type }) => type)).toEqual(["USER", "GROUP", "CUSTOMER", "USER"]);
    edit.removeMember(company, legal.id, "guest@elsewhere.example");
    edit.removeMember(company, legal.id, "admin@acme.example");
    expect(legal.members).toHaveLength(before + 2);
    expect(() => edit.removeMember(company, legal.id, "admin@acme.example")).toThrow("not in the group");
  });

  it("of someone who is not there is a mistake", () => {
    expect(() => edit.suspendUser(sampleCompany(), "nobody@acme.example")).toThrow("no user nobody@acme.example");
    expect(() => edit.renameGroup(sampleCompany(), "none@acme.example", { name: "None" })).toThrow("no group none@acme.example");
  });
});
