import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSession } from "../../src/actions/sessions/open-session.ts";
import { compactId } from "../../src/model/id.ts";
import { type Asker, askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
let gateway: TestGateway;
let as: Asker;
beforeEach(async () => {
  house = await buildSyncedHouse();
  gateway = await openGateway(house);
  as = askerOf(gateway);
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await gateway.server.close();
  await house.close();
});

interface Change {
  id: string;
  action: string;
  status: string;
  subjectLabel: string;
  failure: string | null;
  candidates: { id: string }[];
}

const asked = "id action status subjectLabel failure candidates { ... on User { id email } ... on Group { id name } }";
const lastChanges = async (): Promise<Change[]> => {
  const { node } = await as.query<{ node: { lastRun: { changes: { nodes: Change[] } } } }>(
    `query ($id: ID!) { node(id: $id) { ... on Directory { lastRun { changes { nodes { ${asked} } } } } } }`,
    { id: house.directoryId },
  );
  return node.lastRun.changes.nodes;
};
/** The one dispute of the last run. */
const dispute = async () => {
  const disputes = (await lastChanges()).filter(({ status }) => status === "DISPUTED");
  expect(disputes).toHaveLength(1);
  return disputes[0] as Change; // as: there is one
};
const settle = (input: { changeId: string; adoptId?: string | null }) =>
  as.succeed<{ change: Change }>("syncSettle", input, `change { ${asked} }`);
const refuses = (input: object, token?: string) => as.refused("syncSettle", input, token);
const userBy = async <T>(email: string, selection: string) =>
  (await as.query<{ user: T }>(`query ($email: String!) { user(by: { email: $email }) { ${selection} } }`, { email })).user;
const linesOf = async () =>
  (await lastChanges()).map(({ status, action, subjectLabel }) => `${status} ${action} ${subjectLabel}`);

const sessionsOf = (id: string) =>
  house.rows("SELECT s.id FROM Session s JOIN User u ON u.accountId = s.accountId WHERE u.id = ?", [compactId("User", id)]);
async function signIn(id: string): Promise<void> {
  const [user] = await house.rows<{ id: string; accountId: string }>("SELECT id, accountId FROM User WHERE id = ?", [
    compactId("User", id),
  ]);
  await house.act(async (work) => {
    const permit = work.permit("signIn", { noun: "account", id: user?.accountId ?? "" });
    await openSession(work, { accountId: user?.accountId ?? "", userId: user?.id ?? "" });
    return work.unchanged(permit, undefined);
  });
}

describe("settling a dispute (S7)", () => {
  it("about an admin hands the very user to the directory: role, groups and access stay", async () => {
    await house.sync();
    await house.join("boss@acme.example", "MANAGER");
    const { id } = await userBy<{ id: string }>("boss@acme.example", "id");
    house.script.person("b1", "boss@acme.example", { fullName: "The Boss" });
    await house.syncAtOnce();
    const change = await dispute();
    expect(change).toMatchObject({ action: "USER_ADOPT", candidates: [{ id }] });
    expect((await settle({ changeId: change.id, adoptId: id })).change).toMatchObject({ status: "APPLIED", failure: null });
    expect(await userBy("boss@acme.example", "id role synced status")).toEqual({
      id,
      role: "MANAGER",
      synced: true,
      status: "ACTIVE",
    });
    await house.syncAtOnce();
    expect(await userBy("boss@acme.example", "fullName")).toEqual({ fullName: "The Boss" });
    await house.syncAtOnce();
    expect(await linesOf()).toEqual([]);
  });

  it("about a group of the same name hands it over with its grants; members added by hand stay", async () => {
    await house.sync();
    const { users } = await as.succeed<{ users: { id: string }[] }>(
      "userInvite",
      { invitees: [{ email: "hand@far.example" }], applicationIds: [], sendEmail: false },
      "users { id }",
    );
    const { group } = await as.succeed<{ group: { id: string } }>(
      "groupCreate",
      { name: "Design", memberIds: users.map(({ id }) => id) },
      "group { id }",
    );
    const { application } = await as.succeed<{ application: { id: string } }>(
      "applicationCreate",
      { key: "wiki", name: "Wiki" },
      "application { id }",
    );
    await as.succeed("grantSet", { applicationId: application.id, groupId: group.id, role: "USER" }, "");
    house.script.person("u1", "ada@acme.example");
    house.script.group("g1", "Design", ["u1"]);
    await house.syncAtOnce();
    const change = await dispute();
    expect(change).toMatchObject({ action: "GROUP_ADOPT", candidates: [{ id: group.id }] });
    await settle({ changeId: change.id, adoptId: group.id });
    await house.syncAtOnce();
    const told = await as.query(
      "query ($id: ID!) { node(id: $id) { ... on Group { synced members { nodes { email } } grants { application { key } } } } }",
      { id: group.id },
    );
    expect(told).toEqual({
      node: {
        synced: true,
        members: { nodes: [{ email: "ada@acme.example" }, { email: "hand@far.example" }] },
        grants: [{ application: { key: "wiki" } }],
      },
    });
    await house.syncAtOnce();
    expect(await linesOf()).toEqual([]);
  });

  it("by nobody leaves all of them alone in every run, until it is settled otherwise", async () => {
    await house.sync();
    const { group } = await as.succeed<{ group: { id: string } }>("groupCreate", { name: "Design" }, "group { id }");
    house.script.group("g1", "Design", []);
    await house.syncAtOnce();
    const { id: changeId } = await dispute();
    const { change } = await settle({ changeId, adoptId: null });
    expect(change).toMatchObject({ status: "SKIPPED", failure: "Left alone, as admin@acme.example decided." });
    for (let n = 0; n < 2; n++) {
      await house.syncAtOnce();
      expect(await linesOf()).toEqual(["SKIPPED GROUP_ADOPT Design"]);
    }
    const [again] = await lastChanges();
    await settle({ changeId: again?.id ?? "", adoptId: group.id });
    await house.syncAtOnce();
    expect(await linesOf()).toEqual(["APPLIED GROUP_UPDATE Design"]);
  });

  it("says that a person made anew at the directory is the same one, who goes on with groups and content and signs in anew", async () => {
    for (let n = 0; n < 12; n++) house.script.person(`u${n}`, `u${n}@acme.example`);
    house.script.group("g1", "Team", ["u0"]);
    await house.sync();
    const before = await userBy<{ id: string }>("u0@acme.example", "id groups { nodes { name } }");
    await signIn(before.id);
    expect(await sessionsOf(before.id)).toHaveLength(1);
    // So many leave that it is held, and one of them is back under a new id.
    for (let n = 0; n < 7; n++) house.script.leave(`u${n}`);
    house.script.person("new", "u0@acme.example");
    house.script.group("g1", "Team", ["new"]);
    await house.syncAtOnce();
    const change = await dispute();
    expect(change).toMatchObject({ action: "USER_CREATE", subjectLabel: "u0@acme.example", candidates: [{ id: before.id }] });
    await settle({ changeId: change.id, adoptId: before.id });
    await house.syncAtOnce();
    expect(await userBy("u0@acme.example", "id status groups { nodes { name } }")).toEqual({ ...before, status: "ACTIVE" });
    expect(await sessionsOf(before.id)).toEqual([]);
    // What the directory says of the person is compared anew, once.
    expect((await linesOf()).filter((line) => line.includes("u0@"))).toEqual(["APPLIED USER_UPDATE u0@acme.example"]);
    await house.syncAtOnce();
    expect((await linesOf()).filter((line) => line.includes("u0@"))).toEqual([]);
  });

  it("is told in the trail, by whom", async () => {
    await house.sync();
    await as.succeed("groupCreate", { name: "Design" }, "");
    house.script.group("g1", "Design", []);
    await house.syncAtOnce();
    const { id: changeId, candidates } = await dispute();
    await settle({ changeId, adoptId: candidates[0]?.id ?? null });
    const { auditEvents } = await as.query<{ auditEvents: { nodes: object[] } }>(
      '{ auditEvents(first: 1, filter: { actions: ["syncSettle"] }) { nodes { action actorLabel subjects { label changes { field to } } } } }',
    );
    expect(auditEvents.nodes).toEqual([
      {
        action: "syncSettle",
        actorLabel: "admin@acme.example",
        subjects: [{ label: "Design", changes: [{ field: "externalId", to: "g1" }] }],
      },
    ]);
  });
});

describe("what settling refuses", () => {
  beforeEach(async () => {
    await house.sync();
    await as.succeed("groupCreate", { name: "Design" }, "");
    house.script.group("g1", "Design", []);
    house.script.person("u1", "ada@acme.example");
    await house.syncAtOnce();
  });

  it("whoever is none of the candidates, or of another kind", async () => {
    const { id: changeId } = await dispute();
    const other = await as.succeed<{ group: { id: string } }>("groupCreate", { name: "Other" }, "group { id }");
    expect(await refuses({ changeId, adoptId: other.group.id })).toEqual(["INVALID input.adoptId"]);
    const ada = await userBy<{ id: string }>("ada@acme.example", "id");
    expect(await refuses({ changeId, adoptId: ada.id })).toEqual(["NOT_FOUND input.adoptId"]);
  });

  it("a change that is no dispute, and one that was settled by adopting", async () => {
    const brought = (await lastChanges()).find(({ action }) => action === "USER_CREATE");
    expect(await refuses({ changeId: brought?.id ?? "" })).toEqual(["WRONG_STATE input.changeId"]);
    const { id: changeId, candidates } = await dispute();
    await settle({ changeId, adoptId: candidates[0]?.id ?? null });
    expect(await refuses({ changeId })).toEqual(["WRONG_STATE input.changeId"]);
  });

  it("a default group of an application, which no directory's group can be (rule 6.3)", async () => {
    const { id: changeId, candidates } = await dispute();
    const groupId = candidates[0]?.id ?? "";
    const { application } = await as.succeed<{ application: { id: string } }>(
      "applicationCreate",
      { key: "wiki", name: "Wiki" },
      "application { id }",
    );
    await as.succeed("grantSet", { applicationId: application.id, groupId, role: "USER", default: true }, "");
    expect(await refuses({ changeId, adoptId: groupId })).toEqual(["WRONG_STATE input.adoptId"]);
  });

  it("another candidate once the directory's group is here", async () => {
    const first = await dispute();
    await as.succeed("groupUpdate", { id: first.candidates[0]?.id ?? "", name: "Designers" }, "");
    await house.syncAtOnce();
    expect(await linesOf()).toContain("APPLIED GROUP_CREATE Design");
    expect(await refuses({ changeId: first.id, adoptId: first.candidates[0]?.id })).toEqual(["WRONG_STATE input.adoptId"]);
  });

  it("everything while a run is under way, or once the directory is disconnected", async () => {
    const { id: changeId } = await dispute();
    await as.succeed("syncPlan", { directoryId: house.directoryId }, "");
    expect(await refuses({ changeId })).toEqual(["WRONG_STATE input.changeId"]);
    await as.succeed("directoryDisconnect", { id: house.directoryId }, "");
    expect(await refuses({ changeId })).toEqual(["WRONG_STATE input.changeId"]);
  });
});

it("rule 9.4: to settle who an admin is needs the scope ADMINS_WRITE besides", async () => {
  await house.sync();
  await house.join("boss@acme.example", "ADMIN");
  house.script.person("b1", "boss@acme.example");
  await house.syncAtOnce();
  const { id: changeId, candidates } = await dispute();
  const { secret } = await as.succeed<{ secret: string }>(
    "apiTokenCreate",
    { name: "Sync", scopes: ["DIRECTORIES_WRITE", "DIRECTORIES_READ"] },
    "secret",
  );
  expect(await refuses({ changeId, adoptId: candidates[0]?.id }, secret)).toEqual(["FORBIDDEN input.adoptId"]);
});
