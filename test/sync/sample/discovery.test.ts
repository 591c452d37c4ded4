import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleCompany } from "../../../sync/sample/company.ts";
import * as edit from "../../../sync/sample/edit.ts";
import type { Fields } from "../../../sync/sample/field-mask.ts";
import { GoogleError } from "../../../sync/sample/google-error.ts";
import { type MethodName, methods } from "../../../sync/sample/methods.ts";
import { type SampleDirectory, startSampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { discovery, problemsOf, problemsOfValue, type Schema } from "./discovery.ts";
import { type Got, openClient } from "./sample-client.ts";

let sample: SampleDirectory;
let ask: (path: string) => Promise<Got>;

/** Acme with one of everything that an answer can tell of. */
beforeAll(async () => {
  const company = sampleCompany();
  company.domains[0] = { domainName: "acme.example", isPrimary: true, verified: true, aliases: ["acme.test"] };
  edit.deleteUser(company, company.users[20]?.id ?? "");
  edit.renameUser(company, company.users[21]?.id ?? "", "renamed@acme.example");
  edit.renameGroup(company, "legal@acme.example", { email: "counsel@acme.example" });
  edit.archiveUser(company, company.users[22]?.id ?? "");
  const people = { givenName: "Some", familyName: "One" };
  edit.addUser(company, { ...people, primaryEmail: "guest@elsewhere.example", isGuestUser: true });
  edit.addUser(company, { ...people, primaryEmail: "unfinished@acme.example", unfinished: true });
  edit.addMember(company, "backend@acme.example", "unfinished@acme.example");
  sample = await startSampleDirectory({ company });
  ask = await openClient(sample);
});
afterAll(() => sample.close());

const mine = "customer=my_customer";
const team = "groups/backend@acme.example";

/** For every method what is asked of it, and a mask that cuts deep. */
const asked: Record<MethodName, { paths: string[]; mask: string }> = {
  "users.list": {
    paths: [`users?${mine}&maxResults=500`, `users?${mine}&showDeleted=true`, `users?${mine}&query=orgTitle=None`],
    mask: "nextPageToken,users(id,name/fullName)",
  },
  "users.get": { paths: ["users/admin@acme.example?", "users/guest@elsewhere.example?"], mask: "id,emails,name(givenName)" },
  "groups.list": { paths: [`groups?${mine}`, `groups?${mine}&maxResults=5`], mask: "groups/directMembersCount" },
  "groups.get": { paths: [`${team}?`, "groups/counsel@acme.example?"], mask: "kind,aliases" },
  "members.list": {
    paths: ["backend", "all-engineering", "partners", "everyone"].map((key) => `groups/${key}@acme.example/members?`),
    mask: "members(id,status)",
  },
  "members.get": {
    paths: [`${team}/members/unfinished@acme.example?`, "groups/partners@acme.example/members/someone@partner.example?"],
    mask: "email",
  },
  "members.hasMember": { paths: [`${team}/hasMember/admin@acme.example?`], mask: "isMember" },
  "domains.list": { paths: ["customer/my_customer/domains?"], mask: "domains(domainName,domainAliases/verified)" },
  "orgunits.list": {
    paths: ["?type=allIncludingParent", "?orgUnitPath=/Legal"].map((rest) => `customer/my_customer/orgunits${rest}`),
    mask: "organizationUnits/orgUnitPath",
  },
};

describe("every method of the sample", () => {
  it.each(methods.map(({ name }) => name))("%s answers as Google's document says, whole and masked", async (name) => {
    const { paths, mask } = asked[name];
    for (const path of paths) {
      for (const fields of [null, "*", mask]) {
        const { status, body } = await ask(fields === null ? path : `${path}&fields=${fields}`);
        expect(status).toBe(200);
        expect(problemsOf(name, { status, body, fields: fields === "*" ? null : fields })).toEqual([]);
        if (fields === mask) expect(body).not.toHaveProperty("etag");
      }
    }
  });

  it.each(methods)("$name has the path, the scopes, the parameters and the pages that Google's has", (method) => {
    const { path, scopes, parameters } = discovery.methods[method.name] ?? {};
    expect((path ?? "").replace(/\{\w+\}/g, "key")).toMatch(method.path);
    for (const scope of method.scopes) expect(scopes).toContain(`https://www.googleapis.com/auth/admin.directory.${scope}`);
    for (const name of method.parameters) expect(parameters).toHaveProperty([name, "location"], "query");
  });

  it.each(methods)("$name knows no field in a mask that Google's document does not have", ({ name, fields }) => {
    expect(unknownFields(fields, { $ref: discovery.methods[name]?.response }, "")).toEqual([]);
  });

  it("is in Google's document, and all that are there are in the sample", () => {
    expect(Object.keys(discovery.methods).sort()).toEqual(methods.map(({ name }) => name).sort());
    expect(discovery.revision).toBe("20260914");
  });
});

/** What a mask may name and the schema does not have. */
function unknownFields(fields: Fields, schema: Schema, at: string): string[] {
  const { properties = {} } = schemaOf(schema);
  return Object.entries(fields).flatMap(([name, below]) => {
    const property = properties[name];
    if (!property) return [`${at}${name}`];
    return below === null ? [] : unknownFields(below, schemaOf(property).items ?? property, `${at}${name}/`);
  });
}

function schemaOf(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (discovery.schemas[schema.$ref] ?? {});
}

describe("every error of the sample", () => {
  it.each(GoogleError.names)("%s has Google's shape", async (name) => {
    sample.faults.push({ kind: "refuse", error: name, times: 1 });
    const { status, body, text } = await ask(`users?${mine}`);
    expect(status).toBe(body.error.code);
    expect(problemsOf("users.list", { status, body, fields: null })).toEqual([]);
    expect(text).not.toContain("null");
  });

  const refusals: Record<MethodName, [path: string, status: number][]> = {
    "users.list": [
      ["users", 400],
      [`users?${mine}&maxResults=501`, 400],
      ["users?domain=other.example", 404],
    ],
    "users.get": [
      ["users/nobody@acme.example", 404],
      ["users/unfinished@acme.example", 412],
      ["users/%zz", 400],
    ],
    "groups.list": [[`groups?${mine}&userKey=admin@acme.example`, 400]],
    "groups.get": [
      ["groups/none@acme.example", 404],
      ["groups/club@partner.example", 403],
    ],
    "members.list": [["groups/none@acme.example/members", 404]],
    "members.get": [["groups/backend@acme.example/members/admin@acme.example", 404]],
    "members.hasMember": [["groups/partners@acme.example/hasMember/someone@partner.example", 400]],
    "domains.list": [["customer/C0other/domains", 403]],
    "orgunits.list": [["customer/my_customer/orgunits?orgUnitPath=/None", 404]],
  };
  it.each(methods.map(({ name }) => name))("%s refuses in Google's shape", async (name) => {
    for (const [path, expected] of refusals[name]) {
      const { status, body } = await ask(path);
      expect([path, status]).toEqual([path, expected]);
      expect(problemsOf(name, { status, body, fields: null })).toEqual([]);
    }
  });
});

describe("the check of an answer", () => {
  const group = { kind: "admin#directory#group", id: "0", email: "a@acme.example", directMembersCount: "1" };
  const list = { kind: "admin#directory#groups", groups: [group] };
  const isMasked = false;

  it("finds nothing wrong with what is as Google's", () => {
    expect(problemsOfValue({ $ref: "Groups" }, list, { at: "", isMasked })).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["a property that Google does not have", { ...list, size: 1 }, "Google has no property size."],
    ["such a one deep inside", { ...list, groups: [group, { ...group, size: 1 }] }, "Google has no property groups[1].size."],
    ["a number where an int64 is a string", { ...list, groups: [{ ...group, directMembersCount: 1 }] }, "format int64"],
    ["an int64 that is no number", { ...list, groups: [{ ...group, directMembersCount: "many" }] }, "format int64"],
    ["a text for a truth", { ...list, groups: [{ ...group, adminCreated: "true" }] }, "is true or false"],
    ["an object for a list", { ...list, groups: {} }, "groups is a list"],
    ["a list for an object", { ...list, groups: [[]] }, "groups[0] is an object"],
    ["an empty list", { ...list, groups: [] }, "absent where it would be empty"],
    ["a null", { ...list, groups: [{ ...group, name: null }] }, "groups[0].name is never null"],
    ["a list without its kind", { groups: [group] }, "of the kind admin#directory#groups, but says undefined"],
    ["an item of another kind", { ...list, groups: [{ ...group, kind: "admin#directory#user" }] }, "says admin#directory#user"],
    ["a text that was cut off", '{"kind":', "The body is an object"],
  ])("finds %s", (_, body, problem) => {
    expect(problemsOfValue({ $ref: "Groups" }, body, { at: "", isMasked })).toEqual([expect.stringContaining(problem)]);
  });

  it("misses no kind that a mask left out, and takes no wrong one", () => {
    expect(problemsOfValue({ $ref: "Groups" }, { groups: [{ id: "0" }] }, { at: "", isMasked: true })).toEqual([]);
    expect(problemsOfValue({ $ref: "Groups" }, { kind: "x" }, { at: "", isMasked: true })).toHaveLength(1);
  });

  it("finds a time that is none", () => {
    const user = { kind: "admin#directory#user", creationTime: "yesterday" };
    expect(problemsOfValue({ $ref: "User" }, user, { at: "", isMasked })).toEqual([expect.stringContaining("date-time")]);
  });

  it.each<[string, unknown, string]>([
    ["another code", { error: { code: 500, message: "m", errors: [part()] } }, "The code of the error is 500, its status 404."],
    ["no parts", { error: { code: 404, message: "m" } }, "The error has no errors."],
    ["no reason", { error: { code: 404, message: "m", errors: [{ ...part(), reason: "" }] } }, "An error has no reason."],
    ["the flat shape of the token endpoint", { error: "invalid_grant", error_description: "d" }, "error_description"],
    ["something of its own", { error: { code: 404, message: "m", errors: [part()], hint: "h" } }, "no hint in the error"],
  ])("finds an error with %s", (_, body, problem) => {
    expect(problemsOf("users.get", { status: 404, body, fields: null })).toContainEqual(expect.stringContaining(problem));
  });

  function part() {
    return { message: "m", domain: "global", reason: "notFound" };
  }
});
