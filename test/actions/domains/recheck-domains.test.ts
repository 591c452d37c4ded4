import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addDomain } from "../../../src/actions/domains/add-domain.ts";
import { proveDomains } from "../../../src/actions/domains/prove-domains.ts";
import { recheckDomains } from "../../../src/actions/domains/recheck-domains.ts";
import { verifyDomain } from "../../../src/actions/domains/verify-domain.ts";
import type { Sighting } from "../../../src/model/domain-proof.ts";
import type { Domain } from "../../../src/model/entities.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";
import { seen } from "../../support/sightings.ts";

let house: PeopleHouse;
beforeEach(async () => {
  house = await buildPeopleHouse();
});
afterEach(() => house.close());

const day = 24 * 60 * 60 * 1000;

async function own(name: string, by: Sighting = seen.record): Promise<string> {
  const id = await house.act((work) => addDomain(work, { name }));
  await house.act((work) => verifyDomain(work, { id: publicId("Domain", id), sighting: by }));
  return id;
}
const recheck = (looks: Record<string, Sighting>) =>
  house.act(
    (work) =>
      recheckDomains(
        work,
        Object.entries(looks).map(([id, sighting]) => ({ id, sighting })),
      ),
    house.operator,
  );
const rowOf = async (id: string) => (await house.rows<Domain>("SELECT * FROM Domain WHERE id = ?", [id]))[0];
/** Moves back the moment since when a domain's proof is missing. */
const missSince = (id: string, ago: number) =>
  house.write("UPDATE Domain SET missingSince = ? WHERE id = ?", [new Date(Date.now() - ago).toISOString(), id]);
const subjectsTo = async (email: string) => (await house.lettersTo(email)).map(({ subject }) => subject);
const admin = "admin@acme.example";

describe("rule 8.3: a domain whose proof is gone", () => {
  it("is noted, and the admins, nobody else, are told in time what to publish", async () => {
    const manager = await house.joinByLink("manager2@gone.example", "MANAGER");
    await house.invite("second@gone.example", { role: "ADMIN" });
    const id = await own("gone.example");
    await recheck({ [id]: seen.nothing });
    const row = await rowOf(id);
    expect(row).toMatchObject({ status: "VERIFIED", missingSince: row?.lastCheckedAt });
    const [letter] = await house.lettersTo(admin);
    expect(letter?.subject).toBe("The proof of gone.example is missing at Acme");
    // Something unseen in a domain keeps mail programs from making a link of it.
    expect(letter?.text.replaceAll("\u200c", "")).toContain(`gone.example: gatehouse-verification=${row?.token}`);
    for (const other of [manager.label, "second@gone.example"]) expect(await subjectsTo(other)).toEqual([]);
    expect((await house.trail()).last).toMatchObject({
      action: "domainRecheck",
      actor: "operator",
      subjects: [`gone.example: missingSince - > ${row?.missingSince}`],
      findable: [id],
    });
  });

  it("lapses after 7 days and not before; then its accounts are no longer managed, and the admins are told", async () => {
    await house.joinByLink("ada@gone.example");
    const id = await own("gone.example");
    await recheck({ [id]: seen.nothing });
    await missSince(id, 7 * day - 60_000);
    const { size } = await house.trail();
    await recheck({ [id]: seen.nothing });
    expect(await rowOf(id)).toMatchObject({ status: "VERIFIED" });
    expect((await house.trail()).size).toBe(size);

    await missSince(id, 7 * day);
    await recheck({ [id]: seen.nothing });
    expect(await rowOf(id)).toMatchObject({ status: "LAPSED", verifiedKey: null, missingSince: null });
    expect((await house.trail()).last).toMatchObject({
      action: "domainRecheck",
      subjects: ["gone.example: status VERIFIED > LAPSED"],
    });
    expect(await subjectsTo(admin)).toEqual([
      "The proof of gone.example is missing at Acme",
      "gone.example is no longer verified at Acme",
    ]);
    expect(await subjectsTo("ada@gone.example")).toEqual([]);
  });

  it("is free for another site once it lapsed, and can be verified again while it is", async () => {
    const id = await own("gone.example");
    await missSince(id, 8 * day);
    await recheck({ [id]: seen.nothing });
    const theirs = await house.elsewhere.act((work) => addDomain(work, { name: "gone.example" }));
    await house.act((work) => verifyDomain(work, { id: publicId("Domain", id), sighting: seen.file }));
    expect(await rowOf(id)).toMatchObject({ status: "VERIFIED", provedBy: "FILE" });
    const verifyTheirs = () =>
      house.elsewhere.act((work) => verifyDomain(work, { id: publicId("Domain", theirs), sighting: seen.record }));
    expect(await refusalOf(verifyTheirs())).toEqual(["TAKEN input.id"]);
    await missSince(id, 8 * day);
    await recheck({ [id]: seen.nothing });
    expect(await verifyTheirs()).toBe(theirs);
  });

  it("starts anew when the proof is back, in whichever place", async () => {
    const id = await own("back.example");
    await missSince(id, 6 * day);
    await recheck({ [id]: seen.file });
    expect(await rowOf(id)).toMatchObject({ status: "VERIFIED", missingSince: null, provedBy: "FILE" });
    expect((await house.trail()).last.subjects).toEqual([expect.stringMatching(/^back\.example: missingSince \S+ > -$/)]);
    await recheck({ [id]: seen.nothing });
    await missSince(id, 6 * day);
    await house.act((work) => verifyDomain(work, { id: publicId("Domain", id), sighting: seen.record }));
    expect(await rowOf(id)).toMatchObject({ status: "VERIFIED", missingSince: null, provedBy: "RECORD" });
  });
});

describe("rule 8.3: a look without a definite answer", () => {
  it("has no consequence, however long the proof was missing before", async () => {
    const id = await own("quiet.example");
    await missSince(id, 30 * day);
    const before = await house.everything();
    await recheck({ [id]: seen.silence });
    await recheck({ [id]: seen.noFile });
    expect(await house.everything()).toBe(before);
  });

  it("is told by the place where the proof was last: a silent web server keeps no domain that was proved by record, nor the other way round", async () => {
    const [byRecord, byFile] = [await own("record.example"), await own("file.example", seen.file)];
    await recheck({ [byRecord]: seen.noRecord, [byFile]: seen.noFile });
    for (const id of [byRecord, byFile]) expect((await rowOf(id))?.missingSince).not.toBeNull();
    const other = [await own("record2.example"), await own("file2.example", seen.file)];
    await recheck({ [other[0] ?? ""]: seen.noFile, [other[1] ?? ""]: seen.noRecord });
    for (const id of other) expect(await rowOf(id)).toMatchObject({ missingSince: null });
  });
});

describe("the daily check", () => {
  it("leaves no trail where all is well, but says when it was", async () => {
    const id = await own("well.example");
    await house.write("UPDATE Domain SET lastCheckedAt = '2026-01-01T00:00:00.000Z'");
    const { size } = await house.trail();
    await recheck({ [id]: seen.record });
    expect((await rowOf(id))?.lastCheckedAt).not.toBe("2026-01-01T00:00:00.000Z");
    expect((await house.trail()).size).toBe(size);
  });

  it("passes over what a directory vouches for, what is not verified, and another site's", async () => {
    await house.act((work) => proveDomains(work, { directoryId: newId(), listed: ["synced.example"], named: [] }), house.hand);
    const pending = await house.act((work) => addDomain(work, { name: "pending.example" }));
    const theirs = await house.elsewhere.act((work) => addDomain(work, { name: "theirs.example" }));
    await house.elsewhere.act((work) => verifyDomain(work, { id: publicId("Domain", theirs), sighting: seen.record }));
    const before = await house.everything();
    const [synced] = await house.rows<{ id: string }>("SELECT id FROM Domain WHERE name = 'synced.example'");
    await recheck({ [synced?.id ?? ""]: seen.nothing, [pending]: seen.nothing, [theirs]: seen.nothing, [newId()]: seen.nothing });
    expect(await house.everything()).toBe(before);
  });

  it("tells of several domains in one letter and one event", async () => {
    const ids = [await own("a.example"), await own("b.example")];
    const { size } = await house.trail();
    await recheck(Object.fromEntries(ids.map((id) => [id, seen.nothing])));
    expect(await subjectsTo(admin)).toEqual([
      expect.stringMatching(/^The proof of (a\.example, b|b\.example, a)\.example is missing/),
    ]);
    expect(await house.trail()).toMatchObject({ size: size + 1, last: { count: 2 } });
  });

  it("lets a domain lapse once, and writes once, when two instances see it at the same moment", async () => {
    const id = await own("race.example");
    await missSince(id, 8 * day);
    await Promise.all([recheck({ [id]: seen.nothing }), recheck({ [id]: seen.nothing }), recheck({ [id]: seen.nothing })]);
    expect(await subjectsTo(admin)).toEqual(["race.example is no longer verified at Acme"]);
  });

  it("is not for who may not manage domains", async () => {
    const act = house.act((work) => recheckDomains(work, []), house.manager);
    expect(await refusalOf(act)).toEqual(["FORBIDDEN"]);
  });
});
