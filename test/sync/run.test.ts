import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cancelSync } from "../../src/actions/directories/cancel-sync.ts";
import { startApply } from "../../src/actions/directories/start-apply.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { updateDirectory } from "../../src/actions/directories/update-directory.ts";
import { deactivateUsers } from "../../src/actions/users/deactivate-users.ts";
import type { User } from "../../src/model/entities.ts";
import { publicId } from "../../src/model/id.ts";
import { readSummary } from "../../src/model/sync-summary.ts";
import { DirectoryFault } from "../../sync/snapshot.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
beforeEach(async () => {
  house = await buildSyncedHouse();
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await house.close();
});

const userAt = async (email: string) => (await house.rows<User>("SELECT * FROM User WHERE email = ?", [email]))[0];
const membersOf = async (name: string) =>
  (
    await house.rows<{ email: string }>(
      "SELECT u.email FROM Membership m JOIN User u ON u.id = m.userId JOIN `Group` g ON g.id = m.groupId WHERE g.name = ? ORDER BY u.email",
      [name],
    )
  ).map(({ email }) => email);

/** `n` people, `u0` and on, all of them in the group Team. */
function bring(n: number): void {
  const ids = Array.from({ length: n }, (_, index) => `u${index}`);
  for (const id of ids) house.script.person(id, `${id}@acme.example`);
  house.script.group("g1", "Team", ids);
}

describe("the first run", () => {
  it("only plans, and changes nothing until a person applies the plan (S14)", async () => {
    bring(3);
    const before = await house.content();
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    expect(await house.run(runId)).toBe("PLANNED");
    expect(await house.content()).toBe(before);
    expect(readSummary((await house.runOf(runId)).summary)).toMatchObject({
      usersToCreate: 3,
      groupsToCreate: 1,
      membersToAdd: 3,
      applied: 0,
    });
    expect(await house.directory()).toMatchObject({ status: "NEW", trusted: 0 });
    expect(await house.run(runId)).toBeNull();
  });

  it("rules 2.4a, 8.4: brings people ACTIVE, groups and memberships, proves the domain, and is trusted from then on", async () => {
    bring(3);
    const runId = await house.sync();
    expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED", failure: null });
    expect(readSummary((await house.runOf(runId)).summary)).toMatchObject({ applied: 7, failed: 0, held: 0 });
    expect(await userAt("u1@acme.example")).toMatchObject({
      status: "ACTIVE",
      role: "MEMBER",
      username: "u1",
      directorySuspended: 0,
    });
    expect(await membersOf("Team")).toEqual(["u0@acme.example", "u1@acme.example", "u2@acme.example"]);
    expect(await house.rows("SELECT name, status FROM Domain")).toEqual([{ name: "acme.example", status: "VERIFIED" }]);
    expect(await house.directory()).toMatchObject({ status: "HEALTHY", trusted: 1, failedRuns: 0, lastRunId: runId });
    expect(await house.rows("SELECT activeCount FROM Site")).toEqual([{ activeCount: 4 }]);
  });

  it("refuses a plan when somebody changed what it rests on (S9)", async () => {
    bring(2);
    await house.sync();
    house.script.person("u9", "u9@acme.example");
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    await house.run(runId);
    await house.act(async (work) =>
      deactivateUsers(work, { ids: [publicId("User", (await userAt("u1@acme.example"))?.id ?? "")] }),
    );
    await expect(house.act((work) => startApply(work, { runId: publicId("SyncRun", runId) }))).rejects.toThrow("changed since");
  });
});

describe("the second run", () => {
  it("has nothing to do and writes no row of anybody when nothing changed (S8)", async () => {
    bring(5);
    house.script.group("g2", "All", ["g1", { id: null, email: "x@elsewhere.example", type: "USER" }]);
    await house.sync();
    const before = await house.content();
    const events = await house.rows("SELECT COUNT(*) AS n FROM AuditEvent WHERE action LIKE 'user%' OR action LIKE 'group%'");
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED" });
    expect(await house.changes(runId)).toEqual(["SKIPPED MEMBER_ADD 1 member from outside in All"]);
    expect(await house.content()).toBe(before);
    expect(await house.rows("SELECT COUNT(*) AS n FROM AuditEvent WHERE action LIKE 'user%' OR action LIKE 'group%'")).toEqual(
      events,
    );
  });

  it("rule 6.4: flattens nested groups, and follows when the last path is gone", async () => {
    bring(2);
    house.script.group("g2", "All", ["g1"]);
    await house.sync();
    expect(await membersOf("All")).toEqual(["u0@acme.example", "u1@acme.example"]);
    expect(await house.rows("SELECT COUNT(*) AS n FROM Nesting")).toEqual([{ n: 1 }]);
    house.script.group("g2", "All", ["u0"]);
    await house.syncAtOnce();
    expect(await membersOf("All")).toEqual(["u0@acme.example"]);
    expect(await house.rows("SELECT COUNT(*) AS n FROM Nesting")).toEqual([{ n: 0 }]);
  });

  it("rule 1.1b: never hands anything on with an address: the newcomer starts with nothing", async () => {
    bring(3);
    await house.sync();
    const old = await userAt("u1@acme.example");
    house.script.leave("u1");
    house.script.person("n1", "u1@acme.example");
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED" });
    const fresh = await userAt("u1@acme.example");
    expect(fresh?.id).not.toBe(old?.id);
    expect(fresh?.accountId).not.toBe(old?.accountId);
    expect((await house.rows<User>("SELECT * FROM User WHERE id = ?", [old?.id ?? ""]))[0]).toMatchObject({
      status: "DEACTIVATED",
      email: `former-${old?.id}@retired.invalid`,
    });
    expect(await house.rows("SELECT email, emailKey FROM Account WHERE id = ?", [old?.accountId ?? ""])).toEqual([
      { email: "", emailKey: null },
    ]);
    const again = await house.syncAtOnce();
    expect(await house.changes(again)).toEqual([]);
  });
});

describe("removals", () => {
  it("are held when the list leaves out who is there, and everything else is applied (S12)", async () => {
    bring(40);
    await house.sync();
    house.script.hidden.add("u1");
    house.script.leave("u2");
    house.script.person("new", "new@acme.example");
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({ status: "HELD", failure: expect.stringContaining("u1@acme.example") });
    expect(await userAt("u2@acme.example")).toMatchObject({ status: "ACTIVE" });
    expect(await userAt("new@acme.example")).toMatchObject({ status: "ACTIVE" });
    expect(await house.directory()).toMatchObject({ status: "DEGRADED" });
    expect(await house.rows("SELECT recipient FROM Letter")).toEqual([{ recipient: "admin@acme.example" }]);
  });

  it("are held whole when the list was partial (S4)", async () => {
    bring(40);
    await house.sync();
    house.script.leave("u3");
    house.script.listsAre = "partial";
    const runId = await house.syncAtOnce();
    expect(await house.changes(runId)).toEqual(["HELD USER_DEACTIVATE u3@acme.example"]);
    expect(await userAt("u3@acme.example")).toMatchObject({ status: "ACTIVE" });
  });

  it("rule 1.6: never take the last admin", async () => {
    house.script.person("a", "admin@acme.example");
    bring(3);
    await house.sync();
    house.script.leave("a");
    const runId = await house.sync();
    expect(await house.runOf(runId)).toMatchObject({ status: "PARTIAL" });
    expect(await house.changes(runId)).toContain("FAILED USER_DEACTIVATE admin@acme.example");
    expect(await userAt("admin@acme.example")).toMatchObject({ status: "ACTIVE" });
  });
});

describe("a run that fails", () => {
  it("says what the directory said, takes nothing from anybody, and is quarantined at the third in a row (S20)", async () => {
    bring(2);
    await house.sync();
    const before = await house.rows("SELECT * FROM Membership");
    house.script.fault = new DirectoryFault("UNAVAILABLE", "Google does not answer as it should: backendError. Try again later.");
    const statuses: string[] = [];
    for (let n = 0; n < 3; n++) {
      const runId = await house.syncAtOnce();
      expect(await house.runOf(runId)).toMatchObject({ status: "FAILED", failure: expect.stringContaining("backendError") });
      statuses.push((await house.directory()).status);
    }
    expect(statuses).toEqual(["DEGRADED", "DEGRADED", "QUARANTINED"]);
    expect(await house.rows("SELECT * FROM Membership")).toEqual(before);
    expect(await house.rows("SELECT COUNT(*) AS n FROM Letter")).toEqual([{ n: 1 }]);
    house.script.fault = null;
    await house.syncAtOnce();
    expect(await house.directory()).toMatchObject({ status: "HEALTHY", statusReason: null, failedRuns: 0 });
  });

  it("says when the credentials are refused, and is mended by a plan", async () => {
    house.script.fault = new DirectoryFault("CREDENTIALS_REJECTED", "Google refused. Authorize client id 1.");
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    expect(await house.run(runId)).toBe("FAILED");
    expect(await house.directory()).toMatchObject({
      status: "CREDENTIALS_REJECTED",
      statusReason: "Google refused. Authorize client id 1.",
    });
    house.script.fault = null;
    await house.run(await house.act((work) => startSync(work, { directoryId: house.directoryId })));
    expect(await house.directory()).toMatchObject({ status: "NEW", statusReason: null });
  });

  it("stops when cancelled, and what was applied stays (syncCancel)", async () => {
    bring(2);
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    await house.run(runId);
    await house.act((work) => startApply(work, { runId: publicId("SyncRun", runId) }));
    await house.act((work) => cancelSync(work, { runId: publicId("SyncRun", runId) }));
    expect(await house.run(runId)).toBe("CANCELLED");
    expect(await userAt("u0@acme.example")).toBeUndefined();
  });
});

describe("what a person says while a run is under way", () => {
  it("ends a plan that is cancelled while the directory is read", async () => {
    bring(2);
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    const reader = house.script.reader();
    const readSnapshot = async (...options: Parameters<typeof reader.readSnapshot>) => {
      await house.act((work) => cancelSync(work, { runId: publicId("SyncRun", runId) }));
      return reader.readSnapshot(...options);
    };
    await house.run(runId, { reader: { ...reader, readSnapshot } });
    expect(await house.runOf(runId)).toMatchObject({ status: "CANCELLED" });
  });

  it("does not pass for approved: settings changed while a plan was applied need another one (S14)", async () => {
    bring(2);
    await house.sync();
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    await house.run(runId);
    await house.act((work) => startApply(work, { runId: publicId("SyncRun", runId) }));
    await house.act((work) => updateDirectory(work, { id: house.directoryId, settings: { domains: ["acme.example"] } }));
    expect(await house.run(runId)).toBe("SUCCEEDED");
    expect(await house.directory()).toMatchObject({ trusted: 0 });
  });
});

describe("an organization whose domain is another site's", () => {
  it("rule 1.1b: is brought unmanaged, and nobody there gets the account of who had the address before", async () => {
    const transaction = await house.database.ground.begin();
    await transaction.write(
      "INSERT INTO Domain (id, siteId, name, verifiedKey, status, token, createdAt) VALUES (?, ?, 'acme.example', 'acme.example', 'VERIFIED', 'token', '')",
      ["d".repeat(20), "s".repeat(20)],
    );
    await transaction.commit();
    bring(3);
    await house.sync();
    const old = await userAt("u1@acme.example");
    house.script.leave("u1");
    house.script.person("n1", "u1@acme.example");
    const runId = await house.syncAtOnce();
    expect(await house.changes(runId)).toEqual([
      "APPLIED USER_DEACTIVATE u1@acme.example",
      "DISPUTED USER_CREATE u1@acme.example",
    ]);
    expect(await house.rows("SELECT email FROM Account WHERE id = ?", [old?.accountId ?? ""])).toEqual([
      { email: "u1@acme.example" },
    ]);
  });
});

describe("what needs a person again", () => {
  it("is another organization behind the credentials (S14)", async () => {
    bring(2);
    await house.sync();
    house.script.customerId = "C02";
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({
      status: "PLANNED",
      failure: expect.stringContaining("another organization"),
    });
    expect(await house.directory()).toMatchObject({ trusted: 0 });
  });
});
