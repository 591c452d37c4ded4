import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addDomain } from "../../src/actions/domains/add-domain.ts";
import { verifyDomain } from "../../src/actions/domains/verify-domain.ts";
import { createProofFinder, type ProofFinder } from "../../src/domains/proof-finder.ts";
import { type RecheckLog, recheckAll } from "../../src/domains/recheck.ts";
import { startRechecks } from "../../src/domains/recheck-schedule.ts";
import { proofText } from "../../src/model/domain-proof.ts";
import type { Domain } from "../../src/model/entities.ts";
import { publicId } from "../../src/model/id.ts";
import type { Work } from "../../src/work/work.ts";
import { type DnsServer, startDnsServer } from "../support/dns-server.ts";
import { buildPeopleHouse, type PeopleHouse } from "../support/people-house.ts";
import { seen } from "../support/sightings.ts";

let house: PeopleHouse;
let dns: DnsServer;
let finder: ProofFinder;
let warnings: string[];
const log: RecheckLog = {
  info: () => undefined,
  warn: (_fields, message) => void warnings.push(message),
  error: (fields, message) => {
    throw new Error(message, { cause: fields });
  },
};
beforeEach(async () => {
  house = await buildPeopleHouse();
  dns = await startDnsServer();
  finder = createProofFinder({ dnsServer: dns.address, privateAddresses: "refuse", httpsPort: 443, patienceMs: 500 });
  warnings = [];
});
afterEach(async () => {
  await dns.close();
  await house.close();
});

const day = 24 * 60 * 60 * 1000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
type Act = <T>(change: (work: Work) => Promise<T>) => Promise<T>;

/** A domain that the site verified by record, which is still there, and has not been checked for days. */
async function own(name: string, act: Act = house.act): Promise<void> {
  const id = await act((work) => addDomain(work, { name }));
  await act((work) => verifyDomain(work, { id: publicId("Domain", id), sighting: seen.record }));
  await age(name);
  dns.txt(name, proofText((await rowOf(name)).token));
}
/** Makes a domain due; with `missingFor`, its proof has been missing for so many days. */
const age = (name: string, missingFor: number | null = null) =>
  house.write("UPDATE Domain SET lastCheckedAt = ?, missingSince = ? WHERE name = ?", [
    ago(3 * day),
    missingFor === null ? null : ago(missingFor * day),
    name,
  ]);
const rowOf = async (name: string): Promise<Domain> => {
  const [row] = await house.rows<Domain>("SELECT * FROM Domain WHERE name = ?", [name]);
  if (!row) throw new Error(`There is no domain ${name}`);
  return row;
};
const statesOf = async (...names: string[]) =>
  Promise.all(
    names.map(async (name) => {
      const { status, missingSince } = await rowOf(name);
      return missingSince === null ? status : `${status}, missing`;
    }),
  );
const recheck = () => recheckAll({ door: house.door, finder, log });

describe("rule 8.3: the daily look at verified domains", () => {
  it("sees what is there, what is gone, and what has been for 7 days, on every site", async () => {
    await own("there.example");
    await own("gone.example");
    await own("lapsing.example");
    await own("theirs.example", house.elsewhere.act);
    dns.forget("gone.example");
    dns.txt("lapsing.example", "gatehouse-verification=other");
    dns.forget("theirs.example");
    await age("lapsing.example", 7);
    await recheck();
    expect(await statesOf("there.example", "gone.example", "lapsing.example", "theirs.example")).toEqual([
      "VERIFIED",
      "VERIFIED, missing",
      "LAPSED",
      "VERIFIED, missing",
    ]);
    expect(warnings).toEqual([]);
  });

  it("lets the only domain that there is lapse, too", async () => {
    await own("only.example");
    dns.forget("only.example");
    await recheck();
    expect(await statesOf("only.example")).toEqual(["VERIFIED, missing"]);
    await age("only.example", 7);
    await recheck();
    expect(await statesOf("only.example")).toEqual(["LAPSED"]);
  });

  it("asks for nothing that was checked today, is not verified, or that a directory vouches for", async () => {
    await own("today.example");
    await own("synced.example");
    await house.write("UPDATE Domain SET lastCheckedAt = ? WHERE name = 'today.example'", [ago(day / 2)]);
    await house.write("UPDATE Domain SET directoryId = '0123456789abcdefghjk' WHERE name = 'synced.example'");
    await house.act((work) => addDomain(work, { name: "pending.example" }));
    await recheck();
    expect(dns.questions).toEqual([]);
  });

  it("is made by one of many instances", async () => {
    await own("once.example");
    await Promise.all([recheck(), recheck(), recheck()]);
    await recheck();
    expect(dns.questions.filter((question) => question === "TXT once.example")).toHaveLength(1);
  });

  it("is made up for at the start, and is waited for at the end", async () => {
    await own("late.example");
    const before = (await rowOf("late.example")).lastCheckedAt;
    const rechecks = startRechecks({ door: house.door, finder, log });
    await expect.poll(async () => (await rowOf("late.example")).lastCheckedAt).not.toBe(before);
    await rechecks.stop();
    expect(await statesOf("late.example")).toEqual(["VERIFIED"]);
  });
});

describe("rule 8.3: an outage of ours lets nothing lapse", () => {
  beforeEach(async () => {
    for (const name of ["a.example", "b.example"]) await own(name);
    await own("theirs.example", house.elsewhere.act);
    for (const name of ["a.example", "b.example", "theirs.example"]) await age(name, 30);
  });
  const all = ["a.example", "b.example", "theirs.example"];
  const unchanged = all.map(() => "VERIFIED, missing");

  it.each(["SERVFAIL", "nothing at all"] as const)("when DNS answers %s", async (failure) => {
    for (const name of [...all, ""]) dns.fail(name, failure);
    await recheck();
    expect(await statesOf(...all)).toEqual(unchanged);
  });

  it("when DNS does not know the root of all names either", async () => {
    for (const name of [...all, ""]) dns.fail(name, "NXDOMAIN");
    await recheck();
    expect(await statesOf(...all)).toEqual(unchanged);
    expect(warnings).toEqual([expect.stringContaining("our DNS")]);
  });

  it("when DNS is not there", async () => {
    finder = createProofFinder({ dnsServer: "127.0.0.1:9", privateAddresses: "refuse", httpsPort: 443, patienceMs: 500 });
    await recheck();
    expect(await statesOf(...all)).toEqual(unchanged);
  });

  it("when every domain of several sites is gone on the same day", async () => {
    for (const name of all) {
      await age(name);
      dns.forget(name);
    }
    await recheck();
    expect(await statesOf(...all)).toEqual(all.map(() => "VERIFIED"));
    expect(warnings).toHaveLength(1);
    expect(await house.rows("SELECT id FROM Letter")).toEqual([]);
  });

  it("when the domain's own DNS fails: that says nothing of the others", async () => {
    dns.fail("a.example", "SERVFAIL");
    dns.forget("b.example");
    await recheck();
    expect(await statesOf(...all)).toEqual(["VERIFIED, missing", "LAPSED", "VERIFIED"]);
  });
});
