import { expect, it } from "vitest";
import { startApply } from "../../src/actions/directories/start-apply.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { publicId } from "../../src/model/id.ts";
import type { Door } from "../../src/work/door.ts";
import { buildSyncedHouse } from "../support/synced-house.ts";

it("whatever a run is about to write, it does not once another process has taken it over (S19)", async () => {
  const house = await buildSyncedHouse();
  for (const id of ["u0", "u1", "u2"]) house.script.person(id, `${id}@acme.example`);
  house.script.group("g1", "Team", ["u0", "u1", "u2"]);
  await house.sync();
  house.script.leave("u0");
  house.script.person("new", "new@acme.example");
  house.script.domains.push("acme.test.example");
  house.script.group("g2", "Others", ["u1", "g1"]);
  const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
  await house.run(runId);
  await house.act((work) => startApply(work, { runId: publicId("SyncRun", runId) }));

  const write = async (sql: string, params: string[] = []) => {
    const transaction = await house.database.ground.begin();
    await transaction.write(sql, params);
    await transaction.commit();
  };
  const seen = new Set<string>();
  // The first act takes the run up. Every time it is overtaken one act later, and taken up again by the next.
  for (let overtakenAt = 2, end: string | null = null; end === null; overtakenAt++) {
    let acts = 0;
    let content = "";
    const overtaken: Door = {
      look: house.door.look,
      async act(place, change, options) {
        if (++acts === overtakenAt) {
          await write("UPDATE SyncRun SET fence = fence + 1 WHERE id = ?", [runId]);
          content = await house.content();
          seen.add(content);
        }
        return house.door.act(place, change, options);
      },
    };
    end = await house.run(runId, { door: overtaken });
    if (end === null) expect(await house.content()).toBe(content);
    await write("UPDATE Lease SET expiresAt = ''");
  }
  expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED" });
  expect(await house.rows("SELECT name FROM Domain ORDER BY name")).toEqual([
    { name: "acme.example" },
    { name: "acme.test.example" },
  ]);
  expect(seen.size).toBeGreaterThan(3);
  expect(house.told).toEqual([]);
  await house.close();
});
