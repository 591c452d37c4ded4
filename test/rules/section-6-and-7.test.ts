import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Asker, askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildPeopleHouse, type PeopleHouse } from "../support/people-house.ts";

let house: PeopleHouse;
let gateway: TestGateway;
let as: Asker;
beforeAll(async () => {
  house = await buildPeopleHouse();
  gateway = await openGateway(house);
  as = askerOf(gateway);
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

const user = async (email: string) =>
  (await as.succeed<{ users: { id: string }[] }>("userInvite", { invitees: [{ email }], applicationIds: [] }, "users { id }"))
    .users[0]?.id ?? "";
const group = async (name: string, more: object = {}) =>
  (await as.succeed<{ group: { id: string } }>("groupCreate", { name, ...more }, "group { id }")).group.id;

interface Made {
  id: string;
  grants: { id: string; default: boolean; group: { id: string; name: string } }[];
}

const application = async (key: string) => {
  const selection = "application { id grants { id default group { id name } } }";
  const { application: made } = await as.succeed<{ application: Made }>("applicationCreate", { key, name: key }, selection);
  return { ...made, groupId: made.grants[0]?.group.id ?? "", grantId: made.grants[0]?.id ?? "" };
};
const accessOf = async (id: string) => {
  const query = "query ($id: ID!) { user(by: { id: $id }) { access { application { key } via { name } } } }";
  const shown = await as.query<{ user: { access: { application: { key: string }; via: { name: string }[] }[] } }>(query, { id });
  return shown.user.access.map(({ application: { key }, via }) => `${key} via ${via.map(({ name }) => name).join(", ")}`);
};

describe("groups", () => {
  it("rule 6.1: a name is unique by its key, and renaming keeps everything", async () => {
    const id = await group("Straße  Süd", { memberIds: [await user("a61@far.example")] });
    for (const name of ["strasse süd", " STRASSE SÜD ", "Straße\u00a0Su\u0308d"])
      expect([name, await as.refused("groupCreate", { name })]).toEqual([name, ["TAKEN input.name"]]);
    await as.succeed("groupUpdate", { id, name: "South" }, "group { id }");
    const query = "query ($id: ID!) { group(by: { id: $id }) { name members { nodes { email } } } }";
    expect(await as.query(query, { id })).toEqual({
      group: { name: "South", members: { nodes: [{ email: "a61@far.example" }] } },
    });
  });

  it("rule 6.2: the only default of an application is neither deleted nor un-defaulted", async () => {
    const { id, groupId, grantId } = await application("wiki62");
    expect(await as.refused("groupDelete", { id: groupId })).toEqual([expect.stringMatching(/^WRONG_STATE/)]);
    expect(await as.refused("grantSet", { applicationId: id, groupId, default: false })).toEqual([
      expect.stringMatching(/^WRONG_STATE/),
    ]);
    expect(await as.refused("grantDelete", { id: grantId })).toEqual([expect.stringMatching(/^WRONG_STATE/)]);
    await as.succeed("grantSet", { applicationId: id, groupId: await group("Second 62"), default: true }, "grant { id }");
    await as.succeed("groupDelete", { id: groupId }, "deletedId");
  });
});

describe("access", () => {
  it("rule 7.1: is by a granted group, shown with every one, and ends with the last", async () => {
    const { id, groupId } = await application("wiki71");
    const other = await group("Other 71");
    await as.succeed("grantSet", { applicationId: id, groupId: other }, "grant { id }");
    const who = await user("a71@far.example");
    expect(await accessOf(who)).toEqual([]);
    for (const one of [groupId, other]) await as.succeed("groupAddMembers", { id: one, userIds: [who] }, "group { id }");
    expect(await accessOf(who)).toEqual(["wiki71 via wiki71-users, Other 71"]);
    await as.succeed("groupRemoveMembers", { id: groupId, userIds: [who] }, "group { id }");
    expect(await accessOf(who)).toEqual(["wiki71 via Other 71"]);
    await as.succeed("groupRemoveMembers", { id: other, userIds: [who] }, "group { id }");
    expect(await accessOf(who)).toEqual([]);
  });

  it("rule 7.2: an application comes with its group; giving adds to the defaults, taking removes from every group that opens it", async () => {
    const { id, grants } = await application("wiki72");
    expect(grants).toMatchObject([{ default: true, group: { name: "wiki72-users" } }]);
    const other = await group("Other 72");
    await as.succeed("grantSet", { applicationId: id, groupId: other }, "grant { id }");
    const who = await user("a72@far.example");
    await as.succeed("accessGive", { applicationId: id, userIds: [who] }, "users { id }");
    expect(await accessOf(who)).toEqual(["wiki72 via wiki72-users"]);
    await as.succeed("groupAddMembers", { id: other, userIds: [who] }, "group { id }");
    await as.succeed("accessTake", { applicationId: id, userIds: [who] }, "users { id }");
    expect(await accessOf(who)).toEqual([]);
    const owned = await house.syncedGroup("Owned 72");
    await as.succeed("grantSet", { applicationId: id, groupId: owned }, "grant { id }");
    await house.write("INSERT INTO Membership (groupId, userId, byHand, bySync, direct) VALUES (?, ?, 0, 1, 1)", [
      owned.slice(4),
      who.slice(4),
    ]);
    const { userErrors } = await as.change("accessTake", { applicationId: id, userIds: [who] }, "users { id }");
    expect(userErrors.map(({ code }) => code)).toEqual(["MANAGED_BY_DIRECTORY"]);
  });

  it("rule 7.4: a dry run says how many seats a change would take, and takes none", async () => {
    const { id, groupId } = await application("wiki74");
    const ids = [await user("a74@far.example"), await user("b74@far.example")];
    const seats = "seats { application { key } change usedAfter }";
    const expected = { seats: [{ application: { key: "wiki74" }, change: 2, usedAfter: 2 }] };
    const invitees = [{ email: "c74@far.example" }, { email: "d74@far.example" }];
    expect(await as.succeed("accessGive", { applicationId: id, userIds: ids, dryRun: true }, seats)).toMatchObject(expected);
    expect(await as.succeed("groupAddMembers", { id: groupId, userIds: ids, dryRun: true }, seats)).toMatchObject(expected);
    expect(await as.succeed("userInvite", { invitees, applicationIds: [id], dryRun: true }, seats)).toMatchObject(expected);
    expect(await as.query('{ application(key: "wiki74") { seatsUsed } }')).toEqual({ application: { seatsUsed: 0 } });
  });
});
