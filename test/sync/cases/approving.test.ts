import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codesOf } from "../../support/rule-words.ts";
import { bring, buildCases, type CasesHouse, type SeenRun, type SyncedSite } from "./synced-site.ts";

let house: CasesHouse;
let site: SyncedSite;
beforeEach(async () => {
  house = await buildCases();
  site = house.site;
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await house.close();
});

const leavers = ["u0", "u1", "u2", "u3", "u4", "u5"];
/** Forty people, of whom six left, and the run that holds them. */
async function sixHeld(): Promise<SeenRun> {
  bring(site, 40);
  await site.sync();
  leavers.forEach(site.script.leave);
  return site.scheduled();
}
const approval = ({ id }: SeenRun) => ({ target: { runId: id }, approveRemovals: true });
const ask = (input: object, token?: string) => site.change("syncApply", input, "run { id }", token);
const statusOf = async (id: string) => (await site.at(`${id}@acme.example`))?.status;

describe("approving what a run holds", () => {
  it("removes exactly those: who left since waits for the next run", async () => {
    const run = await sixHeld();
    site.script.leave("u6");
    expect((await site.apply(run, { approveRemovals: true })).lines).toEqual(
      leavers.map((id) => `APPLIED USER_DEACTIVATE ${id}@acme.example`),
    );
    expect(await statusOf("u6")).toBe("ACTIVE");
    expect((await site.scheduled()).lines).toEqual(["APPLIED USER_DEACTIVATE u6@acme.example"]);
  });

  it("passes over who is there after all, and says so", async () => {
    const run = await sixHeld();
    site.script.person("u5", "u5@acme.example");
    const approved = await site.apply(run, { approveRemovals: true });
    expect(approved).toMatchObject({ status: "SUCCEEDED", summary: { applied: 5 } });
    expect(approved.why).toEqual({ "SKIPPED USER_DEACTIVATE u5@acme.example": "The directory has this after all." });
    expect(await statusOf("u5")).toBe("ACTIVE");
  });

  it("passes over the membership and the group that are there after all", async () => {
    bring(site, 6);
    site.script.group("g1", "Five", ["u0", "u1", "u2", "u3", "u4"]);
    site.script.group("g2", "Gone", ["u0", "u1", "u2", "u3", "u4"]);
    await site.sync();
    site.script.group("g1", "Five", []);
    site.script.groups.delete("g2");
    const run = await site.scheduled();
    site.script.group("g1", "Five", ["u3"]);
    site.script.group("g2", "Gone", ["u0"]);
    const approved = await site.apply(run, { approveRemovals: true });
    const passedOver = ["SKIPPED GROUP_DELETE Gone", "SKIPPED MEMBER_REMOVE u3@acme.example in Five"];
    expect(Object.keys(approved.why).sort()).toEqual(passedOver);
    expect(await site.membersOf("Five")).toEqual(["u3@acme.example"]);
    expect(await site.membersOf("Gone")).toHaveLength(5);
  });

  it("who was removed by hand meanwhile stops nothing: the others go", async () => {
    const run = await sixHeld();
    const id = (await site.at("u0@acme.example"))?.id;
    await site.succeed("userDeactivate", { ids: [id], note: "By hand" }, "users { id }");
    await site.apply(run, { approveRemovals: true });
    expect(await Promise.all(leavers.map(statusOf))).toEqual(leavers.map(() => "DEACTIVATED"));
    expect(await site.user(id ?? "", "deactivationNote")).toEqual({ deactivationNote: "By hand" });
  });

  it("twice: the second time nothing is left to approve", async () => {
    const run = await sixHeld();
    await site.apply(run, { approveRemovals: true });
    const { userErrors } = await ask(approval(run));
    expect(userErrors).toMatchObject([{ code: "WRONG_STATE", message: "Only a plan that was not applied yet can be applied." }]);
  });

  it("twice at the same moment: one of them does it", async () => {
    const run = await sixHeld();
    const answers = await Promise.all([ask(approval(run)), ask(approval(run))]);
    expect(answers.flatMap(codesOf)).toEqual(["WRONG_STATE"]);
    await house.run(run.id.slice(4));
    expect((await site.runAt(run.id)).lines).toEqual(leavers.map((id) => `APPLIED USER_DEACTIVATE ${id}@acme.example`));
  });

  it("after a later run holds the same: either run does, and the other has nothing left to do", async () => {
    const run = await sixHeld();
    const later = await site.scheduled();
    await site.apply(run, { approveRemovals: true });
    const events = await house.rows("SELECT id FROM AuditEvent WHERE action = 'userDeactivate'");
    expect(await site.apply(later, { approveRemovals: true })).toMatchObject({ status: "SUCCEEDED" });
    expect(await house.rows("SELECT id FROM AuditEvent WHERE action = 'userDeactivate'")).toEqual(events);
  });

  it("is in the trail, with who approved", async () => {
    const run = await sixHeld();
    await site.apply(run, { approveRemovals: true });
    expect((await site.trailOf(run.id))[0]).toBe("syncApply: status HELD > APPLYING, removalsApproved false > true");
    const query = "query ($id: ID!) { auditEvents(filter: { subjectId: $id }, first: 1) { nodes { actorLabel } } }";
    expect(await site.query(query, { id: run.id })).toEqual({ auditEvents: { nodes: [{ actorLabel: "admin@acme.example" }] } });
  });

  it("needs the word for it, and one run", async () => {
    const run = await sixHeld();
    const { userErrors } = await ask({ target: { runId: run.id } });
    expect(userErrors).toMatchObject([{ code: "WRONG_STATE", message: "This run holds removals: approve them to apply them." }]);
    expect(codesOf(await ask({ target: { directoryId: site.directoryId }, approveRemovals: true }))).toEqual(["INVALID"]);
    expect(await statusOf("u0")).toBe("ACTIVE");
  });

  it("is refused to another site's admin, to members and managers, and to tokens without the scope", async () => {
    const run = await sixHeld();
    const other = await house.found("globex");
    expect(codesOf(await other.change("syncApply", approval(run), "run { id }"))).toEqual(["NOT_FOUND"]);
    const tokens = [(await site.join("m@hand.example")).token, (await site.join("n@hand.example", "MANAGER")).token];
    const made = await site.succeed<{ secret: string }>(
      "apiTokenCreate",
      { name: "Reads", scopes: ["DIRECTORIES_READ", "USERS_WRITE"] },
      "secret",
    );
    const apply = "mutation ($input: SyncApplyInput!) { syncApply(input: $input) { run { id } } }";
    for (const token of [...tokens, made.secret]) {
      const { errors } = await house.gateway.ask(apply, { input: approval(run) }, token, { "gatehouse-site": "acme" });
      expect(errors).toMatchObject([{ extensions: { code: "FORBIDDEN" }, message: "This needs the scope DIRECTORIES_WRITE." }]);
    }
    expect(await site.runAt(run.id)).toEqual(run);
    expect(await statusOf("u0")).toBe("ACTIVE");
  });

  it("is refused once the settings changed, since what they say now may spare who is held", async () => {
    const run = await sixHeld();
    await site.set({ ignore: ["u1@acme.example"] });
    const { userErrors } = await ask(approval(run));
    expect(userErrors).toMatchObject([{ code: "EXPIRED", message: expect.stringContaining("settings changed") }]);
    expect(await statusOf("u1")).toBe("ACTIVE");
  });

  it("is refused while the directory is paused", async () => {
    const run = await sixHeld();
    await site.succeed("directoryUpdate", { id: site.directoryId, paused: true }, "directory { id }");
    expect(codesOf(await ask(approval(run)))).toEqual(["WRONG_STATE"]);
  });

  it("together with a plan: nothing of it waits", async () => {
    bring(site, 40);
    await site.sync();
    leavers.forEach(site.script.leave);
    const plan = await site.plan();
    expect(plan.lines).toEqual(leavers.map((id) => `HELD USER_DEACTIVATE ${id}@acme.example`));
    expect(await site.apply(plan, { approveRemovals: true })).toMatchObject({ status: "SUCCEEDED", summary: { applied: 6 } });
  });
});

describe("what needs a plan that a person applied", () => {
  const atOnce = async () => codesOf(await site.change("syncApply", { target: { directoryId: site.directoryId } }, "run { id }"));

  it("the first run", async () => {
    bring(site, 3);
    expect(await atOnce()).toEqual(["WRONG_STATE"]);
    const plan = await site.plan();
    expect(plan).toMatchObject({ status: "PLANNED", summary: { applied: 0 } });
    expect(await site.at("u0@acme.example")).toBeNull();
    expect(await site.apply(plan)).toMatchObject({ status: "SUCCEEDED", summary: { applied: 3 } });
    expect(await atOnce()).toEqual([]);
  });

  it.each([
    { scope: "GROUPS", groupEmails: ["g1@acme.example"] },
    { orgUnits: ["/Sales"] },
    { domains: ["other.example"] },
    { ignore: ["u1@acme.example"] },
    { onLeave: "KEEP" },
    { maxRemovals: 6 },
    { maxRemovalPercent: 20 },
  ])("changed settings: %o", async (settings) => {
    bring(site, 3);
    site.script.group("g1", "Team", ["u0"]);
    await site.sync();
    await site.set(settings);
    expect(await atOnce()).toEqual(["WRONG_STATE"]);
    const plan = await site.plan();
    expect(await statusOf("u2")).toBe("ACTIVE");
    await site.apply(plan, { approveRemovals: true });
    expect(await atOnce()).toEqual([]);
  });

  it("not settings that can remove nobody", async () => {
    bring(site, 3);
    await site.sync();
    await site.set({ maxRemovals: 1, maxRemovalPercent: 0, schedule: "0 6 * * *", sendWelcome: true, onMatch: "REPORT" });
    expect(await atOnce()).toEqual([]);
  });

  it("and a plan is refused once the settings changed under it", async () => {
    bring(site, 3);
    const plan = await site.plan();
    await site.set({ sendWelcome: true });
    expect(codesOf(await ask({ target: { runId: plan.id } }))).toEqual(["EXPIRED"]);
    expect(await site.at("u0@acme.example")).toBeNull();
  });
});
