import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleCompany } from "../../../sync/sample/company.ts";
import * as edit from "../../../sync/sample/edit.ts";
import { type SampleDirectory, startSampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { type Got, openClient } from "./sample-client.ts";

let sample: SampleDirectory;
let ask: (path: string) => Promise<Got>;
/** By first name. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  const company = sampleCompany();
  const add = (givenName: string, familyName: string, primaryEmail: string, more: object = {}) => {
    ids[givenName] = edit.addUser(company, { givenName, familyName, primaryEmail, ...more }).id;
  };
  add("Quill", "O'Neil", "quill@acme.example", { aliases: ["q.alias@acme.example"], title: "Keeper of Old Maps" });
  add("Quilla", "Old Maps", "zquilla@acme.example", { archived: true });
  add("Quibble", "Quaver", "quibble@acme.example", { isGuestUser: true });
  edit.addGroup(company, { email: "quarry@acme.example", name: "Quarry Club" });
  edit.renameGroup(company, "quarry@acme.example", { email: "stones@acme.example" });
  edit.addMember(company, "quarry@acme.example", "quill@acme.example");
  edit.addMember(company, "legal@acme.example", "quarry@acme.example");
  sample = await startSampleDirectory({ company });
  ask = await openClient(sample);
});
afterAll(() => sample.close());

const mine = "customer=my_customer";
const invalid = { code: 400, message: "Invalid Input: query", errors: [{ reason: "invalid" }] };

describe("a query of users", () => {
  const find = async (query: string) =>
    ((await ask(`users?${mine}&query=${encodeURIComponent(query)}`)).body.users ?? []).map(({ id }) => id).sort();
  const named = (...names: string[]) => names.map((name) => ids[name]).sort();

  it.each([
    ["email=QUILL@acme.example", ["Quill"]],
    ["email='q.alias@acme.example'", ["Quill"]],
    ["email:qui*", ["Quill", "Quibble"]],
    ["givenName:Quil*", ["Quill", "Quilla"]],
    ["givenName=quill", ["Quill"]],
    ["familyName:o*neil", null],
    ["familyName='O\\'Neil'", ["Quill"]],
    ["name='Quilla Old Maps'", ["Quilla"]],
    ["name:'Old Maps'", ["Quilla"]],
    ["name:'Maps Old'", []],
    ["name:Qui*", null],
    ["orgTitle:'old maps'", ["Quill"]],
    ["orgTitle='Old Maps'", []],
    ["givenName:Qui* isArchived=true", ["Quilla"]],
    ["givenName:Qui* isGuest=True", ["Quibble"]],
    ["givenName:Qui* isEnrolledIn2Sv=true", []],
    ["isSuspended:true", null],
    ["manager='quill@acme.example'", null],
    ["constructor=x", null],
  ])("%s", async (query, expected) => {
    if (expected === null) {
      expect((await ask(`users?${mine}&query=${encodeURIComponent(query)}`)).body.error).toMatchObject(invalid);
    } else expect(await find(query)).toEqual(named(...expected));
  });
});

describe("groups.list", () => {
  const find = async (asked: string) => ((await ask(`groups?${asked}`)).body.groups ?? []).map(({ email }) => email);
  const byQuery = (query: string) => find(`${mine}&query=${encodeURIComponent(query)}`);

  it.each([
    ["email=STONES@acme.example", ["stones@acme.example"]],
    ["email=quarry@acme.example", ["stones@acme.example"]],
    ["email:sales-a*", ["sales-americas@acme.example", "sales-apac@acme.example"]],
    ["name='quarry club'", ["stones@acme.example"]],
    ["name:qua*", ["stones@acme.example"]],
    ["memberKey=C01acme00", ["everyone@acme.example"]],
    ["memberKey=someone@partner.example", ["partners@acme.example"]],
    ["memberKey=stones@acme.example", ["legal@acme.example"]],
    ["memberKey=quill@acme.example", ["stones@acme.example"]],
    ["memberKey=nobody@acme.example", []],
  ])("finds by %s", async (query, expected) => {
    expect(await byQuery(query)).toEqual(expected);
  });

  it.each(["name:qu*", "name:club", "memberKey=quill@acme.example name=x", "description=x"])("refuses %s", async (query) => {
    expect((await ask(`groups?${mine}&query=${encodeURIComponent(query)}`)).body.error).toMatchObject(invalid);
  });

  it("gives the groups that somebody is directly in, and nobody else's", async () => {
    for (const key of ["quill@acme.example", ids.Quill, "q.alias@acme.example"]) {
      expect(await find(`userKey=${key}`)).toEqual(["stones@acme.example"]);
    }
    expect(await find("userKey=quibble@acme.example")).toEqual([]);
    expect(await find("userKey=quill@acme.example&domain=acme-labs.example")).toEqual([]);
    expect((await ask("groups?userKey=nobody@acme.example")).status).toBe(404);
  });

  it("orders by address, either way, and by nothing else", async () => {
    const ascending = await find(`${mine}&orderBy=email`);
    expect(ascending).toEqual(ascending.toSorted());
    expect(ascending).toHaveLength(26);
    expect(await find(`${mine}&orderBy=email&sortOrder=DESCENDING`)).toEqual(ascending.toReversed());
    expect((await ask(`groups?${mine}&orderBy=name`)).status).toBe(400);
  });
});
