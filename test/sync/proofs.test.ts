import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApply } from "../../src/actions/directories/start-apply.ts";
import { updateDirectory } from "../../src/actions/directories/update-directory.ts";
import { publicId } from "../../src/model/id.ts";
import { proveRemovals } from "../../sync/prove.ts";
import { bodiesOf, holdUser, nothingHeld, plan } from "../support/planning.ts";
import { scriptedDirectory } from "../support/scripted-directory.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

describe("the list of the deleted as a proof (S12)", () => {
  let house: SyncedHouse;
  beforeEach(async () => {
    house = await buildSyncedHouse();
    for (let n = 0; n < 40; n++) house.script.person(`u${n}`, `u${n}@acme.example`);
    await house.sync();
  });
  afterEach(async () => {
    expect(house.told).toEqual([]);
    await house.close();
  });

  const statusOf = async (id: string) =>
    (await house.rows<{ status: string }>("SELECT status FROM User WHERE email = ?", [`${id}@acme.example`]))[0]?.status;
  const remove = (id: string) => {
    house.script.leave(id);
    house.script.deleted.add(id);
  };
  const approve = (runId: string) =>
    house.act((work) => startApply(work, { runId: publicId("SyncRun", runId), approveRemovals: true }));

  it("costs no request for each person who left", async () => {
    remove("u1");
    remove("u2");
    house.script.leave("u3");
    await house.syncAtOnce();
    expect(house.script.proofs).toEqual(["user u3"]);
    expect([await statusOf("u1"), await statusOf("u2"), await statusOf("u3")]).toEqual(Array(3).fill("DEACTIVATED"));
  });

  it("does not excuse a list that leaves out somebody else", async () => {
    remove("u1");
    house.script.hidden.add("u2");
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({ status: "HELD", failure: expect.stringContaining("u2@acme.example") });
    expect(await statusOf("u1")).toBe("ACTIVE");
  });

  it("is asked for anew where a person approves later: whoever was restored meanwhile is passed over", async () => {
    for (let n = 0; n < 6; n++) remove(`u${n}`);
    const runId = await house.syncAtOnce();
    expect(await house.runOf(runId)).toMatchObject({ status: "HELD" });
    house.script.person("u5", "u5@acme.example");
    house.script.deleted.delete("u5");
    await approve(runId);
    expect(await house.run(runId)).toBe("SUCCEEDED");
    expect(house.script.proofs.sort()).toEqual(["user u0", "user u1", "user u2", "user u3", "user u4", "user u5"]);
    expect([await statusOf("u4"), await statusOf("u5")]).toEqual(["DEACTIVATED", "ACTIVE"]);
  });

  it("approves nothing that was held under other settings (S9)", async () => {
    for (let n = 0; n < 6; n++) remove(`u${n}`);
    const runId = await house.syncAtOnce();
    await house.act((work) => updateDirectory(work, { id: house.directoryId, settings: { onLeave: "KEEP" } }));
    await expect(approve(runId)).rejects.toMatchObject({ problems: [{ code: "EXPIRED" }] });
    expect(await statusOf("u0")).toBe("ACTIVE");
  });
});

describe("planning with the list of the deleted", () => {
  function build() {
    const script = scriptedDirectory();
    const held = nothingHeld();
    for (let n = 0; n < 20; n++) {
      script.person(`u${n}`, `u${n}@acme.example`);
      holdUser(held, `u${n}`, `u${n}@acme.example`);
    }
    return { script, held };
  }

  it("keeps with the change what it rests on, for whichever process applies it", async () => {
    const { script, held } = build();
    script.leave("u1");
    script.leave("u2");
    script.deleted.add("u1");
    const bodies = bodiesOf(plan(script, held));
    expect(bodies.map(({ subjectLabel, proof }) => [subjectLabel, proof])).toEqual([
      ["u1@acme.example", "DELETED"],
      ["u2@acme.example", "ABSENT"],
    ]);
    expect(await proveRemovals(script.reader(), bodies, { scopeGroups: [], again: false })).toEqual(["proven", "proven"]);
    expect(script.proofs).toEqual(["user u2"]);
  });

  it("does not believe a part of that list, nor lets it stand for a complete list of people", () => {
    const { script, held } = build();
    script.leave("u1");
    script.deleted.add("u1");
    script.listsAre = "partial";
    const { steps } = plan(script, held);
    expect(steps.map(({ status, changes }) => [status, changes[0]?.proof])).toEqual([["HELD", "ABSENT"]]);
  });

  it("lets somebody stay who is listed as living and as deleted", () => {
    const { script, held } = build();
    script.deleted.add("u1");
    expect(plan(script, held).steps).toEqual([]);
  });
});
