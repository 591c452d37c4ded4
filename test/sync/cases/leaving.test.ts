import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { password } from "../../support/rule-house.ts";
import { bring, buildCases, type CasesHouse, type SyncedSite } from "./synced-site.ts";

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

/** `n` people who are here, in the group Team, by which they open the wiki. */
async function here(n: number): Promise<void> {
  site.script.group("g1", "Team", bring(site, n));
  await site.sync();
  await site.opened("wiki", ["Team"]);
}
const seats = () => site.seatsOf("wiki");

describe("who leaves the directory, and comes back", () => {
  it.each(["suspended", "archived"])(
    "%s: is out with the next run and holds no seat; back, they have everything",
    async (state) => {
      await here(3);
      const before = await site.at("u1@acme.example");
      site.script.person("u1", "u1@acme.example", { [state]: true });
      expect((await site.scheduled()).lines).toEqual(["APPLIED USER_DEACTIVATE u1@acme.example"]);
      expect(await site.at("u1@acme.example")).toMatchObject({ id: before?.id, status: "DEACTIVATED" });
      expect(await seats()).toBe(2);
      site.script.person("u1", "u1@acme.example");
      expect((await site.scheduled()).lines).toEqual(["APPLIED USER_ACTIVATE u1@acme.example"]);
      expect(await site.at("u1@acme.example")).toEqual(before);
      expect(await seats()).toBe(3);
    },
  );

  it("suspended: a password does not let them in", async () => {
    await site.join("u1@acme.example");
    await here(3);
    site.script.person("u1", "u1@acme.example", { suspended: true });
    await site.scheduled();
    expect((await site.signIn("u1@acme.example", password)).viewer?.user?.status ?? "DEACTIVATED").toBe("DEACTIVATED");
  });

  it("deleted and restored: the same user is back, with groups, groups added by hand, and access", async () => {
    await here(3);
    const before = await site.at("u1@acme.example");
    await site.group("By hand", [before?.id ?? ""]);
    site.script.leave("u1");
    expect((await site.scheduled()).lines).toEqual(["APPLIED USER_DEACTIVATE u1@acme.example"]);
    site.script.person("u1", "u1@acme.example");
    site.script.group("g1", "Team", ["u0", "u1", "u2"]);
    await site.scheduled();
    expect(await site.at("u1@acme.example")).toEqual({ ...before, groups: ["By hand", "Team"] });
  });

  it("deleted and restored without the groups: is out of the groups that the directory says they left", async () => {
    await here(3);
    site.script.leave("u1");
    await site.scheduled();
    site.script.person("u1", "u1@acme.example");
    expect((await site.scheduled()).lines).toEqual([
      "APPLIED MEMBER_REMOVE u1@acme.example in Team",
      "APPLIED USER_ACTIVATE u1@acme.example",
    ]);
    expect(await site.at("u1@acme.example")).toMatchObject({ status: "ACTIVE", groups: [], opens: [] });
  });

  it("restored to an address that a newcomer had meanwhile: each is who they were, at the address that the directory says", async () => {
    await here(3);
    const before = await site.at("u1@acme.example");
    site.script.leave("u1");
    site.script.person("n1", "u1@acme.example", { fullName: "New" });
    await site.scheduled();
    const newcomer = await site.at("u1@acme.example");
    site.script.person("n1", "new@acme.example", { fullName: "New" });
    site.script.person("u1", "u1@acme.example");
    site.script.group("g1", "Team", ["u0", "u1", "u2"]);
    expect(await site.scheduled()).toMatchObject({ status: "SUCCEEDED" });
    expect(await site.at("u1@acme.example")).toEqual(before);
    expect(await site.at("new@acme.example")).toEqual({ ...newcomer, email: "new@acme.example" });
  });

  it("suspended before they ever came: is not brought", async () => {
    await here(1);
    site.script.person("u9", "u9@acme.example", { suspended: true });
    expect((await site.scheduled()).lines).toEqual([]);
    expect(await site.at("u9@acme.example")).toBeNull();
  });
});

describe("scope", () => {
  it("moved between org units in scope: nothing happens", async () => {
    await site.set({ orgUnits: ["/Sales"] });
    for (const id of bring(site, 2)) site.script.person(id, `${id}@acme.example`, { orgUnit: "/Sales/North" });
    await site.sync();
    site.script.person("u0", "u0@acme.example", { orgUnit: "/Sales/South" });
    expect((await site.scheduled()).lines).toEqual([]);
  });

  it("moved to an org unit out of scope, and back: is out, and back with everything", async () => {
    await site.set({ orgUnits: ["/Sales"] });
    for (const id of bring(site, 2)) site.script.person(id, `${id}@acme.example`, { orgUnit: "/Sales" });
    site.script.group("g1", "Team", ["u0", "u1"]);
    await site.sync();
    await site.opened("wiki", ["Team"]);
    const before = await site.at("u0@acme.example");
    // An org unit whose name only begins alike is another one.
    site.script.person("u0", "u0@acme.example", { orgUnit: "/SalesArchive" });
    expect((await site.scheduled()).lines).toEqual(["APPLIED USER_DEACTIVATE u0@acme.example"]);
    site.script.person("u0", "renamed@acme.example", { orgUnit: "/Elsewhere", fullName: "u0" });
    await site.scheduled();
    site.script.person("u0", "renamed@acme.example", { orgUnit: "/Sales", fullName: "u0" });
    await site.scheduled();
    expect(await site.at("renamed@acme.example")).toEqual({ ...before, email: "renamed@acme.example" });
  });

  it("in and out of a group in scope: comes with the group, goes with it, and is the same user after", async () => {
    await site.set({ scope: "GROUPS", groupEmails: ["g1@acme.example"] });
    bring(site, 4);
    site.script.group("g1", "Team", ["u0", "u1", "u2"]);
    await site.sync();
    expect(await site.at("u3@acme.example")).toBeNull();
    const before = await site.at("u1@acme.example");
    site.script.group("g1", "Team", ["u0", "u2", "u3"]);
    await site.scheduled();
    expect(await site.at("u1@acme.example")).toMatchObject({ status: "DEACTIVATED" });
    expect(await site.at("u3@acme.example")).toMatchObject({ status: "ACTIVE", groups: ["Team"] });
    site.script.group("g1", "Team", ["u0", "u1", "u2", "u3"]);
    await site.scheduled();
    expect(await site.at("u1@acme.example")).toEqual(before);
  });

  it("out of scope by a pattern to ignore: is left as they are, whatever the directory says", async () => {
    await here(2);
    await site.set({ ignore: ["u1@*"] });
    await site.sync();
    site.script.person("u1", "u1@acme.example", { suspended: true });
    expect((await site.scheduled()).lines).toEqual([]);
    expect(await site.at("u1@acme.example")).toMatchObject({ status: "ACTIVE", opens: ["wiki"] });
  });
});

describe("local deactivation of a synced user", () => {
  const deactivate = async (email: string) => {
    const { id } = (await site.at(email)) ?? { id: "" };
    await site.succeed("userDeactivate", { ids: [id] }, "users { id }");
    return id;
  };

  it("stands, run after run, also when the directory renames them, loses them, or gets them back", async () => {
    await here(3);
    const id = await deactivate("u1@acme.example");
    expect((await site.scheduled()).lines).toEqual([]);
    site.script.person("u1", "renamed@acme.example");
    await site.scheduled();
    site.script.leave("u1");
    await site.scheduled();
    site.script.person("u1", "renamed@acme.example");
    await site.scheduled();
    expect(await site.by(id)).toMatchObject({ status: "DEACTIVATED", email: "renamed@acme.example" });
  });

  it("ends with the end of a suspension there", async () => {
    await here(3);
    const id = await deactivate("u1@acme.example");
    site.script.person("u1", "u1@acme.example", { suspended: true });
    await site.scheduled();
    expect(await site.by(id)).toMatchObject({ status: "DEACTIVATED" });
    site.script.person("u1", "u1@acme.example");
    await site.scheduled();
    expect(await site.by(id)).toMatchObject({ status: "ACTIVE", opens: ["wiki"] });
  });
});
