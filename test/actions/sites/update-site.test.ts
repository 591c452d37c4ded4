import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SiteUpdate, updateSite } from "../../../src/actions/sites/update-site.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId } from "../../../src/model/id.ts";
import { refusalOf } from "../../support/access-house.ts";
import { operator } from "../../support/house.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

const update = (change: SiteUpdate, actor?: Actor, options?: { rehearsal: boolean }) =>
  house.act((work) => updateSite(work, change), actor, options);
const site = async () => (await house.rows("SELECT name, invitationDays FROM Site WHERE id = ?", [house.siteId]))[0];

describe("changing a site", () => {
  it("renames it and sets how long invitations work, one by one or together, and leaves a trail", async () => {
    expect(await update({ name: " Acme Ltd " })).toBe(house.siteId);
    expect(await site()).toEqual({ name: "Acme Ltd", invitationDays: 30 });
    expect((await house.trail()).last).toEqual({
      action: "siteUpdate",
      actor: "admin@acme.example",
      count: 1,
      subjects: ["acme: name Acme > Acme Ltd"],
      findable: [house.siteId],
    });
    await update({ name: "Acme", invitationDays: 7 });
    expect(await site()).toEqual({ name: "Acme", invitationDays: 7 });
    expect((await house.trail()).last.subjects).toEqual(["acme: name Acme Ltd > Acme: invitationDays 30 > 7"]);
  });

  it("rule 2.7: leaves invitations that are out their end, and gives new ones another", async () => {
    await update({ invitationDays: 3 });
    const before = await house.invite("before@acme.example");
    await update({ invitationDays: 10 });
    const after = await house.invite("after@acme.example");
    const daysOf = async (userId: string) => {
      const [invitation] = await house.invitationsOf(userId);
      return (Date.parse(invitation?.expiresAt ?? "") - Date.parse(invitation?.createdAt ?? "")) / 86_400_000;
    };
    expect([await daysOf(before.userId), await daysOf(after.userId)]).toEqual([3, 10]);
  });

  it("changes nothing twice, and nothing when nothing is given", async () => {
    await update({ name: "Acme", invitationDays: 30 });
    const once = await house.everything();
    await update({ name: " Acme ", invitationDays: 30 });
    await update({});
    expect(await house.everything()).toBe(once);
  });

  it("refuses everything that makes no sense at once, and changes nothing", async () => {
    const before = await house.everything();
    for (const name of [null, "", " ", "a\nb", "x".repeat(101)])
      for (const invitationDays of [null, 0, -1, 366])
        expect(await refusalOf(update({ name, invitationDays }))).toEqual(["INVALID input.invitationDays", "INVALID input.name"]);
    expect(await house.everything()).toBe(before);
    for (const invitationDays of [1, 365]) await update({ invitationDays });
  });

  it("is an admin's alone", async () => {
    for (const actor of [house.manager, house.member, house.hand])
      expect(await refusalOf(update({ name: "Mine" }, actor))).toEqual(["FORBIDDEN"]);
  });

  it("refuses where there is no site", async () => {
    const nowhere = house.door.act({ siteId: newId(), actor: operator }, (work) => updateSite(work, { name: "Nowhere" }));
    expect(await refusalOf(nowhere)).toEqual(["NOT_FOUND"]);
  });

  it("tells in the trail what was before, of two changes at the same moment", async () => {
    await update({ name: "Start" });
    const { size } = await house.trail();
    await Promise.all(["One", "Two", "Three"].map((name) => update({ name })));
    const events = await house.rows<{ body: string }>("SELECT body FROM AuditEvent WHERE siteId = ? ORDER BY id", [house.siteId]);
    const steps = events.slice(size).map(({ body }) => JSON.parse(body)[0].changes[0] as { from: string; to: string }); // as: one field of one site
    const names = new Set(steps.map(({ from }) => from));
    expect(names.size).toBe(3);
    expect(names).toContain("Start");
  });

  it("changes nothing in a rehearsal", async () => {
    const before = await house.everything();
    await update({ name: "Dry" }, undefined, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});
