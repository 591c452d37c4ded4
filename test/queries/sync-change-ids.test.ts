import { afterAll, beforeAll, expect, it } from "vitest";
import { findNodes } from "../../src/queries/nodes.ts";
import type { Selection } from "../../src/queries/selection.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
beforeAll(async () => {
  house = await buildSyncedHouse();
});
afterAll(() => house.close());

it("rule 1.1, T10: a change of a run has one id, and no other spelling of it finds anything", async () => {
  house.script.person("u1", "ann@acme.example");
  const runId = await house.sync();
  const [step] = await house.rows<{ seq: number }>("SELECT seq FROM SyncStep WHERE runId = ? ORDER BY seq", [runId]);
  const right = `chg_${runId}-${step?.seq}-0`;
  const odd = [
    `${right} `,
    `${right}-0`,
    `${right}x`,
    `${right.slice(0, -1)}`,
    `${right.slice(0, -1)}00`,
    `${right.slice(0, -1)}0x0`,
    right.toUpperCase(),
  ];
  const selection: Selection = [{ key: "id", name: "id", args: {}, on: null, selection: [] }];
  const found = await house.door.look({ siteId: house.siteId, actor: house.admin }, (reader) =>
    findNodes(reader, [right, ...odd], selection),
  );
  expect(found.map((one) => one?.id ?? null)).toEqual([right, ...odd.map(() => null)]);
});
