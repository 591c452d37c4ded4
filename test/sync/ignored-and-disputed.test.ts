import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApply } from "../../src/actions/directories/start-apply.ts";
import { bodiesOf, holdGroup, holdUser, nothingHeld, plan, told } from "../support/planning.ts";
import { scriptedDirectory } from "../support/scripted-directory.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";

describe("what the settings ignore is touched in neither direction (S15)", () => {
  /** Ada and Bob, in the group Team of both. */
  function build() {
    const script = scriptedDirectory();
    const held = nothingHeld();
    const users = ["ada", "bob"].map((id) => {
      script.person(id, `${id}@acme.example`);
      return holdUser(held, id, `${id}@acme.example`);
    });
    script.group("g1", "Team", ["ada", "bob"]);
    holdGroup(held, "g1", "Team", users);
    return { script, held };
  }

  it("somebody ignored by the address in the directory neither comes, changes nor leaves, nor joins or leaves groups", () => {
    const { script, held } = build();
    script.person("ada", "ceo@acme.example", { suspended: true });
    script.person("new", "ceo.office@acme.example");
    script.group("g1", "Team", ["bob", "new"]);
    expect(told(plan(script, held, { ignore: ["ceo*@acme.example"] }))).toEqual([]);
  });

  it("nor does somebody ignored by the address here, who was renamed there", () => {
    const { script, held } = build();
    script.person("ada", "renamed@acme.example", { fullName: "Somebody Else" });
    script.group("g1", "Team", ["bob"]);
    script.group("g2", "Others", ["ada"]);
    expect(told(plan(script, held, { ignore: ["ada@acme.example"] }))).toEqual(["PLANNED GROUP_CREATE Others"]);
  });

  it("nor does somebody ignored whom the directory does not list any more", () => {
    const { script, held } = build();
    script.leave("ada");
    script.group("g1", "Team", ["bob"]);
    expect(told(plan(script, held, { ignore: ["ADA@*"] }))).toEqual([]);
  });

  it("a group ignored by its address, there or here, neither changes nor goes, and keeps its members", () => {
    for (const ignore of [["g1@acme.example"], ["team@acme.example"]]) {
      const { script, held } = build();
      script.group("g1", "Renamed", ["bob"], { email: "team@acme.example" });
      expect(told(plan(script, held, { ignore }))).toEqual([]);
    }
    const { script, held } = build();
    script.groups.delete("g1");
    script.members.delete("g1");
    expect(told(plan(script, held, { ignore: ["g1@*"] }))).toEqual([]);
  });
});

describe("two people of one address in the directory (S6)", () => {
  it("that nobody has here yet: the first gets it, the other is disputed", () => {
    const script = scriptedDirectory();
    script.person("1", "ada@acme.example");
    script.person("2", "ADA@acme.example");
    const made = plan(script, nothingHeld());
    expect(told(made)).toEqual(["PLANNED USER_CREATE ada@acme.example", "DISPUTED USER_CREATE ada@acme.example"]);
    expect(bodiesOf(made).map(({ externalId, failure }) => [externalId, failure])).toEqual([
      ["1", undefined],
      ["2", "Two people of the directory have this address."],
    ]);
  });

  it("that one of them has here keeps it, whoever of them is listed first", () => {
    for (const order of [
      ["1", "2"],
      ["2", "1"],
    ]) {
      const script = scriptedDirectory();
      const held = nothingHeld();
      for (const id of order) script.person(id, "ada@acme.example", { fullName: "ada" });
      holdUser(held, "1", "ada@acme.example");
      expect(told(plan(script, held))).toEqual(["DISPUTED USER_CREATE ada@acme.example"]);
    }
  });
});

describe("an organization without anybody (S14)", () => {
  let house: SyncedHouse;
  beforeEach(async () => {
    house = await buildSyncedHouse();
  });
  afterEach(() => house.close());

  it("does not let another one pass for it afterwards", async () => {
    house.script.person("1", "ada@acme.example");
    await house.sync();
    const { customerId } = house.script;
    // A list that is empty by mistake says nothing of whose it is.
    house.script.hidden.add("1");
    Object.assign(house.script, { customerId: null });
    expect(await house.runOf(await house.syncAtOnce())).toMatchObject({ status: "HELD" });
    house.script.hidden.clear();
    Object.assign(house.script, { customerId: `${customerId} of somebody else` });
    expect(await house.runOf(await house.syncAtOnce())).toMatchObject({
      status: "PLANNED",
      failure: expect.stringContaining("another organization"),
    });
    expect(await house.directory()).toMatchObject({ trusted: 0 });
  });
});

describe("what a run waited for (S21)", () => {
  it("is kept with it, the waits of proofs included", async () => {
    const house = await buildSyncedHouse();
    for (let n = 0; n < 20; n++) house.script.person(`u${n}`, `u${n}@acme.example`);
    await house.sync();
    house.script.leave("u1");
    const runId = await house.act((work) => startApply(work, { directoryId: house.directoryId }));
    const reader = house.script.reader();
    let waited = 10.4;
    Object.defineProperty(reader, "waitedMs", { get: () => waited });
    const isUserPresent: typeof reader.isUserPresent = async () => {
      waited = 250.2;
      return "absent";
    };
    expect(await house.run(runId, { reader: Object.assign(reader, { isUserPresent }) })).toBe("SUCCEEDED");
    expect(await house.runOf(runId)).toMatchObject({ waitedMs: 250 });
    await house.close();
  });
});
