import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelSync } from "../../../src/actions/directories/cancel-sync.ts";
import { connectDirectory, sealOf } from "../../../src/actions/directories/connect-directory.ts";
import { disconnectDirectory } from "../../../src/actions/directories/disconnect-directory.ts";
import { startApply } from "../../../src/actions/directories/start-apply.ts";
import { startSync } from "../../../src/actions/directories/start-sync.ts";
import { updateDirectory } from "../../../src/actions/directories/update-directory.ts";
import type { Actor } from "../../../src/model/actor.ts";
import type { Directory, SyncRun } from "../../../src/model/entities.ts";
import { publicId } from "../../../src/model/id.ts";
import { Refusal } from "../../../src/model/refusal.ts";
import type { Work } from "../../../src/work/work.ts";
import { buildHouse, type House, testSafe } from "../../support/house.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const serviceAccountKey = JSON.stringify({
  type: "service_account",
  client_email: "sync@project.iam",
  client_id: "1",
  private_key: privateKey,
});
const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: "Boss@acme.example" } };

let house: House;
let made = 0;
beforeAll(async () => {
  house = await buildHouse();
});
afterAll(() => house.close());

const act = <T>(change: (work: Work) => Promise<T>, actor: Actor = house.admin) =>
  house.door.act({ siteId: house.siteId, actor }, change);
const connect = async () =>
  publicId("Directory", await act((work) => connectDirectory(work, { name: `Workspace ${++made}`, credentials })));
const directory = async (id: string) => (await house.rows<Directory>("SELECT * FROM Directory WHERE id = ?", [id.slice(4)]))[0];
const setDirectory = async (id: string, sql: string) => {
  const transaction = await house.database.ground.begin();
  await transaction.write(`UPDATE Directory SET ${sql} WHERE id = ?`, [id.slice(4)]);
  await transaction.commit();
};
const runOf = async (id: string) => (await house.rows<SyncRun>("SELECT * FROM SyncRun WHERE id = ?", [id]))[0];
const setRun = async (id: string, sql: string) => {
  const transaction = await house.database.ground.begin();
  await transaction.write(`UPDATE SyncRun SET ${sql} WHERE id = ?`, [id]);
  await transaction.commit();
};
const refusalOf = async (promise: Promise<unknown>): Promise<Refusal> => {
  const error = await promise.then(
    () => new Error("It was not refused"),
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error;
  throw error;
};
const codesOf = async (promise: Promise<unknown>) => (await refusalOf(promise)).problems.map(({ code }) => code);

describe("connecting a directory", () => {
  it("seals the credentials, and leaves a trail without them", async () => {
    const id = await connect();
    const row = await directory(id);
    expect(row?.status).toBe("NEW");
    expect(row?.trusted).toBe(0);
    expect(row?.nextRunAt).toMatch(/^\d{4}-.*Z$/);
    expect(row?.credentials).not.toContain("PRIVATE");
    expect(JSON.parse(testSafe.open(sealOf(id.slice(4)), row?.credentials ?? ""))).toEqual({
      serviceAccountKey,
      adminEmail: "boss@acme.example",
      customerId: "my_customer",
    });
    const [event] = await house.rows<{ body: string }>(
      "SELECT body FROM AuditEvent WHERE action = 'directoryConnect' ORDER BY id DESC LIMIT 1",
    );
    expect(event?.body).toContain("boss@acme.example");
    expect(event?.body).not.toContain("PRIVATE");
  });

  it("refuses managers", async () => {
    const manager = await house.join("manager@acme.example", "MANAGER");
    expect(await codesOf(act((work) => connectDirectory(work, { name: "Mine", credentials }), manager))).toEqual(["FORBIDDEN"]);
  });

  it("refuses everything that makes no sense, all at once, and repeats no key", async () => {
    const broken = { googleWorkspace: { serviceAccountKey: '{"type":"authorized_user","secret":"hush"}', adminEmail: "boss" } };
    const settings = {
      schedule: "61 * * * *",
      maxRemovalPercent: 101,
      scope: "GROUPS" as const,
      domains: ["not a domain"],
    };
    const refusal = await refusalOf(act((work) => connectDirectory(work, { name: " ", credentials: broken, settings })));
    expect(refusal.problems.map(({ path }) => path.slice(1).join("."))).toEqual([
      "name",
      "credentials.googleWorkspace.serviceAccountKey",
      "credentials.googleWorkspace.adminEmail",
      "settings.domains.0",
      "settings.groupEmails",
      "settings.maxRemovalPercent",
      "settings.schedule",
    ]);
    expect(refusal.message).not.toContain("hush");
  });

  it("knows only the site's own applications", async () => {
    const settings = { applicationIds: [publicId("Application", "0".repeat(20))] };
    expect(await codesOf(act((work) => connectDirectory(work, { name: "Workspace", credentials, settings })))).toEqual([
      "NOT_FOUND",
    ]);
  });
});

describe("updating a directory", () => {
  it("takes back its trust when what may remove changes (S14), and not otherwise", async () => {
    const id = await connect();
    await setDirectory(id, "trusted = 1");
    await act((work) => updateDirectory(work, { id, name: "Other", settings: { sendWelcome: true, schedule: "5 1 * * *" } }));
    expect((await directory(id))?.trusted).toBe(1);
    for (const change of [
      { settings: { domains: ["acme.example"] } },
      { settings: { ignore: ["x@*"] } },
      { settings: { onLeave: "KEEP" as const } },
      { credentials },
    ]) {
      await setDirectory(id, "trusted = 1");
      await act((work) => updateDirectory(work, { id, ...change }));
      expect((await directory(id))?.trusted).toBe(0);
    }
  });

  it("rule 4.5: changes nothing twice, and refuses a stale page", async () => {
    const id = await connect();
    await act((work) => updateDirectory(work, { id, settings: { maxRemovals: 7 }, expectedVersion: 1 }));
    await act((work) => updateDirectory(work, { id, settings: { maxRemovals: 7 } }));
    expect((await directory(id))?.version).toBe(2);
    expect(await codesOf(act((work) => updateDirectory(work, { id, name: "Late", expectedVersion: 1 })))).toEqual(["CONFLICT"]);
  });

  it("pauses and resumes, and has no next run without a schedule", async () => {
    const id = await connect();
    await act((work) => updateDirectory(work, { id, paused: true }));
    expect((await directory(id))?.status).toBe("PAUSED");
    await act((work) => updateDirectory(work, { id, paused: false, settings: { schedule: null } }));
    expect(await directory(id)).toMatchObject({ status: "NEW", nextRunAt: null });
  });
});

describe("starting runs", () => {
  it("plans, one run at a time, and again when that was cancelled and has ended", async () => {
    const directoryId = await connect();
    const runId = await act((work) => startSync(work, { directoryId }));
    expect(await runOf(runId)).toMatchObject({ status: "PLANNING", startedByLabel: "admin@acme.example" });
    expect(await codesOf(act((work) => startSync(work, { directoryId })))).toEqual(["WRONG_STATE"]);
    await act((work) => cancelSync(work, { runId: publicId("SyncRun", runId) }));
    await act((work) => cancelSync(work, { runId: publicId("SyncRun", runId) }));
    expect((await runOf(runId))?.cancelled).toBe(1);
    await setRun(runId, "status = 'CANCELLED', finishedAt = createdAt");
    await act((work) => startSync(work, { directoryId }));
  });

  it("never starts two runs of one directory at the same moment", async () => {
    const directoryId = await connect();
    const starts = await Promise.allSettled([1, 2, 3, 4].map(() => act((work) => startSync(work, { directoryId }))));
    expect(starts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("refuses to apply at once until a person applied a plan (S14), and while paused", async () => {
    const directoryId = await connect();
    expect(await codesOf(act((work) => startApply(work, { directoryId })))).toEqual(["WRONG_STATE"]);
    await setDirectory(directoryId, "trusted = 1");
    await act((work) => updateDirectory(work, { id: directoryId, paused: true }));
    expect(await codesOf(act((work) => startApply(work, { directoryId })))).toEqual(["WRONG_STATE"]);
    await act((work) => updateDirectory(work, { id: directoryId, paused: false }));
    const runId = await act((work) => startApply(work, { directoryId }));
    expect(await runOf(runId)).toMatchObject({ status: "APPLYING", basis: null });
  });

  it("applies only a plan, and not one that is old or rests on what has changed (S9)", async () => {
    const directoryId = await connect();
    const runId = await act((work) => startSync(work, { directoryId }));
    const apply = () => act((work) => startApply(work, { runId: publicId("SyncRun", runId) }));
    expect(await codesOf(apply())).toEqual(["WRONG_STATE"]);
    await setRun(runId, "status = 'PLANNED', basis = 'other'");
    expect(await codesOf(apply())).toEqual(["EXPIRED"]);
    await setRun(runId, "createdAt = '2020-01-01T00:00:00.000Z'");
    expect(await codesOf(apply())).toEqual(["EXPIRED"]);
  });
});

describe("disconnecting a directory", () => {
  it("forgets the credentials, ends its runs, and leaves everybody as they are, by hand", async () => {
    const id = await connect();
    const user = await house.join("synced@acme.example");
    const transaction = await house.database.ground.begin();
    await transaction.write(
      "UPDATE User SET directoryId = ?, externalId = '1', externalKey = 'x:1', fingerprint = 'f' WHERE id = ?",
      [id.slice(4), user.userId],
    );
    await transaction.write(
      "INSERT INTO `Group` (id, siteId, name, nameKey, directoryId, externalId, externalKey, memberCount, createdAt, version) VALUES (?, ?, 'G', 'g', ?, 'g1', 'x:g1', 1, '', 1)",
      ["g".repeat(20), house.siteId, id.slice(4)],
    );
    await transaction.write("INSERT INTO Membership (groupId, userId, byHand, bySync, direct) VALUES (?, ?, 0, 1, 1)", [
      "g".repeat(20),
      user.userId,
    ]);
    await transaction.write("INSERT INTO Nesting (groupId, childId) VALUES (?, ?)", ["g".repeat(20), "h".repeat(20)]);
    await transaction.commit();
    const runId = await act((work) => startSync(work, { directoryId: id }));

    await act((work) => disconnectDirectory(work, { id }));
    expect(await directory(id)).toBeUndefined();
    expect(await runOf(runId)).toMatchObject({ status: "CANCELLED" });
    expect(await house.rows("SELECT status, directoryId, externalKey FROM User WHERE id = ?", [user.userId])).toEqual([
      { status: "ACTIVE", directoryId: null, externalKey: null },
    ]);
    expect(await house.rows("SELECT byHand, bySync FROM Membership WHERE userId = ?", [user.userId])).toEqual([
      { byHand: 1, bySync: 0 },
    ]);
    expect(await house.rows("SELECT * FROM Nesting")).toEqual([]);
    expect(await codesOf(act((work) => disconnectDirectory(work, { id })))).toEqual(["NOT_FOUND"]);
  });
});
