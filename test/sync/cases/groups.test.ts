import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

/** Three people in the group Team, by which they open the wiki. */
async function team(): Promise<string> {
  site.script.group("g1", "Team", bring(site, 3));
  await site.sync();
  await site.opened("wiki", ["Team"]);
  return (await site.groupNamed("Team"))?.id ?? "";
}
const all = ["u0@acme.example", "u1@acme.example", "u2@acme.example"];
const opens = async (id: string) => (await site.at(`${id}@acme.example`))?.opens;
const gone = (id: string) => {
  site.script.groups.delete(id);
  site.script.members.delete(id);
};

describe("a group of the directory", () => {
  it("renamed: is the same group, with its members and what it opens", async () => {
    const id = await team();
    site.script.group("g1", "Crew", ["u0", "u1", "u2"]);
    expect((await site.scheduled()).lines).toEqual(["APPLIED GROUP_UPDATE Team"]);
    expect(await site.groupNamed("Crew")).toMatchObject({ id });
    expect(await site.membersOf("Crew")).toEqual(all);
    expect(await opens("u0")).toEqual(["wiki"]);
    expect((await site.trailOf(id))[0]).toBe("groupUpdate: name Team > Crew");
  });

  it("with another address: nothing but that changes", async () => {
    const id = await team();
    site.script.group("g1", "Team", ["u0", "u1", "u2"], { email: "crew@acme.example" });
    expect((await site.scheduled()).lines).toEqual(["APPLIED GROUP_UPDATE Team"]);
    expect(await site.groupNamed("Team")).toMatchObject({ id });
    expect((await site.scheduled()).lines).toEqual([]);
  });

  it("emptied: everybody is out, and back with the first who joins it again", async () => {
    await team();
    site.script.group("g1", "Team", []);
    expect(await site.scheduled()).toMatchObject({ status: "SUCCEEDED", summary: { applied: 3 } });
    expect(await site.membersOf("Team")).toEqual([]);
    expect(await opens("u0")).toEqual([]);
    expect(await site.at("u0@acme.example")).toMatchObject({ status: "ACTIVE" });
    site.script.group("g1", "Team", ["u0"]);
    await site.scheduled();
    expect(await opens("u0")).toEqual(["wiki"]);
  });

  it("deleted: is gone, and with it the access that it alone gave", async () => {
    await team();
    site.script.group("g2", "Others", ["u0"]);
    await site.scheduled();
    await site.opened("blog", ["Others"]);
    gone("g1");
    expect((await site.scheduled()).lines).toEqual(["APPLIED GROUP_DELETE Team"]);
    expect(await site.groupNamed("Team")).toBeNull();
    expect(await site.at("u0@acme.example")).toMatchObject({ status: "ACTIVE", groups: ["Others"], opens: ["blog"] });
    expect(await site.seatsOf("wiki")).toBe(0);
  });

  it("deleted, and another made of its name: the new one opens nothing by itself, and has the name at last", async () => {
    await team();
    gone("g1");
    site.script.group("g2", "Team", ["u0", "u1", "u2"]);
    await site.scheduled();
    await site.scheduled();
    expect(await site.membersOf("Team")).toEqual(all);
    expect(await opens("u0")).toEqual([]);
    expect((await site.scheduled()).lines).toEqual([]);
  });
});

describe("a group of the same name as a local one", () => {
  it("is disputed, and neither is touched, until one of them is called something else", async () => {
    bring(site, 3);
    const hand = await site.invite("hand@elsewhere.example");
    const local = await site.group("TEAM", [hand]);
    site.script.group("g1", "Team", ["u0", "u1", "u2"]);
    const run = await site.sync();
    expect(run.lines).toContain("DISPUTED GROUP_ADOPT Team");
    expect(run.why["DISPUTED GROUP_ADOPT Team"]).toBe("There is a group of this name here that the directory does not own.");
    expect(await site.membersOf("Team")).toEqual(["hand@elsewhere.example"]);
    await site.succeed("groupUpdate", { id: local, name: "By hand" }, "group { id }");
    await site.scheduled();
    expect(await site.membersOf("Team")).toEqual(all);
    expect(await site.membersOf("By hand")).toEqual(["hand@elsewhere.example"]);
  });

  it("by a rename: the group keeps its old name here, and its members stay in step", async () => {
    const id = await team();
    await site.group("Crew");
    site.script.group("g1", "Crew", ["u0", "u1"]);
    const run = await site.scheduled();
    expect(run.lines).toEqual(["APPLIED MEMBER_REMOVE u2@acme.example in Team", "DISPUTED GROUP_UPDATE Team"]);
    expect(await site.groupNamed("Team")).toMatchObject({ id });
    expect(await site.membersOf("Crew")).toEqual([]);
  });

  it("two of the directory's own: the second is called by its address, too", async () => {
    bring(site, 3);
    site.script.group("g1", "Team", ["u0"]);
    site.script.group("g2", "team", ["u1"]);
    await site.sync();
    expect(await site.membersOf("Team")).toEqual(["u0@acme.example"]);
    expect(await site.membersOf("team (g2@acme.example)")).toEqual(["u1@acme.example"]);
  });
});

describe("nested groups", () => {
  it("nested two ways: a member by two paths stays until the last is gone", async () => {
    await team();
    site.script.group("g2", "Left", ["u0"]);
    site.script.group("g3", "Right", ["u0"]);
    site.script.group("g4", "Top", ["g2", "g3"]);
    await site.scheduled();
    expect(await site.membersOf("Top")).toEqual(["u0@acme.example"]);
    site.script.group("g4", "Top", ["g3"]);
    expect((await site.scheduled()).lines).toEqual(["APPLIED GROUP_UPDATE Top"]);
    expect(await site.membersOf("Top")).toEqual(["u0@acme.example"]);
    site.script.group("g3", "Right", []);
    await site.scheduled();
    expect(await site.membersOf("Top")).toEqual([]);
  });

  it("each inside the other: both have everybody, and the runs come to rest", async () => {
    bring(site, 3);
    site.script.group("g1", "One", ["u0", "g2"]);
    site.script.group("g2", "Two", ["u1", "g1"]);
    await site.sync();
    for (const name of ["One", "Two"]) expect(await site.membersOf(name)).toEqual(["u0@acme.example", "u1@acme.example"]);
    expect((await site.scheduled()).lines).toEqual([]);
    site.script.group("g1", "One", ["u0"]);
    await site.scheduled();
    expect(await site.membersOf("One")).toEqual(["u0@acme.example"]);
    expect(await site.membersOf("Two")).toEqual(["u0@acme.example", "u1@acme.example"]);
  });

  it("inside itself: nothing is odd about it", async () => {
    bring(site, 1);
    site.script.group("g1", "Self", ["g1", "u0"]);
    await site.sync();
    expect(await site.membersOf("Self")).toEqual(["u0@acme.example"]);
    expect((await site.scheduled()).lines).toEqual([]);
  });
});
