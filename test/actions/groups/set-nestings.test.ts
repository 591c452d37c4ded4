import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGroups } from "../../../src/actions/groups/create-groups.ts";
import { type NestingUpdate, setNestings } from "../../../src/actions/groups/set-nestings.ts";
import { createSite } from "../../../src/actions/sites/create-site.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId } from "../../../src/model/id.ts";
import { type AccessHouse, buildAccessHouse, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
let outer = "";
let inner = "";
let innermost = "";
beforeAll(async () => {
  house = await buildAccessHouse();
  [outer, inner, innermost] = (await Promise.all(["Outer", "Inner", "Innermost"].map(house.syncedGroup))).map((id) =>
    id.slice(4),
  ) as [string, string, string]; // as: three names give three ids
});
afterAll(() => house.close());

const nest = (updates: NestingUpdate[], actor: Actor = house.hand) => house.act((work) => setNestings(work, updates), actor);
const nestings = () => house.rows("SELECT groupId, childId FROM Nesting ORDER BY groupId, childId");

describe("keeping which groups are inside which", () => {
  it("sets them anew, records what changed, and does nothing twice", async () => {
    await nest([
      { groupId: outer, childIds: [inner, innermost] },
      { groupId: inner, childIds: [] },
    ]);
    expect(await nestings()).toEqual([inner, innermost].sort().map((childId) => ({ groupId: outer, childId })));
    const { size, last } = await house.trail();
    expect(last).toMatchObject({ action: "groupUpdate", count: 1, findable: [outer] });
    await nest([{ groupId: outer, childIds: [innermost, inner] }]);
    expect((await house.trail()).size).toBe(size);
    await nest([{ groupId: outer, childIds: [] }]);
    expect(await nestings()).toEqual([]);
  });

  it("refuses a group of another site at either end, at its place, and changes nothing", async () => {
    const siteId = newId();
    const elsewhere = { siteId, actor: house.operator };
    await house.door.act(elsewhere, (work) => createSite(work, { key: "other", name: "Other", adminEmail: "a@other.example" }));
    const [foreign = ""] = await house.door.act(elsewhere, (work) => createGroups(work, [{ name: "Outer" }]));
    const updates = [
      { groupId: outer, childIds: [inner, foreign] },
      { groupId: foreign, childIds: [innermost] },
    ];
    expect(await refusalOf(nest(updates))).toEqual(["NOT_FOUND groups.0.childIds.1", "NOT_FOUND groups.1"]);
    expect(await nestings()).toEqual([]);
  });

  it("refuses whoever does not own the group", async () => {
    const ours = (await house.group("Ours")).slice(4);
    expect(await refusalOf(nest([{ groupId: outer, childIds: [inner] }], house.admin))).toEqual([
      "MANAGED_BY_DIRECTORY groups.0",
    ]);
    expect(await refusalOf(nest([{ groupId: ours, childIds: [inner] }]))).toEqual(["FORBIDDEN groups.0"]);
  });
});
