import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { type AskedSite, buildRuleHouse, type RuleHouse } from "../support/rule-house.ts";
import { codesOf, errorsOf, type RuleWords, syncBy, wordsOf } from "../support/rule-words.ts";

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

const everybody = "{ users { totalCount } }";
const statusOf = async (id: string) => (await acme.user(id, "status")).status;
const deactivate = (...ids: string[]) => acme.succeed("userDeactivate", { ids }, "users { id }");
const reportContent = async (applicationId: string, applicationKey: string, items: object[]) => {
  const token = { name: applicationKey, scopes: ["CONTENT_WRITE"], applicationId };
  const { secret } = await acme.succeed<{ secret: string }>("apiTokenCreate", token, "secret");
  await acme.succeed("contentReport", { applicationKey, items }, "accepted", secret);
};

describe("deactivating, activating and deleting, through GraphQL", () => {
  it("rule 5.1: a deactivated user is out with the next request, by session or token, on every instance", async () => {
    const ann = await acme.join("ann@out.example", "ADMIN");
    const token = { name: "Script", scopes: ["USERS_READ"] };
    const { secret } = await acme.succeed<{ secret: string }>("apiTokenCreate", token, "secret", ann.token);
    for (const credential of [ann.token, secret]) expect(await errorsOf(house.gateway, everybody, credential)).toEqual([]);
    await deactivate(ann.id);
    for (const gateway of [house.gateway, secondInstance]) {
      expect(await errorsOf(gateway, everybody, ann.token)).toEqual(["FORBIDDEN"]);
      expect(await errorsOf(gateway, everybody, secret)).toEqual(["UNAUTHENTICATED"]);
    }
    expect(codesOf(await acme.signIn("ann@out.example"))).toEqual(["FORBIDDEN"]);
  });

  it("rule 5.1: a deactivated user stays listed, keeps the groups and holds no seat", async () => {
    const wiki = await words.application("wiki51");
    const id = await acme.invite("ben@out.example", { applicationIds: [wiki.id] });
    expect(await words.seatsOf("wiki51")).toBe(1);
    await deactivate(id);
    expect(await words.seatsOf("wiki51")).toBe(0);
    const filter = { statuses: ["DEACTIVATED"], query: "ben@out" };
    const list = "query ($filter: UserFilter) { users(filter: $filter) { nodes { id } } }";
    expect(await acme.query(list, { filter })).toEqual({ users: { nodes: [{ id }] } });
    expect(await words.groupsOf(id)).toEqual(["wiki51-users"]);
    await acme.succeed("userUpdate", { id, title: "Alumnus" }, "user { id }");
  });

  it("rule 5.2: activating restores exactly what was there", async () => {
    const wiki = await words.application("wiki52");
    const ann = await acme.join("ann@back.example", "MANAGER");
    await words.group("Back", [ann.id]);
    await words.give(wiki.id, ann.id);
    const selection = "role status groups { nodes { name } } access { application { key } via { name } } joinedAt";
    const before = await acme.user(ann.id, selection);
    await deactivate(ann.id);
    await acme.succeed("userActivate", { ids: [ann.id] }, "users { id }");
    expect(await acme.user(ann.id, selection)).toEqual(before);
    expect(codesOf(await acme.signIn("ann@back.example"))).toEqual([]);
  });

  it("rule 5.2: activating needs a free seat", async () => {
    const wiki = await words.application("full52", { seatLimit: 1 });
    const first = await acme.invite("first@back.example", { applicationIds: [wiki.id] });
    await deactivate(first);
    await acme.invite("second@back.example", { applicationIds: [wiki.id] });
    expect(codesOf(await acme.change("userActivate", { ids: [first] }, "users { id }"))).toEqual(["NO_SEATS"]);
    expect(await statusOf(first)).toBe("DEACTIVATED");
  });

  it("rule 5.2: nobody is activated whom the directory suspended", async () => {
    house.script.person("u1", "synced@acme.example");
    await syncBy(house);
    house.script.person("u1", "synced@acme.example", { suspended: true });
    await syncBy(house, { approveRemovals: true });
    const query = '{ user(by: { email: "synced@acme.example" }) { id status } }';
    const { user } = await acme.query<{ user: { id: string; status: string } }>(query);
    expect(user.status).toBe("DEACTIVATED");
    expect(codesOf(await acme.change("userActivate", { ids: [user.id] }, "users { id }"))).toEqual(["MANAGED_BY_DIRECTORY"]);
  });

  it("rule 5.3: deleting takes off this site, and leaves the account to the others", async () => {
    const globex = await house.found("globex");
    const ann = await acme.join("ann@both.example");
    await globex.invite("ann@both.example", { sendEmail: true });
    const { user } = await globex.accept(await house.linkTo("ann@both.example", 2), {}, ann.token);
    expect(await acme.succeed("userDelete", { ids: [ann.id] }, "deletedIds")).toMatchObject({ deletedIds: [ann.id] });
    expect(await acme.user(ann.id, "id")).toBeNull();
    expect(codesOf(await acme.signIn("ann@both.example"))).toEqual(["FORBIDDEN"]);
    expect((await globex.signIn("ann@both.example")).viewer?.user?.id).toBe(user?.id);
  });

  it("rule 5.3: nobody is deleted of whom an application reports content", async () => {
    const wiki = await words.application("wiki53", { name: "The Wiki" });
    const id = await acme.invite("author@content.example", { applicationIds: [wiki.id] });
    const kinds = ["REPORTED", "ASSIGNED", "COMMENTED", "AUTHORED", "EDITED"];
    for (const kind of kinds) {
      await reportContent(wiki.id, "wiki53", [{ user: { id }, kind, count: 3 }]);
      const { userErrors } = await acme.change("userDelete", { ids: [id] }, "deletedIds");
      expect(userErrors).toMatchObject([{ code: "HAS_CONTENT", message: expect.stringMatching(/3.*The Wiki|The Wiki.*3/) }]);
      await reportContent(wiki.id, "wiki53", [{ user: { id }, kind, count: 0 }]);
    }
    await acme.succeed("userDelete", { ids: [id] }, "deletedIds");
  });

  it.each(["userDeactivate", "userActivate", "userDelete"])("rule 5.4: %s takes 1 to 100 users, all or nothing", async (name) => {
    const invitees = Array.from({ length: 100 }, (_, nth) => ({ email: `p${nth}@${name.toLowerCase()}.example` }));
    const input = { invitees, applicationIds: [], sendEmail: false };
    const { users } = await acme.succeed<{ users: { id: string }[] }>("userInvite", input, "users { id }");
    const ids = users.map(({ id }) => id);
    if (name === "userActivate") await deactivate(...ids);
    const left = await statusOf(ids[0] ?? "");
    for (const refused of [[], [...ids, house.directoryId], [...ids.slice(1), house.directoryId]]) {
      expect((await acme.change(name, { ids: refused }, "__typename")).userErrors).not.toEqual([]);
      for (const id of ids.slice(0, 2)) expect(await statusOf(id)).toBe(left);
    }
    await acme.succeed(name, { ids }, "__typename");
    expect((await acme.user(ids[99] ?? "", "status"))?.status).not.toBe(left);
  });

  it.each(["userDeactivate", "userActivate", "userDelete"])("rule 5.4: a dry run of %s only tells", async (name) => {
    const wiki = await words.application(`dry-${name.toLowerCase()}`);
    const id = await acme.invite(`dry@${name.toLowerCase()}.example`, { applicationIds: [wiki.id] });
    if (name === "userActivate") await deactivate(id);
    const left = await statusOf(id);
    const change = name === "userActivate" ? 1 : -1;
    const answer = await acme.succeed(name, { ids: [id], dryRun: true }, "seats { change application { id } }");
    expect(answer).toMatchObject({ seats: [{ change, application: { id: wiki.id } }] });
    expect(await statusOf(id)).toBe(left);
  });
});
