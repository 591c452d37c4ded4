import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GroupUpdate, updateGroups } from "../../../src/actions/groups/update-groups.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { type AccessHouse, buildAccessHouse, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterAll(() => house.close());

const update = (updates: GroupUpdate[], actor?: Actor) => house.act((work) => updateGroups(work, updates), actor);
const path = ["input"];
const read = async (id: string) =>
  (await house.rows("SELECT name, description, version FROM `Group` WHERE id = ?", [id.slice(4)]))[0];
const keyOf = async (id: string) =>
  String((await house.rows<{ nameKey: unknown }>("SELECT nameKey FROM `Group` WHERE id = ?", [id.slice(4)]))[0]?.nameKey);

describe("updating groups", () => {
  it("changes what is given, keeps the rest, counts a version, and leaves a trail", async () => {
    const id = await house.group("Old", { description: "Words" });
    expect(await update([{ id, name: "New", path }])).toEqual([id.slice(4)]);
    expect(await read(id)).toEqual({ name: "New", description: "Words", version: 2 });
    expect((await house.trail()).last).toMatchObject({
      action: "groupUpdate",
      subjects: ["New: name Old > New"],
      findable: [id.slice(4)],
    });
    await update([{ id, description: null, path }]);
    expect(await read(id)).toEqual({ name: "New", description: null, version: 3 });
  });

  it("changes nothing twice: no version, no event", async () => {
    const id = await house.group("Twice");
    await update([{ id, name: "Thrice", path }]);
    const { size } = await house.trail();
    await update([{ id, name: "Thrice", description: "", path }]);
    expect(await read(id)).toMatchObject({ version: 2 });
    expect((await house.trail()).size).toBe(size);
  });

  it("rule 6.1: changes the case of a name, and refuses another's", async () => {
    const id = await house.group("case");
    await house.group("Occupied");
    await update([{ id, name: "CASE", path }]);
    expect(await read(id)).toMatchObject({ name: "CASE" });
    expect(await refusalOf(update([{ id, name: " occupied", path }]))).toEqual(["TAKEN input.name"]);
  });

  it("lets groups change places in one set, and go round in a ring", async () => {
    const [one, two, three] = [await house.group("One"), await house.group("Two"), await house.group("Three")];
    await update([
      { id: one, name: "Two" },
      { id: two, name: "One" },
    ]);
    expect([await keyOf(one), await keyOf(two)]).toEqual(["two", "one"]);
    await update([
      { id: one, name: "One" },
      { id: two, name: "Three" },
      { id: three, name: "Two" },
    ]);
    expect([await keyOf(one), await keyOf(two), await keyOf(three)]).toEqual(["one", "three", "two"]);
  });

  it("changes all or none of a set, and says whose name is taken", async () => {
    const [left, right] = [await house.group("Left"), await house.group("Right")];
    await house.group("Middle");
    const updates = [
      { id: left, name: "Anything", path: ["0"] },
      { id: right, name: "Middle", path: ["1"] },
    ];
    expect(await refusalOf(update(updates))).toEqual(["TAKEN 1.name"]);
    expect([await keyOf(left), await keyOf(right)]).toEqual(["left", "right"]);
  });

  it("rule 4.5: refuses a stale page, also of two who save at the same moment", async () => {
    const id = await house.group("Contested");
    const results = await Promise.allSettled(
      ["A", "B", "C", "D"].map((name) => update([{ id, name: `Contested ${name}`, expectedVersion: 1, path }])),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await refusalOf(update([{ id, name: "Late", expectedVersion: 1, path }]))).toEqual(["CONFLICT input.expectedVersion"]);
    await update([{ id, name: "In time", expectedVersion: 2, path }]);
    expect(await read(id)).toMatchObject({ name: "In time", version: 3 });
  });

  it("refuses what makes no sense, at its path", async () => {
    const id = await house.group("Sensible");
    expect(await refusalOf(update([{ id, name: null, path }]))).toEqual(["INVALID input.name"]);
    expect(await refusalOf(update([{ id, name: " ", description: "x".repeat(1001), path }]))).toEqual([
      "INVALID input.description",
      "INVALID input.name",
    ]);
    expect(await refusalOf(update([{ id: publicId("Group", newId()), path }]))).toEqual(["NOT_FOUND input.id"]);
    expect(await refusalOf(update([{ id: id.replace("grp_", "usr_"), path }]))).toEqual(["NOT_FOUND input.id"]);
  });

  it("rule 6.3: a synced group's words are its directory's, and the directory has no others", async () => {
    const synced = await house.syncedGroup("Synced");
    const ours = await house.group("Ours");
    expect(await refusalOf(update([{ id: synced, name: "Mine", path }]))).toEqual(["MANAGED_BY_DIRECTORY input.id"]);
    expect(await refusalOf(update([{ id: ours, name: "Theirs", path }], house.hand))).toEqual(["FORBIDDEN input.id"]);
    await update([{ id: synced, name: "Renamed there", email: "new@acme.example", fingerprint: "g" }], house.hand);
    expect((await house.trail()).last.subjects).toEqual([
      "Renamed there: name Synced > Renamed there: email Synced@acme.example > new@acme.example",
    ]);
  });

  it("refuses who may not write groups", async () => {
    const id = await house.group("Locked");
    expect(await refusalOf(update([{ id, name: "Open", path }], house.member))).toEqual(["FORBIDDEN input.id"]);
  });
});
