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
  house = await buildSyncedHouse();
});
afterEach(async () => {
  await house.close();
});

async function write(sql: string, params: (string | number | null)[] = []): Promise<void> {
  const transaction = await house.database.ground.begin();
  await transaction.write(sql, params);
  await transaction.commit();
}

/** A door before whose n-th act something happens. */
function meanwhile(n: number, happens: () => Promise<unknown>): Door {
  let acts = 0;
  return {
    look: house.door.look,
    async act(place, change, options) {
      if (++acts === n) await happens();
      return house.door.act(place, change, options);
    },
  };
}

/** Makes a run that breaks down before its n-th act, as by a kill, and takes it up again. False when it had ended before. */
async function makeBroken(runId: string, n: number): Promise<boolean> {
  let isBroken = false;
  let acts = 0;
  const door: Door = {
    look: house.door.look,
    async act(place, change, options) {
      isBroken ||= ++acts === n;
      if (isBroken) throw Object.assign(new Error("The database is gone"), { code: "ECONNREFUSED" });
      return house.door.act(place, change, options);
    },
  };
  await house.run(runId, { door }).catch(() => undefined);
  if ((await house.runOf(runId)).finishedAt !== null) return false;
  // The lease of a process that died runs out.
  await write("UPDATE Lease SET expiresAt = ''");
  await house.run(runId);
  return isBroken;
}

/** `n` people, `u0` and on. */
function bring(n: number): void {
  for (let at = 0; at < n; at++) house.script.person(`u${at}`, `u${at}@acme.example`);
}

/** Everybody who comes gets an application, which has so many seats. */
async function seats(seatLimit: number): Promise<void> {
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
  const applicationIds = [publicId("Application", applicationId)];
  await house.act((work) => updateDirectory(work, { id: house.directoryId, settings: { applicationIds } }));
}

const startApplyAtOnce = () => house.act((work) => startApply(work, { directoryId: house.directoryId }));
const startPlan = () => house.act((work) => startSync(work, { directoryId: house.directoryId }));

describe("a run that is taken up again", () => {
  it("still tries once more at the end what lacked a seat, and counts everything once, wherever it broke off (S16, S17)", async () => {
    for (let n = 2, isBroken = true; isBroken; n++) {
      await house.close();
      house = await buildSyncedHouse();
      await seats(3);
      bring(3);
      await house.sync();
      house.script.leave("u0");
      house.script.leave("u1");
      for (const name of ["new1", "new2", "new3"]) house.script.person(name, `${name}@acme.example`);
      const runId = await startApplyAtOnce();
      isBroken = await makeBroken(runId, n);
      expect({ n, ...(await house.runOf(runId)) }).toMatchObject({ n, status: "PARTIAL" });
      expect(await house.changes(runId)).toEqual([
        "APPLIED USER_CREATE new1@acme.example",
        "APPLIED USER_CREATE new2@acme.example",
        "APPLIED USER_DEACTIVATE u0@acme.example",
        "APPLIED USER_DEACTIVATE u1@acme.example",
        "FAILED USER_CREATE new3@acme.example",
      ]);
      const summary = readSummary((await house.runOf(runId)).summary);
      expect(summary).toMatchObject({ applied: 4, failed: 1, held: 0, seats: [{ change: 0, usedAfter: 3 }], seatless: [] });
      if (!isBroken) expect(n).toBeGreaterThan(10);
    }
  });

  it("goes on holding all removals of a kind of which one was there after all (S12)", async () => {
    // Two steps of memberships to remove: one proven to be there is in the first.
    const ids = Array.from({ length: 620 }, (_, at) => `u${at}`);
    bring(620);
    house.script.group("g1", "Team", ids);
    await house.act((work) => updateDirectory(work, { id: house.directoryId, settings: { maxRemovalPercent: 100 } }));
    await house.sync();
    house.script.group("g1", "Team", ids.slice(0, 20));
    const runId = await startApplyAtOnce();
    const reader = house.script.reader();
    const isMember = async (groupId: string, userId: string) =>
      userId === "u20" ? ("present" as const) : reader.isMember(groupId, userId);
    const interrupted = meanwhile(4, () => Promise.reject(Object.assign(new Error("Gone"), { code: "ECONNREFUSED" })));
    const lying = { ...reader, isMember };
    // Taken up under a lease, planned, the first step held.
    await expect(house.run(runId, { door: interrupted, reader: lying })).rejects.toThrow("Gone");
    expect(await house.rows("SELECT status, COUNT(*) AS n FROM SyncStep WHERE runId = ? GROUP BY status", [runId])).toEqual([
      { status: "HELD", n: 1 },
      { status: "PLANNED", n: 1 },
    ]);
    await write("UPDATE Lease SET expiresAt = ''");
    expect(await house.run(runId, { reader: lying })).toBe("HELD");
    expect(await house.runOf(runId)).toMatchObject({ failure: expect.stringContaining("u20@acme.example in Team") });
    expect(await house.rows("SELECT memberCount FROM `Group`")).toEqual([{ memberCount: 620 }]);
  });

  it("is not applied when what it was started with has changed: a person has to look at the plan first (S14)", async () => {
    bring(3);
    await house.sync();
    house.script.leave("u0");
    const runId = await startApplyAtOnce();
    await house.act((work) => updateDirectory(work, { id: house.directoryId, settings: { domains: ["acme.example"] } }));
    expect(await house.run(runId)).toBe("PLANNED");
    expect(await house.runOf(runId)).toMatchObject({ failure: expect.stringContaining("settings changed") });
    expect(await house.changes(runId)).toEqual(["PLANNED USER_DEACTIVATE u0@acme.example"]);
    expect(await house.rows("SELECT status FROM User WHERE email = 'u0@acme.example'")).toEqual([{ status: "ACTIVE" }]);
  });

  it("ends as failed when its credentials cannot be opened, and is not tried for ever (S18)", async () => {
    const runId = await startPlan();
    await write("UPDATE Directory SET credentials = 'sealed elsewhere'");
    expect(await house.run(runId)).toBe("FAILED");
    expect(house.told).toEqual([expect.stringContaining("A sync run failed on our side")]);
  });
});

describe("a plan that waits for a person", () => {
  it("is there for them only once its run has ended, so that what they say then is not undone", async () => {
    bring(2);
    const runId = await startPlan();
    const applies = () => house.act((work) => startApply(work, { runId: publicId("SyncRun", runId) }));
    // Taken up, stored, ended.
    const door = meanwhile(3, () => expect(applies()).rejects.toThrow("under way"));
    expect(await house.run(runId, { door })).toBe("PLANNED");
    await applies();
    expect(await house.run(runId)).toBe("SUCCEEDED");
  });

  it("says how its directory is also when it broke off between the plan and its end (S17)", async () => {
    bring(2);
    await write("UPDATE Directory SET status = 'CREDENTIALS_REJECTED', failedRuns = 2");
    const runId = await startPlan();
    expect(await makeBroken(runId, 3)).toBe(true);
    expect(await house.runOf(runId)).toMatchObject({ status: "PLANNED" });
    expect(await house.directory()).toMatchObject({ status: "NEW", failedRuns: 0 });
  });
});

describe("a process that lost its lease", () => {
  it("writes nothing more, whichever of its works came next, domains included (S19)", async () => {
    for (let n = 2, isOver = false; !isOver; n++) {
      await house.close();
      house = await buildSyncedHouse({ sendWelcome: true });
      bring(3);
      house.script.group("g1", "Team", ["u0", "u1"]);
      const planned = await startPlan();
      await house.run(planned);
      await house.act((work) => startApply(work, { runId: publicId("SyncRun", planned) }));
      let before = "";
      const tables = async () =>
        JSON.stringify([
          await house.content(),
          await house.rows("SELECT * FROM SyncRun"),
          await house.rows("SELECT * FROM SyncStep"),
        ]);
      const overtaken = meanwhile(n, async () => {
        await write("UPDATE Lease SET holder = 'another', fence = fence + 1");
        await write("UPDATE SyncRun SET fence = fence + 1 WHERE status = 'APPLYING'");
        before = await tables();
      });
      isOver = (await house.run(planned, { door: overtaken })) === "SUCCEEDED";
      if (!isOver) expect(await tables()).toBe(before);
      else expect(n).toBeGreaterThan(6);
    }
  });
});
