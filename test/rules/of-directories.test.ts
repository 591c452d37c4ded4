import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recheckDomains } from "../../src/actions/domains/recheck-domains.ts";
import { type Asker, askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { seen } from "../support/sightings.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

let house: SyncedHouse;
let gateway: TestGateway;
let as: Asker;
beforeAll(async () => {
  house = await buildSyncedHouse();
  gateway = await openGateway(house);
  as = askerOf(gateway);
  house.script.person("u1", "ada@acme.example");
  house.script.person("u2", "bob@acme.example");
  house.script.person("u3", "guest@far.example");
  house.script.group("g1", "Inner", ["u1"]);
  house.script.group("g2", "Outer", ["g1", "u2"]);
  await house.sync();
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

const userAt = async <T>(email: string, selection: string) =>
  (await as.query<{ user: T }>(`query ($email: String!) { user(by: { email: $email }) { ${selection} } }`, { email })).user;
const groupNamed = async <T>(name: string, selection: string) =>
  (await as.query<{ group: T }>(`query ($name: String!) { group(by: { name: $name }) { ${selection} } }`, { name })).group;
const idOf = async (email: string) => (await userAt<{ id: string }>(email, "id")).id;
const membersOf = async (name: string) =>
  (await groupNamed<{ members: { nodes: { email: string }[] } }>(name, "members { nodes { email } }")).members.nodes
    .map(({ email }) => email)
    .sort();

describe("what a directory brings", () => {
  it("rule 2.4a: people are ACTIVE at once, without an invitation or a letter", async () => {
    expect(await userAt("ada@acme.example", "status synced invitation { id }")).toEqual({
      status: "ACTIVE",
      synced: true,
      invitation: null,
    });
    expect(await house.rows("SELECT id FROM Letter WHERE recipient = 'ada@acme.example'")).toEqual([]);
  });

  it("rule 8.4: its verified domains are the site's, and guests of other domains are not brought", async () => {
    expect(await as.query("{ domains { name status } }")).toEqual({ domains: [{ name: "acme.example", status: "VERIFIED" }] });
    expect(await userAt("guest@far.example", "id")).toBeNull();
  });

  it("rule 6.4: groups within groups are flattened: somebody is a member by every path, and leaves with the last", async () => {
    expect(await membersOf("Outer")).toEqual(["ada@acme.example", "bob@acme.example"]);
    house.script.group("g1", "Inner", []);
    await house.sync({ approveRemovals: true });
    expect(await membersOf("Outer")).toEqual(["bob@acme.example"]);
    house.script.group("g1", "Inner", ["u1"]);
    await house.sync();
    expect(await membersOf("Outer")).toEqual(["ada@acme.example", "bob@acme.example"]);
  });
});

describe("what a directory owns", () => {
  it("rule 4.3: email and full name change there, role, title and manual groups here", async () => {
    const id = await idOf("ada@acme.example");
    expect(await as.refused("userUpdate", { id, fullName: "Ada L.", email: "ada.l@acme.example" })).toEqual([
      "MANAGED_BY_DIRECTORY input.fullName",
      "MANAGED_BY_DIRECTORY input.email",
    ]);
    await as.succeed("userUpdate", { id, title: "Countess", role: "MANAGER" }, "user { id }");
    const { group } = await as.succeed<{ group: { id: string } }>("groupCreate", { name: "By hand" }, "group { id }");
    await as.succeed("groupAddMembers", { id: group.id, userIds: [id] }, "group { id }");
    expect(await userAt("ada@acme.example", "title role")).toEqual({ title: "Countess", role: "MANAGER" });
    expect(await membersOf("By hand")).toEqual(["ada@acme.example"]);
    house.script.person("u2", "bob@acme.example", { suspended: true });
    await house.sync({ approveRemovals: true });
    expect(await as.refused("userActivate", { ids: [await idOf("bob@acme.example")] })).toEqual([
      expect.stringMatching(/^MANAGED_BY_DIRECTORY/),
    ]);
    house.script.person("u2", "bob@acme.example");
    await house.sync();
  });

  it("rule 6.3: its groups change there; their grants are set here, but they are no application's default", async () => {
    const { id } = await groupNamed<{ id: string }>("Outer", "id");
    expect(await as.refused("groupUpdate", { id, name: "Mine" })).toEqual([expect.stringMatching(/^MANAGED_BY_DIRECTORY/)]);
    const userIds = [await idOf("admin@acme.example")];
    expect(await as.refused("groupAddMembers", { id, userIds })).toEqual(["MANAGED_BY_DIRECTORY input.id"]);
    const made = await as.succeed<{ application: { id: string } }>(
      "applicationCreate",
      { key: "wiki63", name: "Wiki" },
      "application { id }",
    );
    const applicationId = made.application.id;
    await as.succeed("grantSet", { applicationId, groupId: id }, "grant { id }");
    expect(await as.refused("grantSet", { applicationId, groupId: id, default: true })).toEqual([
      expect.stringMatching(/^MANAGED_BY_DIRECTORY/),
    ]);
  });
});

describe("domains", () => {
  const day = 86_400_000;
  const add = async (name: string) =>
    (await as.succeed<{ domain: { id: string } }>("domainAdd", { name }, "domain { id }")).domain.id;

  it("rule 8.3: a domain whose proof has been gone for 7 days lapses, and its accounts are no longer managed", async () => {
    const id = await add("lapsing.example");
    await as.succeed("userInvite", { invitees: [{ email: "x@lapsing.example" }] }, "users { id }");
    const transaction = await house.database.ground.begin();
    const longAgo = new Date(Date.now() - 8 * day).toISOString();
    await transaction.write(
      "UPDATE Domain SET status = 'VERIFIED', verifiedKey = name, provedBy = 'RECORD', verifiedAt = ?, missingSince = ? WHERE id = ?",
      [longAgo, longAgo, id.slice(4)],
    );
    await transaction.commit();
    expect(await userAt("x@lapsing.example", "managed")).toEqual({ managed: true });
    await house.act((work) => recheckDomains(work, [{ id: id.slice(4), sighting: seen.nothing }]));
    expect(await as.query("{ domains { name status } }")).toMatchObject({
      domains: expect.arrayContaining([{ name: "lapsing.example", status: "LAPSED" }]),
    });
    expect(await userAt("x@lapsing.example", "managed")).toEqual({ managed: false });
  });

  it("rule 8.5: adding a domain changes no account and writes to nobody", async () => {
    const accounts = await house.rows("SELECT * FROM Account ORDER BY id");
    const letters = await house.rows("SELECT id FROM Letter ORDER BY id");
    await add("quiet.example");
    expect(await house.rows("SELECT * FROM Account ORDER BY id")).toEqual(accounts);
    expect(await house.rows("SELECT id FROM Letter ORDER BY id")).toEqual(letters);
  });
});
