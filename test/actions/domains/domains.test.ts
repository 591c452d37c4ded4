import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDomain } from "../../../src/actions/domains/add-domain.ts";
import { proveDomains } from "../../../src/actions/domains/prove-domains.ts";
import { removeDomain } from "../../../src/actions/domains/remove-domain.ts";
import { verifyDomain } from "../../../src/actions/domains/verify-domain.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import type { Actor } from "../../../src/model/actor.ts";
import type { Sighting } from "../../../src/model/domain-proof.ts";
import type { Domain } from "../../../src/model/entities.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { holderOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";
import { seen } from "../../support/sightings.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

let made = 0;
const fresh = () => `d${++made}.example`;
const add = (name: string, actor?: Actor) => house.act((work) => addDomain(work, { name }), actor);
const verify = (id: string, sighting: Sighting | null = seen.record, actor?: Actor) =>
  house.act((work) => verifyDomain(work, { id: publicId("Domain", id), sighting }), actor);
const remove = (id: string, actor?: Actor) => house.act((work) => removeDomain(work, { id: publicId("Domain", id) }), actor);
const addElsewhere = (name: string) => house.elsewhere.act((work) => addDomain(work, { name }));
const verifyElsewhere = (id: string) =>
  house.elsewhere.act((work) => verifyDomain(work, { id: publicId("Domain", id), sighting: seen.record }));
const rowOf = async (id: string) => (await house.rows<Domain>("SELECT * FROM Domain WHERE id = ?", [id]))[0];
/** What must not change when a domain is added or verified (rule 8.5). */
const people = async () =>
  JSON.stringify([await house.rows("SELECT * FROM Account ORDER BY id"), await house.rows("SELECT * FROM User ORDER BY id")]);
const letters = () => house.rows("SELECT id FROM Letter");

describe("adding a domain", () => {
  it("rule 8.1: claims it with a proof of its own, and leaves a trail", async () => {
    const name = fresh();
    const id = await add(`  ${name.toUpperCase()} `);
    const row = await rowOf(id);
    expect(row).toMatchObject({
      name,
      status: "PENDING",
      verifiedKey: null,
      provedBy: null,
      directoryId: null,
      verifiedAt: null,
    });
    expect(row?.token).toMatch(/^[0-9a-f]{40}$/);
    expect((await house.trail()).last).toMatchObject({
      action: "domainAdd",
      subjects: [`${name}: status - > PENDING`],
      findable: [id],
    });
    expect((await rowOf(await add(fresh())))?.token).not.toBe(row?.token);
  });

  it("keeps it in ASCII, however it is written", async () => {
    const id = await add("BÜCHER.example");
    expect(await rowOf(id)).toMatchObject({ name: "xn--bcher-kva.example" });
    expect(await add("bu\u0308cher.example")).toBe(id);
    expect(await add("xn--bcher-kva.example")).toBe(id);
  });

  it("does it once, however often and at whatever moment it is asked", async () => {
    const name = fresh();
    const { size } = await house.trail();
    const ids = new Set(await Promise.all(Array.from({ length: 6 }, () => add(name))));
    expect(ids.size).toBe(1);
    expect((await house.trail()).size).toBe(size + 1);
  });

  it("rule 8.2: refuses public mail domains and public suffixes", async () => {
    for (const name of ["gmail.com", "Outlook.com", "co.uk", "github.io", "web.de"])
      expect(await refusalOf(add(name)), name).toEqual(["PUBLIC_DOMAIN input.name"]);
  });

  it("refuses what is no domain", async () => {
    const wrong = [
      "",
      "acme",
      "a b.example",
      "https://acme.example",
      "ada@acme.example",
      "127.0.0.1",
      "[::1]",
      "*.acme.example",
      "acme..example",
      "-a.example",
      `${"a".repeat(64)}.example`,
      "a_b.example",
      "acme.example:8443",
      "x\u0000.example",
    ];
    const before = await house.everything();
    for (const name of wrong) expect(await refusalOf(add(name)), name).toEqual(["INVALID input.name"]);
    expect(await house.everything()).toBe(before);
  });

  it("refuses whom it should", async () => {
    for (const actor of [house.manager, house.member, holderOf("DOMAINS_READ"), house.hand])
      expect(await refusalOf(add(fresh(), actor))).toEqual(["FORBIDDEN"]);
    await add(fresh(), holderOf("DOMAINS_WRITE"));
  });

  it("says nothing of another site that claims or owns it", async () => {
    const name = fresh();
    await verifyElsewhere(await addElsewhere(name));
    const id = await add(name);
    expect(await rowOf(id)).toMatchObject({ status: "PENDING" });
    expect(await refusalOf(verify(id, seen.nothing))).toEqual(["PROOF_NOT_FOUND input.id"]);
  });
});

describe("verifying a domain", () => {
  it("makes it the site's, by record or file, and leaves a trail", async () => {
    for (const [sighting, provedBy] of [
      [seen.record, "RECORD"],
      [seen.file, "FILE"],
      [seen.both, "RECORD"],
    ] as const) {
      const name = fresh();
      const id = await add(name);
      expect(await verify(id, sighting)).toBe(id);
      const row = await rowOf(id);
      expect(row).toMatchObject({ status: "VERIFIED", provedBy, missingSince: null });
      expect(String(row?.verifiedKey)).toBe(name);
      expect(row?.verifiedAt).toBe(row?.lastCheckedAt);
      expect((await house.trail()).last).toMatchObject({
        action: "domainVerify",
        subjects: [`${name}: status PENDING > VERIFIED: provedBy - > ${provedBy}`],
      });
    }
  });

  it("rule 8.5: changes no account and writes no letter", async () => {
    await house.joinByLink("ada@quiet.example");
    const [before, lettersBefore] = [await people(), await letters()];
    await verify(await add("quiet.example"));
    expect(await people()).toBe(before);
    expect(await letters()).toEqual(lettersBefore);
  });

  it("is refused without a proof, says what was seen, and changes nothing", async () => {
    const id = await add(fresh());
    const before = await house.everything();
    for (const sighting of [seen.nothing, seen.silence, seen.noRecord, null])
      expect(await refusalOf(verify(id, sighting))).toEqual(["PROOF_NOT_FOUND input.id"]);
    await expect(verify(id, seen.noRecord)).rejects.toThrow("Neither proof was found. Gone. No answer.");
    expect(await house.everything()).toBe(before);
  });

  it("keeps a verified domain verified when its proof is not found: only the daily check lets it lapse", async () => {
    const id = await add(fresh());
    await verify(id);
    expect(await refusalOf(verify(id, seen.nothing))).toEqual(["PROOF_NOT_FOUND input.id"]);
    expect(await rowOf(id)).toMatchObject({ status: "VERIFIED" });
  });

  it("is done once, and twice is as once", async () => {
    const id = await add(fresh());
    const { size } = await house.trail();
    await Promise.all(Array.from({ length: 4 }, () => verify(id)));
    const row = await rowOf(id);
    await verify(id);
    expect(await rowOf(id)).toMatchObject({ verifiedAt: row?.verifiedAt, status: "VERIFIED" });
    expect((await house.trail()).size).toBe(size + 1);
  });

  it("rule 8.2: refuses one that another site owns, without saying whose it is, until it is removed there", async () => {
    const name = fresh();
    const id = await add(name);
    const theirs = await addElsewhere(name);
    await verifyElsewhere(theirs);
    expect(await refusalOf(verify(id))).toEqual(["TAKEN input.id"]);
    await expect(verify(id)).rejects.toThrow(/^Another site has verified this domain\. (?!.*Elsewhere)/);
    expect(await rowOf(id)).toMatchObject({ status: "PENDING", verifiedKey: null });
    await house.elsewhere.act((work) => removeDomain(work, { id: publicId("Domain", theirs) }));
    await verify(id);
    expect(await refusalOf(verifyElsewhere(await addElsewhere(name)))).toEqual(["TAKEN input.id"]);
  });

  it("rule 8.2: has one owner, whoever proves it at the same moment, by record or by a directory", async () => {
    for (let round = 0; round < 5; round++) {
      const name = fresh();
      const [mine, theirs] = [await add(name), await addElsewhere(name)];
      const directory: Actor = { ...house.hand };
      const results = await Promise.allSettled([
        verify(mine),
        verifyElsewhere(theirs),
        house.elsewhere.act((work) => proveDomains(work, { directoryId: newId(), listed: [name], named: [] }), directory),
        verify(mine),
        verifyElsewhere(theirs),
      ]);
      for (const result of results)
        if (result.status === "rejected") expect(await refusalOf(Promise.reject(result.reason))).toEqual(["TAKEN input.id"]);
      const owners = await house.rows("SELECT siteId FROM Domain WHERE name = ? AND status = 'VERIFIED'", [name]);
      expect(owners).toHaveLength(1);
    }
  });

  it("refuses whom it should, and what is not there", async () => {
    const id = await add(fresh());
    for (const actor of [house.manager, house.member, holderOf("DOMAINS_READ"), house.hand])
      expect(await refusalOf(verify(id, seen.record, actor))).toEqual(["FORBIDDEN"]);
    expect(await refusalOf(verify(newId()))).toEqual(["NOT_FOUND input.id"]);
    expect(await refusalOf(verify(await addElsewhere(fresh())))).toEqual(["NOT_FOUND input.id"]);
  });
});

describe("what a domain's status means for its accounts", () => {
  const rename = (userId: string) => house.act((work) => updateUser(work, { id: userId, fullName: `Renamed ${++made}` }));

  it("rules 4.1, 4.2: admins may edit accounts while it is verified, and not before or after", async () => {
    const { publicUserId } = await house.joinByLink("ada@status.example");
    const id = await add("status.example");
    const move = (email: string) => house.act((work) => updateUser(work, { id: publicUserId, email }));
    expect(await refusalOf(rename(publicUserId))).toEqual(["NOT_MANAGED input.fullName"]);
    await verify(id);
    await rename(publicUserId);
    expect(await refusalOf(move("ada@pending.example"))).toEqual(["NOT_MANAGED input.email"]);
    await add("pending.example");
    expect(await refusalOf(move("ada@pending.example"))).toEqual(["NOT_MANAGED input.email"]);
    await move("ada.l@status.example");
    await house.write("UPDATE Domain SET status = 'LAPSED', verifiedKey = NULL WHERE id = ?", [id]);
    expect(await refusalOf(rename(publicUserId))).toEqual(["NOT_MANAGED input.fullName"]);
    await verify(id);
    await rename(publicUserId);
    await remove(id);
    expect(await refusalOf(rename(publicUserId))).toEqual(["NOT_MANAGED input.fullName"]);
  });

  it("section 12: a verified domain does not cover its subdomains, nor its parent", async () => {
    const [below, above] = [await house.joinByLink("ada@sub.cover.example"), await house.joinByLink("ada@over.example")];
    await verify(await add("cover.example"));
    await verify(await add("sub.over.example"));
    for (const { publicUserId } of [below, above])
      expect(await refusalOf(rename(publicUserId))).toEqual(["NOT_MANAGED input.fullName"]);
    await verify(await add("sub.cover.example"));
    await rename(below.publicUserId);
  });
});

describe("removing a domain", () => {
  it("gives it up, leaves a trail, and changes no account", async () => {
    const name = fresh();
    const id = await add(name);
    await verify(id);
    const before = await people();
    expect(await remove(id)).toBe(id);
    expect(await rowOf(id)).toBeUndefined();
    expect(await people()).toBe(before);
    expect((await house.trail()).last).toMatchObject({
      action: "domainRemove",
      subjects: [`${name}: status VERIFIED > -`],
      findable: [id],
    });
  });

  it("gives another proof when it is claimed again, so that an old record proves nothing", async () => {
    const name = fresh();
    const id = await add(name);
    const token = (await rowOf(id))?.token;
    await remove(id);
    expect((await rowOf(await add(name)))?.token).not.toBe(token);
  });

  it("is done once, at whatever moment it is asked", async () => {
    const id = await add(fresh());
    const { size } = await house.trail();
    const results = await Promise.allSettled([remove(id), remove(id), remove(id)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await refusalOf(remove(id))).toEqual(["NOT_FOUND input.id"]);
    expect((await house.trail()).size).toBe(size + 1);
  });

  it("is never verified by who verifies it at the same moment, and leaves nothing behind", async () => {
    const id = await add(fresh());
    const [removed, verified] = await Promise.allSettled([remove(id), verify(id)]);
    expect(removed.status).toBe("fulfilled");
    if (verified.status === "rejected") expect(await refusalOf(Promise.reject(verified.reason))).toEqual(["NOT_FOUND input.id"]);
    expect(await rowOf(id)).toBeUndefined();
  });

  it("changes nothing when it is rehearsed", async () => {
    const id = await add(fresh());
    const before = await house.everything();
    await house.act((work) => removeDomain(work, { id: publicId("Domain", id) }), house.admin, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });

  it("refuses whom it should, and another site's", async () => {
    const id = await add(fresh());
    for (const actor of [house.manager, house.member, holderOf("DOMAINS_READ"), house.hand])
      expect(await refusalOf(remove(id, actor))).toEqual(["FORBIDDEN"]);
    expect(await refusalOf(remove(await addElsewhere(fresh())))).toEqual(["NOT_FOUND input.id"]);
  });
});

describe("rule 8.4: a directory", () => {
  it("proves a domain that was claimed or had lapsed, and keeps its proof to show", async () => {
    const [pending, lapsed] = [fresh(), fresh()];
    const ids = [await add(pending), await add(lapsed)];
    await house.write("UPDATE Domain SET status = 'LAPSED', provedBy = 'FILE' WHERE id = ?", [ids[1] ?? ""]);
    const directoryId = newId();
    await house.act(
      (work) => proveDomains(work, { directoryId, listed: [pending, lapsed, "new.example"], named: [] }),
      house.hand,
    );
    const rows = await house.rows<Domain>("SELECT * FROM Domain WHERE directoryId = ?", [directoryId]);
    expect(rows.map(({ status, provedBy, missingSince }) => ({ status, provedBy, missingSince }))).toEqual(
      Array.from({ length: 3 }, () => ({ status: "VERIFIED", provedBy: null, missingSince: null })),
    );
    for (const { token } of rows) expect(token).toMatch(/^[0-9a-f]{40}$/);
  });

  it("stays what proved it when its record is found besides", async () => {
    const name = fresh();
    const directoryId = newId();
    await house.act((work) => proveDomains(work, { directoryId, listed: [name], named: [] }), house.hand);
    const [{ id } = { id: "" }] = await house.rows<{ id: string }>("SELECT id FROM Domain WHERE name = ?", [name]);
    await verify(id);
    expect(await rowOf(id)).toMatchObject({ directoryId, provedBy: null, status: "VERIFIED" });
  });
});
