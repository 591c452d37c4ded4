import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApplication, type NewApplication } from "../../../src/actions/applications/create-application.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { type AccessHouse, buildAccessHouse, holderOf, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterAll(() => house.close());

const create = (more: Partial<NewApplication>, actor?: Actor) =>
  house.act((work) => createApplication(work, { key: "app", name: "App", grantedToNewUsers: false, ...more }), actor);

describe("creating an application", () => {
  it("rule 7.2: makes its default group besides, and one event for both", async () => {
    const id = await create({
      key: "wiki",
      name: "Wiki",
      url: "https://wiki.acme.example",
      grantedToNewUsers: true,
      seatLimit: 5,
    });
    expect(
      await house.rows("SELECT `key`, name, url, grantedToNewUsers, seatLimit, seatsUsed FROM Application WHERE id = ?", [id]),
    ).toEqual([
      { key: "wiki", name: "Wiki", url: "https://wiki.acme.example/", grantedToNewUsers: 1, seatLimit: 5, seatsUsed: 0 },
    ]);
    const [group] = await house.rows<{ id: string }>(
      "SELECT o.id, o.name, g.role, g.isDefault FROM `Grant` g JOIN `Group` o ON o.id = g.groupId WHERE g.applicationId = ?",
      [id],
    );
    expect(group).toMatchObject({ name: "wiki-users", role: "USER", isDefault: 1 });
    expect((await house.trail()).last).toMatchObject({
      action: "applicationCreate",
      subjects: ["wiki: name - > Wiki: url - > https://wiki.acme.example/: seatLimit - > 5", "wiki-users: name - > wiki-users"],
      findable: [id, group?.id ?? ""].sort(),
    });
  });

  it("needs the scope ACCESS_WRITE and no other", async () => {
    expect(await refusalOf(create({ key: "mine" }, house.member))).toEqual(["FORBIDDEN"]);
    expect(await refusalOf(create({ key: "mine" }, holderOf("GROUPS_WRITE", "SITE_WRITE")))).toEqual(["FORBIDDEN"]);
    await create({ key: "mine" }, holderOf("ACCESS_WRITE"));
  });

  it("refuses a key that is taken, and one whose group's name is, and makes neither", async () => {
    await create({ key: "once" });
    expect(await refusalOf(create({ key: "once" }))).toEqual(["TAKEN input.key"]);
    await house.group("CRM-Users");
    expect(await refusalOf(create({ key: "crm" }))).toEqual(["TAKEN input.key"]);
    expect(await house.rows("SELECT id FROM Application WHERE `key` = 'crm'")).toEqual([]);
  });

  it("refuses everything that makes no sense at once", async () => {
    expect(await refusalOf(create({ key: "1st", name: " ", url: "javascript:alert(1)", seatLimit: 0 }))).toEqual([
      "INVALID input.key",
      "INVALID input.name",
      "INVALID input.seatLimit",
      "INVALID input.url",
    ]);
    for (const key of ["a", "Wiki", "a_b", "-a", `a${"b".repeat(40)}`, "wíki", "wiki\n"])
      expect(await refusalOf(create({ key }))).toEqual(["INVALID input.key"]);
    for (const url of [
      "wiki",
      "//wiki.example",
      "ftp://wiki.example",
      "https://me:secret@wiki.example",
      `https://x.example/${"y".repeat(1000)}`,
    ])
      expect(await refusalOf(create({ url }))).toEqual(["INVALID input.url"]);
    await create({ key: `a${"b".repeat(39)}` });
  });

  it("lets one of ten have a key that all want at the same moment", async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => create({ key: "wanted" })));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await house.rows("SELECT name FROM `Group` WHERE name = 'wanted-users'")).toHaveLength(1);
  });
});
