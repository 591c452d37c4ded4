import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { type AskedSite, buildRuleHouse, type RuleHouse } from "../support/rule-house.ts";
import { codesOf, type RuleWords, syncBy, wordsOf } from "../support/rule-words.ts";

let house: RuleHouse;
let acme: AskedSite;
let words: RuleWords;
let secondInstance: TestGateway;

beforeAll(async () => {
  house = await buildRuleHouse();
  acme = house.acme;
  words = wordsOf(acme);
  secondInstance = await openGateway(house);
});
afterAll(async () => {
  await secondInstance.server.close();
  await house.close();
});

interface Node {
  id: string;
}
interface Synced extends Node {
  description: string | null;
  members: { edges: { manual: boolean; paths: string[]; node: { email: string } }[] };
}

const lost = "accessLost { userCount application { key } users { id } } ";
const syncedGroup = async (name: string) => {
  const selection = "id description members { edges { manual paths node { email } } }";
  const query = `query ($name: String!) { group(by: { name: $name }) { ${selection} } }`;
  return (await acme.query<{ group: Synced }>(query, { name })).group;
};
const idOf = async (email: string) =>
  (await acme.query<{ user: Node }>("query ($email: String!) { user(by: { email: $email }) { id } }", { email })).user.id;
/** A group that a directory brought, with these people in it. */
const bring = async (id: string, name: string, ...emails: string[]) => {
  for (const email of emails) house.script.person(email, email);
  house.script.group(id, name, emails);
  await syncBy(house, { approveRemovals: true });
  return syncedGroup(name);
};
/** Makes a synced membership one by hand as well: nobody can be added by hand any more. */
const addedByHandBefore = async (userId: string) => {
  const transaction = await house.database.ground.begin();
  await transaction.write("UPDATE Membership SET byHand = 1 WHERE userId = ?", [userId.slice(4)]);
  await transaction.commit();
};

describe("groups, through GraphQL", () => {
  it("rule 6.1: a name is one group's, however it is cased, composed or spaced; renaming keeps everything", async () => {
    const member = await acme.invite("ann@names.example");
    const id = await words.group("Café  Crew", [member]);
    for (const name of ["CAFÉ CREW", "cafe\u0301 crew", "  Café   Crew "])
      expect(codesOf(await acme.change("groupCreate", { name }, "group { id }"))).toEqual(["TAKEN"]);
    const wiki = await words.application("wiki61");
    await acme.succeed("grantSet", { applicationId: wiki.id, groupId: id }, "grant { id }");
    const renamed = "group { id name members { nodes { id } } grants { application { id } } }";
    expect(await acme.succeed("groupUpdate", { id, name: "Baristas" }, renamed)).toMatchObject({
      group: { id, name: "Baristas", members: { nodes: [{ id: member }] }, grants: [{ application: { id: wiki.id } }] },
    });
    await words.group("café crew");
  });

  it("rule 6.2: an application's only default group stays, until another is one", async () => {
    const { id: applicationId, groupId } = await words.application("wiki62");
    const grant = { applicationId, groupId, default: false };
    expect(codesOf(await acme.change("groupDelete", { id: groupId }, "deletedId"))).toEqual(["WRONG_STATE"]);
    expect(codesOf(await acme.change("grantSet", grant, "grant { id }"))).toEqual(["WRONG_STATE"]);
    const second = await words.group("Second default");
    await acme.succeed("grantSet", { applicationId, groupId: second, default: true }, "grant { id }");
    await acme.succeed("grantSet", grant, "grant { id }");
    await acme.succeed("groupDelete", { id: groupId }, "deletedId");
  });

  it("rule 6.3: a synced group's name, description and members are its directory's; its grants are ours", async () => {
    const { id } = await bring("g63", "Synced 63", "s63@acme.example");
    const hand = await acme.invite("hand@63.example");
    for (const more of [{ name: "Ours" }, { description: "Ours" }])
      expect(codesOf(await acme.change("groupUpdate", { id, ...more }, "group { id }"))).toEqual(["MANAGED_BY_DIRECTORY"]);
    const added = await acme.change("groupAddMembers", { id, userIds: [hand] }, "group { id }");
    expect(codesOf(added)).toEqual(["MANAGED_BY_DIRECTORY"]);
    const removed = await acme.change("groupRemoveMembers", { id, userIds: [await idOf("s63@acme.example")] }, "group { id }");
    expect(codesOf(removed)).toEqual(["MANAGED_BY_DIRECTORY"]);
    const { id: applicationId } = await words.application("wiki63");
    const asDefault = await acme.change("grantSet", { applicationId, groupId: id, default: true }, "grant { id }");
    expect(codesOf(asDefault)).toEqual(["MANAGED_BY_DIRECTORY"]);
    await acme.succeed("grantSet", { applicationId, groupId: id }, "grant { id }");
    expect(await words.opens(await idOf("s63@acme.example"))).toEqual(["wiki63"]);
  });

  it("rule 6.3: a directory never removes whom it did not add, and a person may", async () => {
    const { id, members } = await bring("gLeftovers", "Leftovers", "left@acme.example", "hand@acme.example");
    expect(members.edges.map(({ manual }) => manual)).toEqual([false, false]);
    const hand = await idOf("hand@acme.example");
    await addedByHandBefore(hand);
    house.script.group("gLeftovers", "Leftovers", []);
    await syncBy(house, { approveRemovals: true });
    const { members: left } = await syncedGroup("Leftovers");
    expect(left.edges).toEqual([{ manual: true, paths: [], node: { email: "hand@acme.example" } }]);
    await acme.succeed("groupRemoveMembers", { id, userIds: [hand] }, "group { id }");
    expect((await syncedGroup("Leftovers")).members.edges).toEqual([]);
  });

  it("rule 6.4: a member through several paths leaves when the last is gone", async () => {
    const email = "nested@acme.example";
    house.script.person(email, email);
    const say = async (...teams: string[]) => {
      for (const team of ["gLeft", "gRight"]) house.script.group(team, team, teams.includes(team) ? [email] : []);
      house.script.group("gTop", "Top", ["gLeft", "gRight"]);
      await syncBy(house, { approveRemovals: true });
      return (await syncedGroup("Top")).members.edges.map(({ paths }) => paths.length);
    };
    expect(await say("gLeft", "gRight")).toEqual([2]);
    expect(await say("gRight")).toEqual([1]);
    expect(await say()).toEqual([]);
  });

  it.each([true, false])("rule 6.5: whatever takes access away says from whom (dryRun: %s)", async (dryRun) => {
    const key = `wiki65${dryRun ? "dry" : ""}`;
    const { id: applicationId } = await words.application(key);
    const ways: [string, (id: string, ids: { group: string; grant: string }) => object][] = [
      ["groupRemoveMembers", (user, { group }) => ({ id: group, userIds: [user] })],
      ["groupDelete", (_user, { group }) => ({ id: group })],
      ["grantDelete", (_user, { grant }) => ({ id: grant })],
      ["accessTake", (user) => ({ applicationId, userIds: [user] })],
      ["userDeactivate", (user) => ({ ids: [user] })],
      ["userDelete", (user) => ({ ids: [user] })],
      ["applicationDelete", () => ({ id: applicationId })],
    ];
    for (const [name, input] of ways) {
      const user = await acme.invite(`${name.toLowerCase()}@${key}.example`);
      const group = await words.group(`${name} ${key}`, [user]);
      const grant = { applicationId, groupId: group };
      const set = await acme.succeed<{ grant: Node }>("grantSet", grant, "grant { id }");
      const answer = await acme.succeed(name, { ...input(user, { group, grant: set.grant.id }), dryRun }, lost);
      expect(answer).toMatchObject({ accessLost: [{ userCount: expect.any(Number), application: { key } }] });
      if (name !== "applicationDelete") expect(answer).toMatchObject({ accessLost: [{ userCount: 1, users: [{ id: user }] }] });
      if (dryRun) expect(await words.opens(user)).toEqual([key]);
    }
  });
});

describe("applications and seats, through GraphQL", () => {
  it("rule 7.1: access is every group that opens the application, and ends with the last", async () => {
    const { id: applicationId } = await words.application("wiki71");
    const user = await acme.invite("ann@71.example");
    expect(await words.opens(user)).toEqual([]);
    const groups = [await words.group("One 71", [user]), await words.group("Two 71", [user])];
    for (const groupId of groups) await acme.succeed("grantSet", { applicationId, groupId }, "grant { id }");
    const access = await acme.user(user, "access { application { key } via { name } }");
    expect(access).toEqual({ access: [{ application: { key: "wiki71" }, via: [{ name: "One 71" }, { name: "Two 71" }] }] });
    const leave = (id?: string) => acme.succeed("groupRemoveMembers", { id, userIds: [user] }, lost);
    expect(await leave(groups[0])).toMatchObject({ accessLost: [] });
    expect(await words.opens(user)).toEqual(["wiki71"]);
    expect(await leave(groups[1])).toMatchObject({ accessLost: [{ userCount: 1 }] });
    expect(await words.opens(user)).toEqual([]);
  });

  it("rule 7.2: a new application has its default group, by which access is given and taken", async () => {
    const made = "application { id grants { id default role group { id name } } }";
    const { application } = await acme.succeed<{ application: Node }>("applicationCreate", { key: "wiki72", name: "Wiki" }, made);
    expect(application).toMatchObject({ grants: [{ default: true, role: "USER", group: { name: "wiki72-users" } }] });
    const user = await acme.invite("ann@72.example");
    await words.give(application.id, user);
    expect(await words.groupsOf(user)).toEqual(["wiki72-users"]);
    const more = await words.group("More 72", [user]);
    await acme.succeed("grantSet", { applicationId: application.id, groupId: more }, "grant { id }");
    await acme.succeed("accessTake", { applicationId: application.id, userIds: [user] }, "users { id }");
    expect(await words.groupsOf(user)).toEqual([]);
  });

  it("rule 7.2: access by a directory's group is not taken by hand, and the group is named", async () => {
    const { id: groupId } = await bring("g72", "Engineers 72", "s72@acme.example");
    const { id: applicationId } = await words.application("synced72");
    await acme.succeed("grantSet", { applicationId, groupId }, "grant { id }");
    const user = await idOf("s72@acme.example");
    const { userErrors } = await acme.change("accessTake", { applicationId, userIds: [user] }, "users { id }");
    expect(userErrors).toMatchObject([
      { code: "MANAGED_BY_DIRECTORY", message: expect.stringContaining("Engineers 72"), path: ["input", "userIds", "0"] },
    ]);
    expect(await words.opens(user)).toEqual(["synced72"]);
  });

  it("rule 7.3: a seat is one invited or active user who can open the application, by however many groups", async () => {
    const wiki = await words.application("wiki73");
    const invited = await acme.invite("invited@73.example", { applicationIds: [wiki.id] });
    const { id: active } = await acme.join("active@73.example");
    await words.give(wiki.id, active);
    const more = await words.group("More 73", [invited, active]);
    await acme.succeed("grantSet", { applicationId: wiki.id, groupId: more }, "grant { id }");
    expect(await words.seatsOf("wiki73")).toBe(2);
    await acme.succeed("userDeactivate", { ids: [active] }, "users { id }");
    expect(await words.seatsOf("wiki73")).toBe(1);
  });

  it("rule 7.3: concurrent changes by every way and two instances take no seat that is not there", async () => {
    const wiki = await words.application("last73", { seatLimit: 2 });
    const [added, given, granted] = [
      await acme.invite("added@last.example"),
      await acme.invite("given@last.example"),
      await acme.invite("granted@last.example"),
    ];
    const activated = await acme.invite("activated@last.example", { applicationIds: [wiki.id] });
    await acme.succeed("userDeactivate", { ids: [activated] }, "users { id }");
    const groupId = await words.group("Granted 73", [granted]);
    const invitees = [{ email: "invited@last.example" }];
    const ways: [string, object][] = [
      ["userInvite", { invitees, applicationIds: [wiki.id], sendEmail: false }],
      ["userActivate", { ids: [activated] }],
      ["groupAddMembers", { id: wiki.groupId, userIds: [added] }],
      ["accessGive", { applicationId: wiki.id, userIds: [given] }],
      ["grantSet", { applicationId: wiki.id, groupId }],
    ];
    const other = askerOf(secondInstance);
    const answers = await Promise.all(
      ways.map(([name, input], nth) => (nth % 2 ? acme : other).change(name, input, "__typename")),
    );
    const refused = answers.filter(({ userErrors }) => userErrors.length > 0);
    expect(refused.map(codesOf)).toEqual([["NO_SEATS"], ["NO_SEATS"], ["NO_SEATS"]]);
    expect(await words.seatsOf("last73")).toBe(2);
  });

  it("rule 7.3: a shared default group that would overfill another application is refused whole, naming that one", async () => {
    const roomy = await words.application("roomy73");
    const small = await words.application("small73", { name: "The Small One", seatLimit: 1 });
    await acme.succeed("grantSet", { applicationId: small.id, groupId: roomy.groupId }, "grant { id }");
    const both = [await acme.invite("a@shared.example"), await acme.invite("b@shared.example")];
    const { userErrors } = await acme.change("accessGive", { applicationId: roomy.id, userIds: both }, "users { id }");
    expect(userErrors).toMatchObject([{ code: "NO_SEATS", message: expect.stringContaining("The Small One") }]);
    expect([await words.seatsOf("roomy73"), await words.seatsOf("small73")]).toEqual([0, 0]);
  });

  it("rule 7.3: a sync is refused a seat that is not there, too", async () => {
    const group = await bring("g73", "Synced 73");
    const { id: applicationId } = await words.application("synced73", { seatLimit: 1 });
    await acme.succeed("grantSet", { applicationId, groupId: group.id }, "grant { id }");
    for (const email of ["one73@acme.example", "two73@acme.example"]) house.script.person(email, email);
    house.script.group("g73", "Synced 73", ["one73@acme.example", "two73@acme.example"]);
    const id = await syncBy(house);
    const selection = "status changes(filter: { statuses: [FAILED] }) { nodes { action failure } }";
    const query = `query ($id: ID!) { node(id: $id) { ... on SyncRun { ${selection} } } }`;
    const failures = [{ action: "MEMBER_ADD", failure: expect.stringContaining("synced73 has 1 seats") }];
    expect(await acme.query(query, { id })).toEqual({ node: { status: "PARTIAL", changes: { nodes: failures } } });
    expect(await words.seatsOf("synced73")).toBe(1);
  });

  it("rule 7.4: a dry run of every bulk change says how many seats it would take", async () => {
    const { id: applicationId, groupId } = await words.application("wiki74");
    const users = [await acme.invite("a@74.example"), await acme.invite("b@74.example")];
    const idle = await acme.invite("idle@74.example", { applicationIds: [applicationId] });
    const other = await words.group("Others 74", users);
    const asked: [string, object, number][] = [
      ["userInvite", { invitees: [{ email: "c@74.example" }], applicationIds: [applicationId] }, 1],
      ["groupAddMembers", { id: groupId, userIds: users }, 2],
      ["accessGive", { applicationId, userIds: users }, 2],
      ["grantSet", { applicationId, groupId: other }, 2],
      ["userDeactivate", { ids: [idle] }, -1],
      ["userDelete", { ids: [idle] }, -1],
      ["groupRemoveMembers", { id: groupId, userIds: [idle] }, -1],
      ["accessTake", { applicationId, userIds: [idle] }, -1],
    ];
    for (const [name, input, change] of asked) {
      const answer = await acme.succeed(name, { ...input, dryRun: true }, "seats { change usedAfter application { key } }");
      expect(answer).toMatchObject({ seats: [{ change, usedAfter: 1 + change, application: { key: "wiki74" } }] });
    }
    await acme.succeed("userDeactivate", { ids: [idle] }, "users { id }");
    const back = await acme.succeed("userActivate", { ids: [idle], dryRun: true }, "seats { change usedAfter }");
    expect(back).toMatchObject({ seats: [{ change: 1, usedAfter: 1 }] });
    expect(await words.seatsOf("wiki74")).toBe(0);
  });
});
