import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { updateDirectory } from "../../src/actions/directories/update-directory.ts";
import type { DirectorySettings } from "../../src/model/directory-settings.ts";
import { DirectoryFault } from "../../sync/snapshot.ts";
import { createPersonSync } from "../../sync/sync-person.ts";
import { type Asker, askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
let gateway: TestGateway;
let as: Asker;
beforeEach(async () => {
  house = await buildSyncedHouse();
  const { door, script } = house;
  const runner = { run: (runId: string) => house.run(runId) };
  const syncPerson = createPersonSync({ door, runner, connect: () => script.reader() });
  gateway = await openGateway(house, "jit", { syncPerson });
  as = askerOf(gateway);
  script.person("u1", "ada@acme.example", { fullName: "Ada" });
  script.person("u2", "bob@acme.example");
  script.group("g1", "Inner", ["u1"]);
  script.group("g2", "Outer", ["g1", "u2"]);
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await gateway.server.close();
  await house.close();
});

interface Answer {
  explanation: string;
  changes: { id: string; action: string; status: string; subjectLabel: string; groupLabel: string | null }[];
}
const selection = "explanation changes { id action status subjectLabel groupLabel }";
const sync = (email: string, dryRun = false) =>
  as.succeed<Answer>("syncUser", { directoryId: house.directoryId, email, dryRun }, selection);
const linesOf = ({ changes }: Answer) =>
  changes.map(({ status, action, subjectLabel, groupLabel }) =>
    [status, action, subjectLabel, groupLabel].filter(Boolean).join(" "),
  );
const userBy = async <T>(email: string, what: string) =>
  (await as.query<{ user: T }>(`query ($email: String!) { user(by: { email: $email }) { ${what} } }`, { email })).user;
const set = (settings: Partial<DirectorySettings>) =>
  house.act((work) => updateDirectory(work, { id: house.directoryId, settings }));

describe("syncing one person (S22)", () => {
  it("brings them with the memberships they have here, direct or not, and nobody else", async () => {
    await house.sync();
    house.script.person("u3", "new@acme.example");
    house.script.person("u4", "other@acme.example");
    house.script.group("g1", "Inner", ["u1", "u3", "u4"]);
    const answer = await sync("new@acme.example");
    expect(linesOf(answer)).toEqual([
      "APPLIED USER_CREATE new@acme.example",
      "APPLIED MEMBER_ADD new@acme.example Inner",
      "APPLIED MEMBER_ADD new@acme.example Outer",
    ]);
    expect(answer.explanation.split("\n")).toEqual([
      "The directory has new@acme.example: new, active, in the organizational unit /, with the id u3.",
      "In scope, as everyone is.",
      "Nobody here has new@acme.example.",
      "In Inner (g1@acme.example).",
      "In Outer (g2@acme.example) through Inner (g1@acme.example).",
    ]);
    expect(await userBy("other@acme.example", "id")).toBeNull();
    expect(await house.changes(await house.syncAtOnce())).toEqual([
      "APPLIED MEMBER_ADD other@acme.example in Inner",
      "APPLIED MEMBER_ADD other@acme.example in Outer",
      "APPLIED USER_CREATE other@acme.example",
    ]);
  });

  it("renames, takes out of groups and deactivates by the rules of every run, each proven", async () => {
    await house.sync();
    house.script.person("u1", "ada.new@acme.example", { fullName: "Ada Lovelace", aliases: ["ada@acme.example"] });
    house.script.group("g1", "Inner", []);
    const answer = await sync("ada@acme.example");
    expect(linesOf(answer)).toEqual([
      "APPLIED USER_UPDATE ada@acme.example",
      "APPLIED MEMBER_REMOVE ada@acme.example Inner",
      "APPLIED MEMBER_REMOVE ada@acme.example Outer",
    ]);
    expect(await userBy("ada.new@acme.example", "fullName groups { nodes { name } }")).toEqual({
      fullName: "Ada Lovelace",
      groups: { nodes: [] },
    });
    house.script.leave("u1");
    expect(linesOf(await sync("ada.new@acme.example"))).toEqual(["APPLIED USER_DEACTIVATE ada.new@acme.example"]);
    expect(await userBy("ada.new@acme.example", "status")).toEqual({ status: "DEACTIVATED" });
    expect(linesOf(await sync("ada.new@acme.example"))).toEqual([]);
  });

  it("lets two addresses change places, and gives a newcomer nothing of who had the address (S6)", async () => {
    await house.sync();
    const ada = await userBy("ada@acme.example", "id");
    house.script.person("u1", "bob@acme.example");
    house.script.person("u2", "ada@acme.example");
    await sync("ada@acme.example");
    expect(await userBy("bob@acme.example", "id")).toEqual(ada);
    house.script.leave("u1");
    house.script.person("u9", "bob@acme.example");
    expect(linesOf(await sync("bob@acme.example"))).toEqual([
      "APPLIED USER_DEACTIVATE bob@acme.example",
      "APPLIED USER_CREATE bob@acme.example",
    ]);
    expect(await userBy("bob@acme.example", "id groups { nodes { name } }")).not.toMatchObject(ada as object);
  });

  it("is a run of its own that is kept, with who started it, and says nothing of the directory's health", async () => {
    const before = await house.sync();
    house.script.person("u3", "new@acme.example");
    const { changes } = await sync("new@acme.example");
    const runId = changes[0]?.id.slice(4).split("-")[0] ?? "";
    expect(await house.runOf(runId)).toMatchObject({ status: "SUCCEEDED", startedByLabel: "admin@acme.example" });
    expect(await house.directory()).toMatchObject({ lastRunId: before, status: "HEALTHY" });
    expect(
      await as.query("query ($id: ID!) { node(id: $id) { ... on SyncChange { subjectLabel } } }", { id: changes[0]?.id }),
    ).toEqual({ node: { subjectLabel: "new@acme.example" } });
    expect((await house.rows("SELECT actorLabel FROM AuditEvent WHERE action = 'syncUser'")).length).toBe(1);
  });
});

describe("what one person's sync leaves alone", () => {
  it("everything in a rehearsal, which leaves no trace", async () => {
    await house.sync();
    house.script.person("u3", "new@acme.example");
    const before = [
      await house.content(),
      (await house.rows("SELECT id FROM SyncRun")).length,
      (await house.rows("SELECT id FROM AuditEvent")).length,
    ];
    const answer = await sync("new@acme.example", true);
    expect(linesOf(answer)).toEqual(["PLANNED USER_CREATE new@acme.example"]);
    expect(answer.explanation).toContain("1 change, told one by one.");
    expect([
      await house.content(),
      (await house.rows("SELECT id FROM SyncRun")).length,
      (await house.rows("SELECT id FROM AuditEvent")).length,
    ]).toEqual(before);
  });

  it("everything while the directory is new, was changed, or is paused (S14)", async () => {
    expect((await sync("ada@acme.example")).explanation).toContain("Nothing is applied before a person has applied a plan");
    expect(await userBy("ada@acme.example", "id")).toBeNull();
    await house.sync();
    house.script.person("u3", "new@acme.example");
    await set({ orgUnits: ["/"] });
    expect(linesOf(await sync("new@acme.example"))).toEqual(["PLANNED USER_CREATE new@acme.example"]);
    await house.sync();
    house.script.person("u4", "late@acme.example");
    await as.succeed("directoryUpdate", { id: house.directoryId, paused: true }, "");
    expect((await sync("late@acme.example")).explanation).toContain("Nothing is applied while the directory is paused.");
    expect(await userBy("late@acme.example", "id")).toBeNull();
  });

  it("admins and managers, who wait for a plan that a person applied (S15)", async () => {
    await house.sync();
    await as.succeed("userUpdate", { id: (await userBy<{ id: string }>("ada@acme.example", "id")).id, role: "MANAGER" }, "");
    house.script.leave("u1");
    expect(linesOf(await sync("ada@acme.example"))).toEqual(["HELD USER_DEACTIVATE ada@acme.example"]);
    expect(await userBy("ada@acme.example", "status")).toEqual({ status: "ACTIVE" });
  });

  it("who may be in a group still, because a list of groups was not read to its end (S4)", async () => {
    await house.sync();
    house.script.group("g1", "Inner", ["u2"]);
    house.script.listsAre = "partial";
    expect(linesOf(await sync("ada@acme.example"))).toEqual([
      "HELD MEMBER_REMOVE ada@acme.example Inner",
      "HELD MEMBER_REMOVE ada@acme.example Outer",
    ]);
    expect(await userBy("ada@acme.example", "groups { nodes { name } }")).toEqual({
      groups: { nodes: [{ name: "Inner" }, { name: "Outer" }] },
    });
  });

  it("who was left alone when it was disputed who they are", async () => {
    await house.sync();
    await house.join("boss@acme.example", "MANAGER");
    house.script.person("b1", "boss@acme.example");
    expect(linesOf(await sync("boss@acme.example"))).toEqual(["DISPUTED USER_ADOPT boss@acme.example"]);
    await house.syncAtOnce();
    const { node } = await as.query<{ node: { lastRun: { changes: { nodes: { id: string }[] } } } }>(
      "query ($id: ID!) { node(id: $id) { ... on Directory { lastRun { changes { nodes { id } } } } } }",
      { id: house.directoryId },
    );
    await as.succeed("syncSettle", { changeId: node.lastRun.changes.nodes[0]?.id, adoptId: null }, "");
    expect(linesOf(await sync("boss@acme.example"))).toEqual(["SKIPPED USER_ADOPT boss@acme.example"]);
  });

  it("who is out of scope, and says why: by group, by unit, by domain, by the settings", async () => {
    await set({ scope: "GROUPS", groupEmails: ["g1@acme.example"] });
    await house.sync();
    expect((await sync("ada@acme.example", true)).explanation).toContain("In scope by Inner (g1@acme.example).");
    expect((await sync("bob@acme.example", true)).explanation).toContain("Not in scope: in none of the groups in scope.");
    await set({ scope: "EVERYONE", groupEmails: [], orgUnits: ["/Engineering"] });
    expect((await sync("bob@acme.example", true)).explanation).toContain(
      "Not in scope: the organizational unit / is not in scope.",
    );
    await set({ orgUnits: [], ignore: ["bob@*"] });
    expect((await sync("bob@acme.example", true)).explanation).toContain(
      "Left alone: the settings say to leave this address alone.",
    );
    house.script.person("u5", "far@far.example");
    expect((await sync("far@far.example", true)).explanation).toContain(
      "Never brought: the organization has not verified the domain far.example.",
    );
    expect(linesOf(await sync("nobody@acme.example"))).toEqual([]);
    expect((await sync("nobody@acme.example")).explanation).toBe(
      "The directory knows nobody by nobody@acme.example.\nNobody here has nobody@acme.example.\nNothing has to change.",
    );
  });
});

describe("what syncing one person refuses", () => {
  const refused = (input: object, token?: string) =>
    as.refused("syncUser", { directoryId: house.directoryId, email: "ada@acme.example", ...input }, token);

  it("an address that is none, a directory that does not answer, and a run under way", async () => {
    await house.sync();
    expect(await refused({ email: "ada" })).toEqual(["INVALID input.email"]);
    house.script.fault = new DirectoryFault("UNAVAILABLE", "Google does not answer.");
    expect(await refused({})).toEqual(["DIRECTORY_UNAVAILABLE input.directoryId"]);
    house.script.fault = null;
    house.script.person("u1", "ada@acme.example", { fullName: "Ada L" });
    await as.succeed("syncPlan", { directoryId: house.directoryId }, "");
    expect(await refused({})).toEqual(["WRONG_STATE input.directoryId"]);
  });

  it("a directory whose credentials were sealed with another key, saying what to do", async () => {
    const transaction = await house.database.ground.begin();
    await transaction.write("UPDATE Directory SET credentials = 'v1.AAAA.AAAA.AAAA'", []);
    await transaction.commit();
    expect(await refused({})).toEqual(["DIRECTORY_UNAVAILABLE input.directoryId"]);
  });
});
