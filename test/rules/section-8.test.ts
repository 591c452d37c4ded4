import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProofFinder } from "../../src/domains/proof-finder.ts";
import { recheckAll } from "../../src/domains/recheck.ts";
import type { Sighting } from "../../src/model/domain-proof.ts";
import { type DnsServer, startDnsServer } from "../support/dns-server.ts";
import { type AskedSite, buildRuleHouse, type RuleHouse } from "../support/rule-house.ts";
import { codesOf, syncBy } from "../support/rule-words.ts";
import { seen } from "../support/sightings.ts";
import { quiet } from "../support/synced-house.ts";

let house: RuleHouse;
let acme: AskedSite;
let globex: AskedSite;
let dns: DnsServer;
/** What is to be seen of a domain; where nothing is said, what really looks for proofs looks. */
const sightings = new Map<string, Sighting>();

beforeAll(async () => {
  dns = await startDnsServer();
  const { look } = createProofFinder({ dnsServer: dns.address, privateAddresses: "refuse", httpsPort: 443 });
  const lookForProof: typeof look = async (claim) => sightings.get(claim.name) ?? look(claim);
  house = await buildRuleHouse({ domains: ["acme.example", "theirs.example"] }, { lookForProof });
  acme = house.acme;
  globex = await house.found("globex");
});
afterAll(async () => {
  await house.close();
  await dns.close();
});

interface Domain {
  id: string;
  status: string;
  dnsRecord: { name: string; value: string };
  httpsFile: { url: string; content: string };
}
const shown = "id status dnsRecord { name value } httpsFile { url content }";
const add = async (name: string, site = acme) =>
  (await site.succeed<{ domain: Domain }>("domainAdd", { name }, `domain { ${shown} }`)).domain;
const verify = (id: string, site = acme) => site.change<{ domain: Domain | null }>("domainVerify", { id }, "domain { status }");
const own = async (name: string, site = acme) => {
  sightings.set(name, seen.record);
  await verify((await add(name, site)).id, site);
};
const statusOf = async (name: string) => {
  const { domains } = await acme.query<{ domains: { name: string; status: string }[] }>("{ domains { name status } }");
  return domains.find((domain) => domain.name === name)?.status;
};
const userAt = async (email: string, selection: string, site = acme) => {
  const query = `query ($email: String!) { user(by: { email: $email }) { ${selection} } }`;
  return (await site.query<{ user: Record<string, unknown> | null }>(query, { email })).user;
};
/** The daily check, with so many days gone since the last, and since a proof was first missed. */
const checkAfter = async (days: number) => {
  const then = new Date(Date.now() - days * 86_400_000).toISOString();
  const transaction = await house.database.ground.begin();
  await transaction.write("UPDATE Domain SET lastCheckedAt = ?", [then]);
  await transaction.write("UPDATE Domain SET missingSince = ? WHERE missingSince IS NOT NULL", [then]);
  await transaction.commit();
  const finder = { look: async ({ name }: { name: string }) => sightings.get(name) ?? seen.record, hasDns: async () => true };
  await recheckAll({ door: house.door, finder, log: quiet });
};

describe("domains, through GraphQL", () => {
  it("rule 8.1: adding a domain gives a record and a file, and verifying looks for either", async () => {
    const { id, dnsRecord, httpsFile } = await add("record.example");
    expect(dnsRecord).toEqual({ name: "record.example", value: expect.stringMatching(/^gatehouse-verification=\S{20,}$/) });
    expect(httpsFile.url).toBe("https://record.example/.well-known/gatehouse-verification.txt");
    expect(codesOf(await verify(id))).toEqual(["PROOF_NOT_FOUND"]);
    dns.txt("record.example", dnsRecord.value);
    expect(await verify(id)).toMatchObject({ domain: { status: "VERIFIED" }, userErrors: [] });
    sightings.set("file.example", seen.file);
    expect(await verify((await add("file.example")).id)).toMatchObject({ domain: { status: "VERIFIED" }, userErrors: [] });
  });

  it.each([
    ["loopback.example", "127.0.0.1"],
    ["private.example", "10.1.2.3"],
    ["link-local.example", "169.254.169.254"],
    ["six.example", "::1"],
  ])("rule 8.1: the file of %s is not looked for at %s", async (name, address) => {
    dns.addresses(name, [address]);
    const { userErrors } = await verify((await add(name)).id);
    expect(userErrors).toMatchObject([{ code: "PROOF_NOT_FOUND", message: expect.stringMatching(/private|public/i) }]);
  });

  it.each(["gmail.com", "co.uk", "outlook.com"])("rule 8.2: nobody can claim %s", async (name) => {
    expect(codesOf(await acme.change("domainAdd", { name }, "domain { id }"))).toEqual(["PUBLIC_DOMAIN"]);
  });

  it("rule 8.2: a domain has one owner, and who it is stays untold", async () => {
    await own("owned.example", globex);
    const { id } = await add("owned.example");
    const { userErrors } = await verify(id);
    expect(userErrors).toMatchObject([{ code: "TAKEN" }]);
    expect(JSON.stringify(userErrors)).not.toMatch(/globex/i);
    expect(await statusOf("owned.example")).toBe("PENDING");
  });

  it("rule 8.3: a domain whose proof is gone for 7 days lapses, and its accounts are no longer managed", async () => {
    await own("gone.example");
    const { id } = await acme.join("ann@gone.example");
    expect(await acme.user(id, "managed")).toEqual({ managed: true });
    sightings.set("gone.example", seen.nothing);
    for (const [days, status] of [
      [1, "VERIFIED"],
      [6, "VERIFIED"],
      [7, "LAPSED"],
    ] as const) {
      await checkAfter(days);
      expect(await statusOf("gone.example")).toBe(status);
    }
    expect(await acme.user(id, "managed")).toEqual({ managed: false });
  });

  it("rule 8.4: a directory proves the domains that it lists, but another site's; guests are reported, not brought", async () => {
    await own("theirs.example", globex);
    house.script.domains = ["acme.example", "theirs.example", "unnamed.example"];
    house.script.person("u1", "own@acme.example");
    house.script.person("u2", "moved@theirs.example");
    house.script.person("u3", "guest@guests.example", { guest: true });
    expect(await statusOf("acme.example")).toBeUndefined();
    const id = await syncBy(house);
    expect(await statusOf("acme.example")).toBe("VERIFIED");
    expect([await statusOf("theirs.example"), await statusOf("unnamed.example")]).toEqual([undefined, undefined]);
    expect(await userAt("own@acme.example", "managed synced")).toEqual({ managed: true, synced: true });
    expect(await userAt("moved@theirs.example", "managed synced")).toEqual({ managed: false, synced: true });
    expect(await userAt("guest@guests.example", "id")).toBeNull();
    const changes = "changes(filter: { statuses: [SKIPPED] }) { nodes { subjectLabel failure } }";
    const query = `query ($id: ID!) { node(id: $id) { ... on SyncRun { ${changes} } } }`;
    expect(await acme.query(query, { id })).toMatchObject({
      node: { changes: { nodes: [{ subjectLabel: "guest@guests.example" }] } },
    });
  });

  it("rule 8.5: adding and verifying change no account, and write no letter", async () => {
    const { id } = await acme.join("ann@quiet.example");
    const selection = "email fullName username role status synced version";
    const before = await acme.user(id, selection);
    const letters = await house.rows("SELECT id FROM Letter");
    await own("quiet.example");
    expect(await acme.user(id, selection)).toEqual(before);
    expect(await acme.user(id, "managed")).toEqual({ managed: true });
    expect(await house.rows("SELECT id FROM Letter")).toEqual(letters);
  });
});
