import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ApplicationUpdate, updateApplication } from "../../../src/actions/applications/update-application.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import type { Work } from "../../../src/work/work.ts";
import { type AccessHouse, buildAccessHouse, driftOf, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const update = (input: ApplicationUpdate, actor?: Actor) => house.act((work) => updateApplication(work, input), actor);
const read = async (id: string) =>
  (await house.rows("SELECT name, url, grantedToNewUsers, seatLimit FROM Application WHERE id = ?", [id.slice(4)]))[0];

describe("updating an application", () => {
  it("changes what is given, keeps the rest, and leaves a trail of just that", async () => {
    const { id } = await house.application("wiki", { url: "https://old.example", seatLimit: 3 });
    await update({ id, name: "The wiki", grantedToNewUsers: true });
    expect(await read(id)).toEqual({ name: "The wiki", url: "https://old.example/", grantedToNewUsers: 1, seatLimit: 3 });
    expect((await house.trail()).last).toMatchObject({
      action: "applicationUpdate",
      subjects: ["wiki: name wiki > The wiki: grantedToNewUsers false > true"],
      findable: [id.slice(4)],
    });
    await update({ id, url: null, seatLimit: null });
    expect(await read(id)).toMatchObject({ url: null, seatLimit: null });
  });

  it("changes nothing twice", async () => {
    const { id } = await house.application("twice");
    await update({ id, name: "Twice", url: "https://twice.example" });
    const { size } = await house.trail();
    await update({ id, name: "Twice", url: "https://twice.example" });
    await update({ id });
    expect((await house.trail()).size).toBe(size);
  });

  it("refuses a limit below the seats used, and accepts just as many", async () => {
    const { id, groupId } = await house.application("limited");
    const people = await house.people(3);
    await house.act((work) => addMembers(work, { groupId, userIds: people }));
    expect(await refusalOf(update({ id, seatLimit: 2 }))).toEqual(["INVALID input.seatLimit"]);
    await update({ id, seatLimit: 3 });
    expect(await read(id)).toMatchObject({ seatLimit: 3 });
  });

  it("rule 7.3: never leaves more seats taken than there are, when the limit falls while people join", async () => {
    const { id, groupId } = await house.application("falling", { seatLimit: 9 });
    const people = await house.people(8);
    // Slow to write, so that others have time to join between its reading and its writing, if anything lets them.
    const lowerSlowly = house.act((work) => {
      const write: Work["write"] = async (sql, params) => {
        await wait(50);
        return work.write(sql, params);
      };
      return updateApplication({ ...work, write }, { id, seatLimit: 4 });
    });
    const joining = people.map((userId) => house.act((work) => addMembers(work, { groupId, userIds: [userId] })));
    await Promise.allSettled([lowerSlowly, ...joining]);
    expect(await driftOf(house, house.siteId)).toEqual([]);
  });

  it("refuses what makes no sense, who may not, and what is not there", async () => {
    const { id } = await house.application("sensible");
    expect(await refusalOf(update({ id, name: "", url: "mailto:x@y.example", seatLimit: -1 }))).toEqual([
      "INVALID input.name",
      "INVALID input.seatLimit",
      "INVALID input.url",
    ]);
    expect(await refusalOf(update({ id, name: null, grantedToNewUsers: null }))).toEqual([
      "INVALID input.grantedToNewUsers",
      "INVALID input.name",
    ]);
    expect(await refusalOf(update({ id, name: "Mine" }, house.member))).toEqual(["FORBIDDEN"]);
    expect(await refusalOf(update({ id: publicId("Application", newId()), name: "X" }))).toEqual(["NOT_FOUND input.id"]);
  });
});
