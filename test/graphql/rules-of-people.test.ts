import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Asker, askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildPeopleHouse, type PeopleHouse, password, tokenIn } from "../support/people-house.ts";

interface People {
  users: { id: string; status: string }[];
}

let house: PeopleHouse;
let gateway: TestGateway;
let as: Asker;
beforeAll(async () => {
  house = await buildPeopleHouse();
  gateway = await openGateway(house);
  as = askerOf(gateway);
  await house.verifyDomain("managed.example");
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

const invite = async (email: string, more: object = {}) =>
  (await as.succeed<People>("userInvite", { invitees: [{ email }], ...more }, "users { id status }")).users[0] ?? {
    id: "",
    status: "",
  };
const userAt = async <T>(email: string, selection: string) =>
  (await as.query<{ user: T }>(`query ($email: String!) { user(by: { email: $email }) { ${selection} } }`, { email })).user;
const application = async (key: string, more: object = {}) =>
  (await as.succeed<{ application: { id: string } }>("applicationCreate", { key, name: key, ...more }, "application { id }"))
    .application.id;

describe("accounts and users", () => {
  it("rule 1.1a: an admin sees what this site was told, and nothing of an account elsewhere", async () => {
    const known = await house.joinByLink("known@far.example");
    await house.joinElsewhere(known);
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, "abroad@far.example"));
    await house.elsewhere.act((work) => house.inviteOn(work, "nobody@far.example"));
    const there = askerOf(gateway, "elsewhere");
    await there.succeed("invitationAccept", { token, fullName: "Abroad Already", password }, "user { email }", null);
    const shown = "fullName status joinedAt lastActiveAt invitation { status delivery }";
    await invite("abroad@far.example");
    await invite("new@far.example");
    const abroad = await userAt<{ fullName: string }>("abroad@far.example", shown);
    expect(abroad).toEqual({ ...(await userAt<object>("new@far.example", shown)), fullName: abroad.fullName });
    expect(abroad.fullName).not.toContain("Already");
  });

  it("rule 1.2: membership and management are told apart, and each by its own", async () => {
    await invite("ann@managed.example");
    await invite("ann@far.example");
    expect(await userAt("ann@managed.example", "status managed")).toEqual({ status: "INVITED", managed: true });
    expect(await userAt("ann@far.example", "status managed")).toEqual({ status: "INVITED", managed: false });
  });

  it("rule 1.5: no change of an email makes one account of two", async () => {
    const one = await house.joinByLink("one@managed.example");
    await house.joinByLink("two@managed.example");
    expect(await as.refused("userUpdate", { id: one.publicUserId, email: "two@managed.example" })).toEqual(["TAKEN input.email"]);
  });
});

describe("inviting", () => {
  it("rule 2.3: an invited user is listed, can be put into groups, and holds a seat from then on", async () => {
    const { group } = await as.succeed<{ group: { id: string } }>("groupCreate", { name: "Newcomers" }, "group { id }");
    const wiki = await application("wiki23", { seatLimit: 1 });
    const user = await invite("early@far.example", { applicationIds: [wiki] });
    await as.succeed("groupAddMembers", { id: group.id, userIds: [user.id] }, "group { id }");
    expect(await userAt("early@far.example", "status groups { nodes { name } }")).toEqual({
      status: "INVITED",
      groups: { nodes: [{ name: "Newcomers" }, { name: "wiki23-users" }] },
    });
    expect(await as.refused("userInvite", { invitees: [{ email: "late@far.example" }], applicationIds: [wiki] })).toEqual([
      "NO_SEATS",
    ]);
  });

  it("rule 2.4: applications are those chosen, by default those for new users, and none where none is chosen", async () => {
    const given = await application("given24", { grantedToNewUsers: true });
    const chosen = await application("chosen24");
    await invite("default@far.example");
    await invite("chosen@far.example", { applicationIds: [chosen] });
    await invite("none@far.example", { applicationIds: [] });
    const keysOf = async (email: string) =>
      (await userAt<{ access: { application: { key: string } }[] }>(email, "access { application { key } }")).access.map(
        (access) => access.application.key,
      );
    expect(await keysOf("default@far.example")).toEqual(["given24"]);
    expect(await keysOf("chosen@far.example")).toEqual(["chosen24"]);
    expect(await keysOf("none@far.example")).toEqual([]);
    await as.succeed("applicationUpdate", { id: given, grantedToNewUsers: false }, "application { id }");
  });

  it("rule 2.9: the letter's state is told, its link begins with the public address, and nothing in it tracks", async () => {
    await invite("letter@far.example");
    expect(await userAt("letter@far.example", "invitation { delivery }")).toEqual({ invitation: { delivery: "QUEUED" } });
    const [letter] = await house.lettersTo("letter@far.example");
    expect(letter?.text).toContain(`http://127.0.0.1:4000/join#${tokenIn(letter)}`);
    expect(letter?.html).not.toMatch(/<img|<link|<script|src=/i);
  });

  it("rule 2.10: an address close to another is invited with a warning", async () => {
    await invite("grace.hopper@far.example");
    const warned = async (email: string) =>
      (await as.change<{ warnings: { message: string }[] }>("userInvite", { invitees: [{ email }] }, "warnings { message }"))
        .warnings;
    for (const close of ["grace.hoper@far.example", "gracehopper@far.example", "grace.hopper+x@far.example", "ada@gmial.com"])
      expect([close, (await warned(close)).length]).toEqual([close, 1]);
    expect(await warned("somebody.else.entirely@far.example")).toEqual([]);
  });

  it("rule 2.11: a manager invites members, and neither managers nor admins; a member invites nobody", async () => {
    const manager = await house.joinByLink("manager@far.example", "MANAGER");
    const member = await house.joinByLink("member@far.example");
    const invitees = [{ email: "someone@far.example" }];
    for (const role of ["ADMIN", "MANAGER"])
      expect(await as.refused("userInvite", { invitees, role }, manager.accessToken)).toEqual(["FORBIDDEN input.role"]);
    await as.succeed("userInvite", { invitees }, "users { id }", manager.accessToken);
    const query = "mutation ($input: UserInviteInput!) { userInvite(input: $input) { users { id } } }";
    const { data, errors } = await gateway.ask(query, { input: { invitees } }, member.accessToken, { "gatehouse-site": "acme" });
    expect([data, errors?.[0]?.extensions.code]).toEqual([{ userInvite: null }, "FORBIDDEN"]);
  });
});

describe("editing", () => {
  it("rule 4.2: an email changes to a verified domain, ends the sessions, tells both addresses, and frees the old one", async () => {
    const user = await house.joinByLink("before@managed.example");
    expect(await as.refused("userUpdate", { id: user.publicUserId, email: "x@far.example" })).toEqual([
      "NOT_MANAGED input.email",
    ]);
    await as.succeed("userUpdate", { id: user.publicUserId, email: "after@managed.example" }, "user { email }");
    expect(await house.callerOf(user.accessToken)).toBeNull();
    for (const email of ["before@managed.example", "after@managed.example"]) expect(await house.lettersTo(email)).not.toEqual([]);
    expect(await invite("before@managed.example")).toMatchObject({ status: "INVITED" });
  });

  it("rule 4.5: a change made on a stale page is refused", async () => {
    const user = await invite("stale@far.example");
    const { version } = await userAt<{ version: number }>("stale@far.example", "version");
    await as.succeed("userUpdate", { id: user.id, title: "First", expectedVersion: version }, "user { id }");
    expect(await as.refused("userUpdate", { id: user.id, title: "Second", expectedVersion: version })).toEqual([
      "CONFLICT input.expectedVersion",
    ]);
    expect(await userAt("stale@far.example", "title")).toEqual({ title: "First" });
  });
});

describe("deactivating and activating", () => {
  it("rule 5.2: activating restores exactly what was there, where there are seats", async () => {
    const wiki = await application("wiki52", { seatLimit: 1 });
    const user = await invite("back@far.example", { applicationIds: [wiki] });
    const shown = "status groups { nodes { name } } access { application { key } }";
    const before = await userAt("back@far.example", shown);
    await as.succeed("userDeactivate", { ids: [user.id] }, "users { id }");
    const other = await invite("other@far.example", { applicationIds: [wiki] });
    expect(await as.refused("userActivate", { ids: [user.id] })).toEqual(["NO_SEATS"]);
    await as.succeed("userDeactivate", { ids: [other.id] }, "users { id }");
    await as.succeed("userActivate", { ids: [user.id] }, "users { id }");
    expect(await userAt("back@far.example", shown)).toEqual(before);
  });

  it("rule 5.4: takes up to 100, all or nothing, and tells in a dry run", async () => {
    const ids = [(await invite("a54@far.example")).id, (await invite("b54@far.example")).id];
    expect(await as.refused("userDeactivate", { ids: [...ids, "usr_nobody"] })).toEqual(["NOT_FOUND input.ids.2"]);
    expect(await as.refused("userDeactivate", { ids: Array.from({ length: 101 }, () => ids[0]) })).toEqual([
      "LIMIT_EXCEEDED input.ids",
    ]);
    await as.succeed("userDeactivate", { ids, dryRun: true }, "users { id }");
    expect(await userAt("a54@far.example", "status")).toEqual({ status: "INVITED" });
    await as.succeed("userDeactivate", { ids }, "users { id }");
    expect(await userAt("b54@far.example", "status")).toEqual({ status: "DEACTIVATED" });
  });
});

describe("roles", () => {
  it("rule 9.4: are sets of scopes, told by the viewer", async () => {
    const scopesOf = async (token: string) =>
      (await as.query<{ viewer: { scopes: string[] } }>("{ viewer { scopes } }", {}, token)).viewer.scopes;
    const manager = await house.joinByLink("manager94@far.example", "MANAGER");
    const member = await house.joinByLink("member94@far.example");
    expect(await scopesOf(gateway.admin)).toEqual(expect.arrayContaining(["ADMINS_WRITE", "SITE_WRITE", "DIRECTORIES_WRITE"]));
    expect((await scopesOf(manager.accessToken)).sort()).toEqual([
      "ACCESS_READ",
      "ACCESS_WRITE",
      "GROUPS_READ",
      "GROUPS_WRITE",
      "USERS_READ",
      "USERS_WRITE",
    ]);
    expect(await scopesOf(member.accessToken)).toEqual([]);
    expect(await as.query("{ site { name } viewer { user { email } } }", {}, member.accessToken)).toEqual({
      site: { name: "Acme" },
      viewer: { user: { email: "member94@far.example" } },
    });
  });
});
