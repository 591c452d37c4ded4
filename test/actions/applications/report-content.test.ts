import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deleteUsers } from "../../../src/actions/users/delete-users.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { holderOf, refusalOf } from "../../support/access-house.ts";
import { contentAt, report, speakerOf } from "../../support/content.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

let house: PeopleHouse;
let wiki: { id: string; key: string };
let code: { id: string; key: string };
beforeAll(async () => {
  house = await buildPeopleHouse();
  wiki = { key: "wiki", ...(await house.application("wiki", { name: "Wiki" })) };
  code = { key: "code", ...(await house.application("code", { name: "Code" })) };
});
afterAll(() => house.close());

describe("reporting content", () => {
  it("rule 5.3: keeps how much there is now, of each application and kind, and leaves one event for the report", async () => {
    const [ann = "", bob = ""] = await house.people(2);
    const items = [
      { user: { id: ann }, kind: "AUTHORED" as const, count: 3 },
      { user: { id: ann }, kind: "EDITED" as const, count: 1 },
      { user: { id: bob }, kind: "AUTHORED" as const, count: 0 },
    ];
    expect(await report(house, wiki, items)).toBe(3);
    await report(house, code, [{ user: { id: ann }, kind: "AUTHORED", count: 7 }]);
    await report(house, wiki, [{ user: { id: ann }, kind: "AUTHORED", count: 2 }]);
    expect(await contentAt(house, ann)).toEqual(["code AUTHORED 7", "wiki AUTHORED 2", "wiki EDITED 1"]);
    expect(await contentAt(house, bob)).toEqual([]);
    expect((await house.trail()).last).toEqual({
      action: "contentReport",
      actor: "script",
      count: 2,
      subjects: ["wiki", "p0001@acme.example: AUTHORED 3 > 2"],
      findable: [ann, wiki.id].map((id) => id.slice(4)).sort(),
    });
    await report(house, wiki, [
      { user: { id: ann }, kind: "AUTHORED", count: 0 },
      { user: { id: ann }, kind: "EDITED", count: 0 },
    ]);
    expect(await contentAt(house, ann)).toEqual(["code AUTHORED 7"]);
  });

  it("names users by id, email, username or external ID, in whatever spelling", async () => {
    const { userId } = await house.invite("named@acme.example");
    await house.act((work) => updateUser(work, { id: userId, externalId: "E77" }));
    const ways = [{ id: userId }, { email: " Named@ACME.example" }, { username: "NAMED" }, { externalId: "E77" }];
    for (const [index, user] of ways.entries()) {
      await report(house, wiki, [{ user, kind: "COMMENTED", count: index + 1 }]);
      expect(await contentAt(house, userId)).toEqual([`wiki COMMENTED ${index + 1}`]);
    }
  });

  it("moves the last visit forward only, never past now, and counts no version", async () => {
    const { userId } = await house.invite("seen@acme.example");
    const seen = async () => (await house.userAt("seen@acme.example")).lastActiveAt;
    await report(house, wiki, [{ user: { id: userId }, lastActiveAt: "2026-03-01T10:00:00+01:00" }]);
    expect(await seen()).toBe("2026-03-01T09:00:00.000Z");
    await report(house, wiki, [{ user: { id: userId }, lastActiveAt: "2026-02-01T10:00:00Z" }]);
    expect(await seen()).toBe("2026-03-01T09:00:00.000Z");
    await report(house, wiki, [{ user: { id: userId }, lastActiveAt: new Date(Date.now() + 60_000).toISOString() }]);
    expect(Date.parse(await seen())).toBeLessThanOrEqual(Date.now());
    expect(await house.userAt("seen@acme.example")).toMatchObject({ version: 1 });
  });

  it("changes nothing twice", async () => {
    const [ann = ""] = await house.people(1);
    const items = [{ user: { id: ann }, kind: "REPORTED" as const, count: 3, lastActiveAt: "2026-03-01T10:00:00Z" }];
    await report(house, wiki, items);
    const before = await house.everything();
    expect(await report(house, wiki, items)).toBe(1);
    expect(await house.everything()).toBe(before);
  });

  it("takes 1000 items at once", async () => {
    const users = [...(await house.people(100)), ...(await house.people(100))];
    const kinds = ["REPORTED", "ASSIGNED", "COMMENTED", "AUTHORED", "EDITED"] as const;
    const items = users.flatMap((id, index) => kinds.map((kind) => ({ user: { id }, kind, count: index + 1 })));
    expect(await report(house, wiki, items)).toBe(1000);
    expect(await contentAt(house, users[199] ?? "")).toEqual([...kinds].sort().map((kind) => `wiki ${kind} 200`));
  });
});

describe("what a report is refused for", () => {
  it("rule 9.5: another application than the token's own, and nobody else reports at all", async () => {
    const [ann = ""] = await house.people(1);
    const items = [{ user: { id: ann }, kind: "EDITED" as const, count: 1 }];
    const before = await house.everything();
    for (const actor of [
      speakerOf(code.id),
      house.admin,
      house.manager,
      house.hand,
      holderOf("ACCESS_WRITE"),
      holderOf("CONTENT_WRITE"),
    ])
      expect(await refusalOf(report(house, wiki, items, actor))).toEqual(["FORBIDDEN input.applicationKey"]);
    expect(await house.everything()).toBe(before);
  });

  it("rule 1.1: an application or a user of another site, like those that never were", async () => {
    const before = await house.everything();
    for (const key of ["abroad", "nothing", "", "wïki", "wiki "])
      expect(await refusalOf(report(house, { ...wiki, key }, []))).toEqual(["NOT_FOUND input.applicationKey"]);
    const strangers = [
      { id: house.elsewhere.userId },
      { id: publicId("User", newId()) },
      { email: "foreign@elsewhere.example" },
      { email: "no address" },
      { username: "foreign" },
      { externalId: "" },
    ];
    const items = strangers.map((user) => ({ user, kind: "EDITED" as const, count: 1 }));
    expect(await refusalOf(report(house, wiki, items))).toEqual([
      "NOT_FOUND input.items.0.user.id",
      "NOT_FOUND input.items.1.user.id",
      "NOT_FOUND input.items.2.user.email",
      "NOT_FOUND input.items.3.user.email",
      "NOT_FOUND input.items.4.user.username",
      "NOT_FOUND input.items.5.user.externalId",
    ]);
    expect(await house.everything()).toBe(before);
  });

  it("every fault at once, each at its path, and changes nothing", async () => {
    const [ann = "", bob = ""] = await house.people(2);
    const before = await house.everything();
    const items = [
      { user: { id: ann }, kind: "EDITED" as const, count: 1 },
      { user: { email: "p0001@acme.example" } },
      { user: { id: bob }, kind: "EDITED" as const },
      { user: { id: bob }, count: 4 },
      { user: { id: bob }, kind: "REPORTED" as const, count: -1 },
      { user: { id: bob }, lastActiveAt: new Date(Date.now() + 3_600_000).toISOString() },
      { user: { id: ann }, kind: "EDITED" as const, count: 2 },
    ];
    expect(await refusalOf(report(house, wiki, items))).toEqual([
      "INVALID input.items.1",
      "INVALID input.items.2.count",
      "INVALID input.items.3.kind",
      "INVALID input.items.4.count",
      "INVALID input.items.5.lastActiveAt",
      "INVALID input.items.6.kind",
    ]);
    expect(await refusalOf(report(house, wiki, []))).toEqual(["INVALID input.items"]);
    expect(await house.everything()).toBe(before);
  });

  it("rule 5.3: of a report and a deletion at the same moment one is refused", async () => {
    for (let round = 0; round < 5; round++) {
      const [ann = ""] = await house.people(1);
      const [reported, deleted] = await Promise.allSettled([
        report(house, wiki, [{ user: { id: ann }, kind: "AUTHORED", count: 1 }]),
        house.act((work) => deleteUsers(work, { ids: [ann] })),
      ]);
      expect([reported.status, deleted.status].sort()).toEqual(["fulfilled", "rejected"]);
      const left = await house.rows("SELECT id FROM User WHERE id = ?", [ann.slice(4)]);
      expect(await contentAt(house, ann)).toHaveLength(left.length);
    }
  });
});
