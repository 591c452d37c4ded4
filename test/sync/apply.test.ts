import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApply } from "../../src/actions/directories/start-apply.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { updateDirectory } from "../../src/actions/directories/update-directory.ts";
import { newId, publicId } from "../../src/model/id.ts";
import { readSummary } from "../../src/model/sync-summary.ts";
import type { Door } from "../../src/work/door.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
beforeEach(async () => {
  house = await buildSyncedHouse({ sendWelcome: true });
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await house.close();
});

async function write(sql: string, params: (string | number | null)[]): Promise<void> {
  const transaction = await house.database.ground.begin();
  await transaction.write(sql, params);
  await transaction.commit();
}

/** An application with so many seats, whose default group it answers. */
async function application(seatLimit: number): Promise<string> {
  const [applicationId, groupId] = [newId(), newId()];
  await write(
    "INSERT INTO Application (id, siteId, `key`, name, grantedToNewUsers, seatLimit, seatsUsed, createdAt) VALUES (?, ?, 'app', 'App', 0, ?, 0, '')",
    [applicationId, house.siteId, seatLimit],
  );
  await write(
    "INSERT INTO `Group` (id, siteId, name, nameKey, memberCount, createdAt, version) VALUES (?, ?, 'App users', 'app users', 0, '', 1)",
    [groupId, house.siteId],
  );
  await write("INSERT INTO `Grant` (id, siteId, applicationId, groupId, role, isDefault) VALUES (?, ?, ?, ?, 'USER', 1)", [
    newId(),
    house.siteId,
    applicationId,
    groupId,
  ]);
  await house.act((work) =>
    updateDirectory(work, { id: house.directoryId, settings: { applicationIds: [publicId("Application", applicationId)] } }),
  );
  return groupId;
}

function bring(n: number): void {
  const ids = Array.from({ length: n }, (_, index) => `u${index}`);
  for (const id of ids) house.script.person(id, `${id}@acme.example`);
  house.script.group("g1", "Team", ids);
  house.script.group("g2", "All", ["g1"]);
}

/** A door that breaks down before its n-th act, the way a killed process or a lost database does. */
function breaking(door: Door, n: number): Door {
  let acts = 0;
  return {
    look: door.look,
    act: (place, change, options) =>
      ++acts >= n
        ? Promise.reject(Object.assign(new Error("The database is gone"), { code: "ECONNREFUSED" }))
        : door.act(place, change, options),
  };
}

async function startedPlan(): Promise<string> {
  const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
  await house.run(runId);
  await house.act((work) => startApply(work, { runId: publicId("SyncRun", runId) }));
  return runId;
}

describe("applying a plan", () => {
  it("ends in the same state wherever it was interrupted, with every change made, audited and told once (S17)", async () => {
    bring(4);
    const undisturbed = await house.sync();
    const interrupted: string[] = [];
    const counts =
      "SELECT (SELECT COUNT(*) FROM User) AS users, (SELECT COUNT(*) FROM Membership) AS members, (SELECT COUNT(*) FROM Letter) AS letters, (SELECT COUNT(*) FROM AuditEvent WHERE action LIKE 'user%' OR action LIKE 'group%') AS events";
    const expected = await house.rows(counts);
    for (let n = 2; n <= 7; n++) {
      await house.close();
      house = await buildSyncedHouse({ sendWelcome: true });
      bring(4);
      const runId = await startedPlan();
      await expect(house.run(runId, { door: breaking(house.door, n) })).rejects.toThrow("The database is gone");
      expect(await house.runOf(runId)).toMatchObject({ status: "APPLYING" });
      // The lease of a process that died runs out.
      await write("UPDATE Lease SET expiresAt = ''", []);
      expect(await house.run(runId)).toBe("SUCCEEDED");
      expect(await house.rows(counts)).toEqual(expected);
      expect(readSummary((await house.runOf(runId)).summary).applied).toBe(4 + 2 + 1 + 8);
      interrupted.push(runId);
    }
    expect(new Set([undisturbed, ...interrupted]).size).toBe(7);
  });

  it("lets what is refused fail alone, and tries it again in the next run (S18)", async () => {
    await application(2);
    bring(5);
    const runId = await house.sync();
    expect(await house.runOf(runId)).toMatchObject({ status: "PARTIAL" });
    const lines = await house.changes(runId);
    expect(lines.filter((line) => line.startsWith("APPLIED USER_CREATE"))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith("FAILED USER_CREATE"))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith("FAILED MEMBER_ADD"))).toHaveLength(6);
    const [exception] = await house.rows<{ failure: string }>(
      "SELECT failure FROM SyncException WHERE failure LIKE '%seats%' LIMIT 1",
    );
    expect(exception?.failure).toContain("App has 2 seats");
    expect(await house.rows("SELECT seatsUsed FROM Application")).toEqual([{ seatsUsed: 2 }]);
    expect(readSummary((await house.runOf(runId)).summary)).toMatchObject({ failed: 9, seats: [{ change: 2, usedAfter: 2 }] });

    await write("UPDATE Application SET seatLimit = 5", []);
    const again = await house.syncAtOnce();
    expect(await house.runOf(again)).toMatchObject({ status: "SUCCEEDED" });
    expect(await house.rows("SELECT seatsUsed FROM Application")).toEqual([{ seatsUsed: 5 }]);
  });

  it("tries once more at the end what lacked a seat before others left theirs (S16)", async () => {
    await application(3);
    bring(3);
    await house.sync();
    house.script.leave("u0");
    house.script.person("new", "new@acme.example");
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED" });
    expect(await house.changes(runId)).toEqual([
      "APPLIED USER_CREATE new@acme.example",
      "APPLIED USER_DEACTIVATE u0@acme.example",
    ]);
    expect(await house.rows("SELECT seatsUsed FROM Application")).toEqual([{ seatsUsed: 3 }]);
  });

  it("gives the default applications once: what is taken back here stays so (S10)", async () => {
    const groupId = await application(3);
    bring(2);
    await house.sync();
    await write("DELETE FROM Membership WHERE groupId = ?", [groupId]);
    await house.syncAtOnce();
    expect(await house.rows("SELECT COUNT(*) AS n FROM Membership WHERE groupId = ?", [groupId])).toEqual([{ n: 0 }]);
  });

  it("is done by one process, however many try (S19)", async () => {
    bring(30);
    const runId = await startedPlan();
    const ends = await Promise.all([1, 2, 3].map(() => house.run(runId)));
    expect(ends.filter((end) => end === "SUCCEEDED")).toHaveLength(1);
    expect(ends.filter((end) => end === null)).toHaveLength(2);
  });

  it("writes nothing more once another process has taken it over (S19)", async () => {
    bring(3);
    const runId = await startedPlan();
    let acts = 0;
    const overtaken: Door = {
      look: house.door.look,
      async act(place, change, options) {
        if (++acts === 4) await write("UPDATE SyncRun SET fence = fence + 1 WHERE id = ?", [runId]);
        return house.door.act(place, change, options);
      },
    };
    expect(await house.run(runId, { door: overtaken })).toBeNull();
    const before = await house.content();
    expect(await house.runOf(runId)).toMatchObject({ status: "APPLYING", appliedSeq: 1 });
    expect(await house.run(runId)).toBe("SUCCEEDED");
    expect(await house.content()).not.toBe(before);
  });

  it("disputes a group whose name was taken since the plan, and goes on", async () => {
    bring(2);
    const runId = await startedPlan();
    await write(
      "INSERT INTO `Group` (id, siteId, name, nameKey, memberCount, createdAt, version) VALUES (?, ?, 'Team', 'team', 0, '', 1)",
      [newId(), house.siteId],
    );
    expect(await house.run(runId)).toBe("PARTIAL");
    const lines = await house.changes(runId);
    expect(lines).toContain("DISPUTED GROUP_CREATE Team");
    expect(lines).toContain("APPLIED GROUP_CREATE All");
  });
});
