import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGroups, type NewGroup } from "../../../src/actions/groups/create-groups.ts";
import { newGroup } from "../../../src/actions/groups/new-group.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { Group } from "../../../src/model/entities.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import type { Work } from "../../../src/work/work.ts";
import { type AccessHouse, buildAccessHouse, driftOf, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterAll(() => house.close());

const create = (groups: NewGroup[], actor?: Actor) => house.act((work) => createGroups(work, groups), actor);
const groupCount = async () => (await house.rows("SELECT id FROM `Group`")).length;

describe("creating groups", () => {
  it("makes a group with members by hand, and leaves a trail that is found by each of them", async () => {
    const [ann = "", bob = ""] = await house.people(2);
    const [id = ""] = await create([{ name: " Red  Team ", description: "Paints\r\nred", memberIds: [ann, bob, ann] }]);
    expect(
      await house.rows("SELECT name, description, memberCount, version, directoryId FROM `Group` WHERE id = ?", [id]),
    ).toEqual([{ name: "Red  Team", description: "Paints\nred", memberCount: 2, version: 1, directoryId: null }]);
    expect(await house.membersOf(publicId("Group", id))).toEqual(["p0001@acme.example h", "p0002@acme.example h"]);
    expect((await house.trail()).last).toEqual({
      action: "groupCreate",
      actor: "admin@acme.example",
      count: 1,
      subjects: ["Red  Team: name - > Red  Team: members 0 > 2"],
      findable: [id, ann.slice(4), bob.slice(4)].sort(),
    });
  });

  it("rule 6.1: refuses a name that is another's but for case, white space or spelling of the same characters", async () => {
    await create([{ name: "Caf\u00e9 Straße" }]);
    for (const name of ["cafe\u0301 strasse", "CAFÉ  STRASSE", " Café Straße "])
      expect(await refusalOf(create([{ name, path: ["input"] }]))).toEqual(["TAKEN input.name"]);
    await create([{ name: "Cafe Strasse" }]);
  });

  it("makes all or none, and says everything that is wrong with each at its own path", async () => {
    const before = await groupCount();
    const groups = ["Blue", "blue", "", "x".repeat(101), "A\u202Eb"].map((name, at) => ({ name, path: ["groups", String(at)] }));
    expect(await refusalOf(create(groups))).toEqual([
      "INVALID groups.2.name",
      "INVALID groups.3.name",
      "INVALID groups.4.name",
      "TAKEN groups.1.name",
    ]);
    expect(await groupCount()).toBe(before);
  });

  it("tells of every group's strangers together with what else is wrong", async () => {
    const stranger = publicId("User", newId());
    const groups = [
      { name: "First", memberIds: [stranger], path: ["groups", "0"] },
      { name: "", path: ["groups", "1"] },
      { name: "Third", memberIds: ["nonsense", stranger], path: ["groups", "2"] },
    ];
    expect(await refusalOf(create(groups))).toEqual([
      "INVALID groups.1.name",
      "NOT_FOUND groups.0.memberIds.0",
      "NOT_FOUND groups.2.memberIds.0",
      "NOT_FOUND groups.2.memberIds.1",
    ]);
  });

  it("refuses members who are not on the site, at their place", async () => {
    const [ann = ""] = await house.people(1);
    const memberIds = [ann, publicId("User", newId()), "nonsense"];
    expect(await refusalOf(create([{ name: "Strangers", memberIds, path: ["input"] }]))).toEqual([
      "NOT_FOUND input.memberIds.1",
      "NOT_FOUND input.memberIds.2",
    ]);
  });

  it("refuses who may not write groups", async () => {
    expect(await refusalOf(create([{ name: "Mine" }], house.member))).toEqual(["FORBIDDEN"]);
    await create([{ name: "A manager's" }], house.manager);
  });

  it("S10: lets a directory make groups of its own alone, and nobody else make one of a directory", async () => {
    const directoryId = house.hand.kind === "directory" ? house.hand.directoryId : "";
    const before = await groupCount();
    const path = ["groups", "1"];
    const make = (origin: Partial<NewGroup>, actor: Actor) =>
      create(
        [
          { name: "Fine", directoryId, externalId: "fine" },
          { name: "Foreign", path, ...origin },
        ],
        actor,
      );
    expect(await refusalOf(make({ directoryId: newId(), externalId: "x" }, house.hand))).toEqual([
      "MANAGED_BY_DIRECTORY groups.1",
    ]);
    expect(await refusalOf(make({}, house.hand))).toEqual(["FORBIDDEN groups.1"]);
    expect(await refusalOf(create([{ name: "Claimed", directoryId, externalId: "y", path }]))).toEqual([
      "MANAGED_BY_DIRECTORY groups.1",
    ]);
    expect(await groupCount()).toBe(before);
  });

  it("refuses a directory's group that is here already or given twice, and tells it from a name that is taken", async () => {
    const directoryId = house.hand.kind === "directory" ? house.hand.directoryId : "";
    const bring = (name: string, externalId: string, at: number): NewGroup => ({
      name,
      directoryId,
      externalId,
      path: ["groups", String(at)],
    });
    await create([bring("Here", "here", 0)], house.hand);
    const groups = [bring("Other", "here", 0), bring("New", "new", 1), bring("Newer", "new", 2), bring("here", "newest", 3)];
    expect(await refusalOf(create(groups, house.hand))).toEqual([
      "TAKEN groups.0.externalId",
      "TAKEN groups.2.externalId",
      "TAKEN groups.3.name",
    ]);
  });

  it("names the very input that somebody else made between our asking and our making", async () => {
    const directoryId = house.hand.kind === "directory" ? house.hand.directoryId : "";
    const groups = ["One", "Two", "Three"].map((name, at) => ({
      name,
      directoryId,
      externalId: name,
      path: ["groups", String(at)],
    }));
    const raced = (name: string, externalId: string) =>
      house.act((work) => {
        const rival = newGroup(work, { name, description: null }, { directoryId, externalId });
        const insert: Work["insert"] = async (entity, rows) => {
          if (Object.is(entity, Group)) await work.insert(Group, [rival]);
          return work.insert(entity, rows);
        };
        return createGroups({ ...work, insert }, groups);
      }, house.hand);
    expect(await refusalOf(raced("TWO", "rival"))).toEqual(["TAKEN groups.1.name"]);
    expect(await refusalOf(raced("Rival", "Three"))).toEqual(["TAKEN groups.2.externalId"]);
    expect(await refusalOf(raced("one", "Two"))).toEqual(["TAKEN groups.0.name", "TAKEN groups.1.externalId"]);
  });

  it("makes nothing, and leaves no trail, of nothing", async () => {
    const { size } = await house.trail();
    expect(await create([])).toEqual([]);
    expect((await house.trail()).size).toBe(size);
  });

  it("brings a directory's 500 groups in one work, with what the directory knows of them, and one event", async () => {
    const { size } = await house.trail();
    const directoryId = house.hand.kind === "directory" ? house.hand.directoryId : "";
    const groups = Array.from({ length: 500 }, (_, at) => ({
      name: `Synced ${at}`,
      directoryId,
      externalId: `ext${at}`,
      email: `s${at}@acme.example`,
      fingerprint: `f${at}`,
    }));
    const ids = await create(groups, house.hand);
    expect(ids).toHaveLength(500);
    const [row] = await house.rows<Record<string, unknown>>(
      "SELECT directoryId, externalId, externalKey, email, fingerprint FROM `Group` WHERE id = ?",
      [ids[7] ?? ""],
    );
    expect(Object.fromEntries(Object.entries(row ?? {}).map(([column, value]) => [column, String(value)]))).toEqual({
      directoryId,
      externalId: "ext7",
      externalKey: `${directoryId}:ext7`,
      email: "s7@acme.example",
      fingerprint: "f7",
    });
    expect(await house.trail()).toMatchObject({ size: size + 1, last: { actor: "Workspace", count: 500 } });
  });

  it("lets one of twenty make a name that all want at the same moment", async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => create([{ name: "Wanted", path: ["input"] }])));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(await refusalOf(Promise.reject(result.reason))).toEqual(["TAKEN input.name"]);
    expect(await driftOf(house, house.siteId)).toEqual([]);
  });
});
