import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDomain } from "../../src/actions/domains/add-domain.ts";
import { verifyDomain } from "../../src/actions/domains/verify-domain.ts";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { createProofFinder } from "../../src/domains/proof-finder.ts";
import type { LookForProof } from "../../src/model/domain-proof.ts";
import { publicId } from "../../src/model/id.ts";
import type { Scope } from "../../src/model/scope.ts";
import { type DnsServer, startDnsServer } from "../support/dns-server.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildPeopleHouse, type PeopleHouse } from "../support/people-house.ts";
import { createAuthority, type ProofServer, startProofServer } from "../support/proof-server.ts";
import { seen } from "../support/sightings.ts";

let house: PeopleHouse;
let gateway: TestGateway;
let dns: DnsServer;
let web: ProofServer;
/** What the web server of every domain answers. */
let page = "";
/** What looks for proofs, as long as a test wants no other. */
let lookForProof: LookForProof;
let token = "";

interface Shown {
  id: string;
  name: string;
  status: string;
  dnsRecord: { name: string; value: string };
  httpsFile: { url: string; content: string };
}
interface Payload {
  domain: Shown | null;
  deletedId: string | null;
  userErrors: { code: string; message: string; path: string[] }[];
}

beforeAll(async () => {
  house = await buildPeopleHouse();
  dns = await startDnsServer();
  const authority = await createAuthority();
  web = await startProofServer(await authority.certify(["file.example"]), (_request, response) => void response.end(page));
  const options = { dnsServer: dns.address, privateAddresses: "allow", httpsPort: web.port, ca: authority.ca } as const;
  lookForProof = createProofFinder(options).look;
  gateway = await openGateway(house, "jit", { lookForProof: (claim) => lookForProof(claim) });
  token = await tokenWith("DOMAINS_READ", "DOMAINS_WRITE", "DIRECTORIES_READ");
});
afterAll(async () => {
  await gateway.server.close();
  await web.close();
  await dns.close();
  await house.close();
});

const tokenWith = async (...scopes: Scope[]) =>
  (await house.act((work) => createApiToken(work, { name: "Script", scopes }), house.operator)).secret;
const shown = "id name status dnsRecord { name value } httpsFile { url content }";
const changed = async (mutation: string, input: object, who: string | null = token) => {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1);
  const result = mutation === "domainRemove" ? "deletedId" : `domain { ${shown} }`;
  const query = `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${result} userErrors { code message path } } }`;
  const { data, errors } = await gateway.ask(query, { input }, who);
  return { payload: (data?.[mutation] ?? null) as Payload | null, errors: errors?.map(({ extensions }) => extensions.code) }; // as: what was selected
};
const add = async (name: string): Promise<Shown> => {
  const { payload } = await changed("domainAdd", { name });
  if (!payload?.domain) throw new Error(JSON.stringify(payload));
  return payload.domain;
};
const verify = (id: string) => changed("domainVerify", { id });

describe("domains, through GraphQL", () => {
  it("rule 8.1: are added, proved by record, listed and removed", async () => {
    const added = await add("Record.EXAMPLE");
    const value = added.dnsRecord.value;
    expect(value).toMatch(/^gatehouse-verification=[0-9a-f]{40}$/);
    expect(added).toEqual({
      id: expect.stringMatching(/^dom_/),
      name: "record.example",
      status: "PENDING",
      dnsRecord: { name: "record.example", value },
      httpsFile: { url: "https://record.example/.well-known/gatehouse-verification.txt", content: value },
    });
    expect((await verify(added.id)).payload).toMatchObject({
      domain: null,
      userErrors: [{ code: "PROOF_NOT_FOUND", path: ["input", "id"], message: expect.stringContaining("no TXT record") }],
    });
    dns.txt("record.example", "unrelated", [value.slice(0, 20), value.slice(20)]);
    expect((await verify(added.id)).payload).toEqual({ domain: { ...added, status: "VERIFIED" }, userErrors: [] });
    const { data } = await gateway.ask("{ domains { name status } }", {}, token);
    expect(data.domains).toContainEqual({ name: "record.example", status: "VERIFIED" });
    expect((await changed("domainRemove", { id: added.id, dryRun: true })).payload).toEqual({ deletedId: null, userErrors: [] });
    expect((await changed("domainRemove", { id: added.id })).payload).toEqual({ deletedId: added.id, userErrors: [] });
    expect((await verify(added.id)).payload?.userErrors).toMatchObject([{ code: "NOT_FOUND" }]);
  });

  it("rule 8.1: are proved by file, over a checked connection", async () => {
    const { id, httpsFile } = await add("file.example");
    dns.addresses("file.example", ["127.0.0.1"]);
    page = "something else";
    expect((await verify(id)).payload?.userErrors).toMatchObject([{ code: "PROOF_NOT_FOUND" }]);
    page = `${httpsFile.content}\n`;
    expect((await verify(id)).payload).toMatchObject({ domain: { status: "VERIFIED" }, userErrors: [] });
  });

  it("rule 8.2: refuses a public domain, and one that is no domain", async () => {
    expect((await changed("domainAdd", { name: "gmail.com" })).payload).toMatchObject({
      domain: null,
      userErrors: [{ code: "PUBLIC_DOMAIN", path: ["input", "name"] }],
    });
    expect((await changed("domainAdd", { name: "acme" })).payload?.userErrors).toMatchObject([{ code: "INVALID" }]);
  });

  it("count the accounts that verifying lets admins manage, and no others", async () => {
    await house.joinByLink("ada@count.example");
    await house.joinByLink("grace@count.example");
    await house.joinByLink("alan@sub.count.example");
    await house.joinByLink("count.example@other.example");
    await house.invite("invited@count.example");
    await add("count.example");
    await add("none.example");
    const { data } = await gateway.ask("{ domains { name n: accountCount m: accountCount directory { id } } }", {}, token);
    expect(data.domains).toEqual(
      expect.arrayContaining([
        { name: "count.example", n: 2, m: 2, directory: null },
        { name: "none.example", n: 0, m: 0, directory: null },
      ]),
    );
  });

  it("are found as nodes by who may read them", async () => {
    const { id } = await add("node.example");
    const read = async (who: string) =>
      (await gateway.ask(`query ($id: ID!) { node(id: $id) { __typename ... on Domain { name } } }`, { id }, who)).data.node;
    expect(await read(token)).toEqual({ __typename: "Domain", name: "node.example" });
    expect(await read(await tokenWith("USERS_READ"))).toBeNull();
  });

  it("need their scopes, and nothing is looked for by who has none", async () => {
    const { id } = await add("guarded.example");
    const [reader, nobody] = [await tokenWith("DOMAINS_READ"), await tokenWith("USERS_READ")];
    const before = dns.questions.length;
    for (const [mutation, input] of [
      ["domainAdd", { name: "x.example" }],
      ["domainVerify", { id }],
      ["domainRemove", { id }],
    ] as const) {
      expect(await changed(mutation, input, reader)).toEqual({ payload: null, errors: ["FORBIDDEN"] });
      expect((await changed(mutation, input, null)).payload).toBeNull();
    }
    expect(dns.questions.length).toBe(before);
    expect(await gateway.ask("{ domains { id } }", {}, nobody)).toMatchObject({
      data: { domains: null },
      errors: [{ extensions: { code: "FORBIDDEN" } }],
    });
  });

  it("are looked for outside of any transaction: others change things meanwhile, and a domain removed meanwhile is not verified", async () => {
    const [slow, gone] = [await add("slow.example"), await add("removed.example")];
    const waiting: (() => void)[] = [];
    const patient = lookForProof;
    lookForProof = () => new Promise((resolve) => waiting.push(() => resolve(seen.record)));
    try {
      const pending = [verify(slow.id), verify(gone.id)];
      await expect.poll(() => waiting.length).toBe(2);
      await changed("domainRemove", { id: gone.id });
      await add("meanwhile.example");
      for (const answer of waiting) answer();
      const [first, second] = await Promise.all(pending);
      expect(first?.payload?.userErrors).toEqual([]);
      expect(second?.payload?.userErrors).toMatchObject([{ code: "NOT_FOUND" }]);
    } finally {
      lookForProof = patient;
    }
  });

  it("rule 8.2: are not told whose they are", async () => {
    const { id, dnsRecord } = await add("owned.example");
    const theirs = await house.elsewhere.act((work) => addDomain(work, { name: "owned.example" }));
    await house.elsewhere.act((work) => verifyDomain(work, { id: publicId("Domain", theirs), sighting: seen.record }));
    expect((await verify(id)).payload?.userErrors).toMatchObject([{ code: "PROOF_NOT_FOUND" }]);
    dns.txt("owned.example", dnsRecord.value);
    const [refused] = (await verify(id)).payload?.userErrors ?? [];
    expect(refused).toMatchObject({ code: "TAKEN", path: ["input", "id"] });
    expect(refused?.message).not.toMatch(/elsewhere/i);
  });
});
