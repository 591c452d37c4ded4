import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { noteReading } from "../../src/actions/directories/note-reading.ts";
import { startApply } from "../../src/actions/directories/start-apply.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { publicId } from "../../src/model/id.ts";
import { emptySummary, readSummary } from "../../src/model/sync-summary.ts";
import { trackReading } from "../../sync/reading-progress.ts";
import type { DirectoryReader } from "../../sync/snapshot.ts";
import { askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

const nothing = { users: 0, groups: 0, memberships: 0 };

describe("the progress of a reading", () => {
  it("has no part while nobody knows how much there is, and has one as soon as the groups are known", () => {
    const { onProgress, now } = trackReading(nothing, () => 3);
    expect(now().part).toBeNull();
    onProgress("groups", 200);
    expect(now()).toEqual({ requests: 3, groups: 200, users: 0, memberships: 0, part: null });
    onProgress("members", 0, 200);
    onProgress("memberships", 0, 40_000);
    expect(now().part).toBeCloseTo(1 / (1 + 200 + 200));
  });

  it("goes from what was held before until the directory has said what there is", () => {
    const { onProgress, now } = trackReading({ users: 1000, groups: 200, memberships: 2000 }, () => 0);
    expect(now().part).toBe(0);
    onProgress("groups", 200);
    expect(now().part).toBeCloseTo(1 / (1 + 2 + 200 + 10));
    onProgress("users", 500);
    expect(now().part).toBeCloseTo(2 / (1 + 2 + 200 + 10));
  });

  it("grows with every page and is never done before the plan is there", () => {
    const { onProgress, now } = trackReading(nothing, () => 0);
    const parts: (number | null)[] = [];
    const tell = (...progress: Parameters<typeof onProgress>) => {
      onProgress(...progress);
      parts.push(now().part);
    };
    tell("groups", 2);
    tell("members", 0, 2);
    tell("memberships", 0, 300);
    tell("users", 500);
    tell("deletedUsers", 0);
    for (const [group, members] of [
      [0, 200],
      [1, 250],
      [2, 300],
    ] as const) {
      tell("memberships", members, 300);
      tell("members", group, 2);
    }
    const known = parts.filter((part) => part !== null);
    expect(known.slice(2)).toEqual([...known.slice(2)].sort((one, other) => one - other));
    expect(parts.at(-1)).toBe(0.99);
  });
});

describe("a run that is read", () => {
  let house: SyncedHouse;
  let gateway: TestGateway;
  beforeAll(async () => {
    house = await buildSyncedHouse();
    gateway = await openGateway(house);
    house.script.person("u1", "ada@acme.example");
    house.script.person("u2", "bob@acme.example");
    house.script.group("g1", "Team", ["u1", "u2"]);
  });
  afterAll(async () => {
    await gateway.server.close();
    await house.close();
  });

  const progressOf = async (runId: string) => {
    const query = "query ($id: ID!) { node(id: $id) { ... on SyncRun { status progress requestCount } } }";
    type Node = { node: { status: string; progress: number; requestCount: number } };
    return (await askerOf(gateway).query<Node>(query, { id: publicId("SyncRun", runId) })).node;
  };

  /** Reads groups and then members, and goes on only when the run tells in the API that it is further than before. */
  function watchedReader(runId: string, points: number[]): DirectoryReader {
    const reader = house.script.reader();
    const { readSnapshot } = reader;
    return Object.assign(reader, {
      async readSnapshot(options: Parameters<typeof readSnapshot>[0]) {
        options.onProgress?.("groups", 1);
        options.onProgress?.("memberships", 0, 2);
        for (const groups of [0, 1]) {
          options.onProgress?.("members", groups, 1);
          const before = points.at(-1) ?? 0;
          await vi.waitFor(
            async () => {
              options.onProgress?.("members", groups, 1);
              const { progress, requestCount } = await progressOf(runId);
              expect(progress).toBeGreaterThan(before);
              expect(requestCount).toBe(reader.requestCount);
              points.push(progress);
            },
            { timeout: 20_000 },
          );
        }
        return readSnapshot(options);
      },
    });
  }

  it("tells in the API that it moves, and is done at its end", async () => {
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    const points: number[] = [];
    await house.run(runId, { reader: watchedReader(runId, points), noteReadingEveryMs: 0 });
    expect(points[1]).toBeGreaterThan(points[0] ?? 1);
    expect(points[1]).toBeLessThan(1);
    expect(await progressOf(runId)).toMatchObject({ status: "PLANNED", progress: 1 });
    expect(readSummary((await house.runOf(runId)).summary)).toMatchObject({ reading: 0, usersToCreate: 2, approved: true });
    await house.act((work) => startApply(work, { runId: publicId("SyncRun", runId) }));
    expect(await progressOf(runId)).toMatchObject({ status: "APPLYING", progress: 0 });
    await house.run(runId);
  });

  it("is half done when all is read, where it is applied at once", async () => {
    const runId = await house.act((work) => startApply(work, { directoryId: house.directoryId }));
    const points: number[] = [];
    await house.run(runId, { reader: watchedReader(runId, points), noteReadingEveryMs: 0 });
    expect(points[1]).toBeGreaterThan(points[0] ?? 1);
    expect(points[1]).toBeLessThan(0.5);
    expect(await progressOf(runId)).toMatchObject({ status: "SUCCEEDED", progress: 1 });
  });

  it("is written down by nobody who lost it, and by nobody once its plan is there (S19)", async () => {
    const runId = await house.act((work) => startSync(work, { directoryId: house.directoryId }));
    const noted = (fence: number) => ({ summary: { ...emptySummary(), reading: 0.5 }, requestCount: fence });
    const note = (fence: number) => house.act((work) => noteReading(work, { runId, fence }, noted(fence)));
    const { fence } = await house.runOf(runId);
    await note(fence + 1);
    expect((await house.runOf(runId)).summary).not.toContain('"reading":0.5');
    await note(fence);
    expect((await house.runOf(runId)).summary).toContain('"reading":0.5');
    await house.run(runId);
    const done = await house.runOf(runId);
    await note(done.fence);
    expect(await house.runOf(runId)).toEqual(done);
  });
});
