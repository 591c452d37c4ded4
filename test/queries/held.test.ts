import { createConnection } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Held, readHeld } from "../../src/queries/held.ts";
import type { Reader } from "../../src/queries/reader.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

const isServer = process.env.TEST_DATABASE_URL?.startsWith("mysql:") ?? false;

describe("what is held of a directory", () => {
  let house: SyncedHouse;
  let directoryId: string;
  beforeEach(async () => {
    house = await buildSyncedHouse();
    const everyone = Array.from({ length: 70 }, (_, n) => `u${n}`);
    for (const id of everyone) house.script.person(id, `${id}@acme.example`);
    house.script.group("g1", "Inner", everyone.slice(0, 60));
    house.script.group("g2", "Outer", ["g1", ...everyone.slice(50)]);
    house.script.group("g3", "Empty", []);
    await house.sync();
    directoryId = (await house.directory()).id;
  });
  afterEach(() => house.close());

  /** The directory's ids of who is in a group: directly, and through another alone. */
  const membersOf = (held: Held, groupId: string) => {
    const members = [...held.members.of(held.groups.get(groupId)?.id ?? "")];
    const idsOf = (direct: boolean) =>
      members
        .filter((member) => member[1] === direct)
        .map(([userId]) => Number(held.usersById.get(userId)?.externalId?.slice(1)));
    return [idsOf(true), idsOf(false)].map((ids) => ids.sort((one, other) => one - other));
  };
  const from = (first: number, end: number) => Array.from({ length: end - first }, (_, n) => first + n);
  const expectAll = (held: Held) => {
    expect(membersOf(held, "g1")).toEqual([from(0, 60), []]);
    expect(membersOf(held, "g2")).toEqual([from(50, 70), from(0, 50)]);
    expect(membersOf(held, "g3")).toEqual([[], []]);
    expect(held.members.total).toBe(130);
  };
  const read = (reader?: Reader) =>
    house.door.look({ siteId: house.siteId, actor: house.admin }, (look) => readHeld(reader ?? look, directoryId));

  it("has every membership that the directory brought, and how each came about", async () => {
    expectAll(await read());
  });

  it.runIf(isServer)("has every one where the server cuts long texts off", async () => {
    const connection = await createConnection(house.database.url);
    // What MySQL does by itself: 48 ids and a part of the next.
    await connection.query("SET SESSION group_concat_max_len = 1024");
    const cut: Reader = await house.door.look({ siteId: house.siteId, actor: house.admin }, async (look) => ({
      ...look,
      rows: async <T extends object>(sql: string, params: readonly unknown[] = []) =>
        (await connection.query(sql, [...params]))[0] as T[], // as: the caller names the columns it selects
    }));
    expectAll(await read(cut));
    // As many bytes as 48 whole ids and the commas between them: nothing looks cut off.
    await connection.query("SET SESSION group_concat_max_len = 1007");
    expectAll(await read(cut));
    await connection.end();
  });
});
