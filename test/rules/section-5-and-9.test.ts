import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Asker, askerOf } from "../support/asking.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildPeopleHouse, type PeopleHouse } from "../support/people-house.ts";

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
