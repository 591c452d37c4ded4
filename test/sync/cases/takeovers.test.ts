import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codesOf } from "../../support/rule-words.ts";
import { startTestProvider, type TestProvider } from "../../support/test-provider.ts";
import { bring, buildCases, type CasesHouse, type SyncedSite, whoIs } from "./synced-site.ts";

let google: TestProvider;
let house: CasesHouse;
let site: SyncedSite;
beforeAll(async () => {
  google = await startTestProvider({ name: "google", isGoogle: true });
});
beforeEach(async () => {
  house = await buildCases({}, { signInProviders: [{ ...google.settings, sites: ["acme", "globex"] }] });
  site = house.site;
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await house.close();
});
afterAll(() => google.close());

const desk = "desk@acme.example";
const byGoogle = async (sub: string, email = desk) => {
  const idToken = await google.idToken({ sub, email, email_verified: true, hd: "acme.example" });
  const selection = "session { accessToken } viewer { user { id } }";
  const { session, viewer } = await site.change<{
    session: { accessToken: string } | null;
    viewer: { user: { id: string } | null } | null;
  }>("signInWithIdToken", { idToken }, selection, null);
  return { token: session?.accessToken ?? "", id: viewer?.user?.id ?? null };
};

/** Somebody with all that one can have, at an address that a newcomer has from now on. */
async function oldAndNew(role: "MEMBER" | "MANAGER" = "MEMBER") {
  const old = await site.join(desk, role);
  await site.group("By hand", [old.id]);
  site.script.person("old", desk, { fullName: "Old" });
  site.script.group("g1", "Team", ["old"]);
  await site.sync();
  await site.opened("wiki", ["Team"]);
  const linked = await byGoogle("old");
  await site.change("passwordResetRequest", { email: desk }, "__typename", null);
  const reset = await house.linkTo(desk, 2);
  site.script.leave("old");
  site.script.person("new", desk, { fullName: "New" });
  return { ...old, linked, reset };
}

describe("T8: an address reused by a newcomer", () => {
  it("the newcomer is another user, with nothing; the old one is out, and known to the admin by their name", async () => {
    const old = await oldAndNew();
    expect((await site.scheduled()).lines).toEqual([`APPLIED USER_CREATE ${desk}`, `APPLIED USER_DEACTIVATE ${desk}`]);
    expect(await site.at(desk)).toMatchObject({ externalId: "new", fullName: "New", role: "MEMBER", groups: [], opens: [] });
    expect(await site.by(old.id)).toMatchObject({
      email: `former-${old.id.slice(4)}@retired.invalid`,
      status: "DEACTIVATED",
      fullName: "Old",
      groups: ["By hand", "Team"],
    });
    expect(await site.seatsOf("wiki")).toBe(0);
  });

  it("sessions, password, reset link and Google link of the old one open nothing of the newcomer's", async () => {
    const old = await oldAndNew();
    await site.scheduled();
    for (const token of [old.token, old.linked.token]) expect(await whoIs(house, token)).toBeNull();
    expect(codesOf(await site.signIn(desk))).toEqual(["BAD_CREDENTIALS"]);
    expect(codesOf(await site.change("passwordReset", { token: old.reset, password: "another horse battery" }, ""))).toEqual([
      "WRONG_STATE",
    ]);
    expect((await byGoogle("old")).id).toBeNull();
    expect((await byGoogle("new")).id).toBe((await site.at(desk))?.id);
  });

  it("the role of the old one is not handed on", async () => {
    await oldAndNew("MANAGER");
    expect((await site.scheduled()).lines).toEqual([`DISPUTED USER_CREATE ${desk}`, `HELD USER_DEACTIVATE ${desk}`]);
    await site.sync({ approveRemovals: true });
    expect(await site.at(desk)).toMatchObject({ externalId: "new", role: "MEMBER" });
  });

  it("while the old one is there after all, the newcomer waits, and nobody has the address but the old one", async () => {
    const old = await oldAndNew();
    site.script.person("old", desk);
    site.script.hidden.add("old");
    const run = await site.scheduled();
    expect(run).toMatchObject({ status: "HELD" });
    expect(await site.at(desk)).toMatchObject({ id: old.id, status: "ACTIVE", opens: ["wiki"] });
    expect(await whoIs(house, old.linked.token)).toBe(old.id);
    expect((await byGoogle("new")).id).toBeNull();
  });

  it("an invitation of the old one to another site is void: by its link, and by signing in there", async () => {
    const globex = await house.found("globex");
    await globex.invite(desk, { role: "ADMIN", sendEmail: true });
    const link = await house.linkTo(desk);
    site.script.person("old", desk);
    await site.sync();
    site.script.leave("old");
    site.script.person("new", desk);
    await site.scheduled();
    expect(codesOf(await globex.accept(link))).toEqual(["WRONG_STATE"]);
    const newcomer = await byGoogle("new");
    expect(codesOf(await globex.accept(link, {}, newcomer.token))).toEqual(["WRONG_STATE"]);
    const idToken = await google.idToken({ sub: "new", email: desk, email_verified: true, hd: "acme.example" });
    const there = await globex.change<{ session: object | null }>(
      "signInWithIdToken",
      { idToken },
      "session { accessToken }",
      null,
    );
    expect(there).toMatchObject({ session: null, userErrors: [{ code: "WRONG_STATE" }] });
    expect(await whoIs(house, newcomer.token, "globex")).toBeNull();
  });

  it("a tombstone is for ever: who was deleted here as well is nobody's heir either", async () => {
    const old = await oldAndNew();
    site.script.users.delete("new");
    await site.scheduled();
    await site.succeed("userDelete", { ids: [old.id] }, "deletedIds");
    site.script.person("new", desk, { fullName: "New" });
    await site.scheduled();
    expect(await site.at(desk)).toMatchObject({ externalId: "new", groups: [], opens: [] });
    expect(codesOf(await site.signIn(desk))).toEqual(["BAD_CREDENTIALS"]);
    for (const token of [old.token, old.linked.token]) expect(await whoIs(house, token)).toBeNull();
  });
});

describe("T6: a directory that brings an admin's address", () => {
  const admin = "admin@acme.example";

  it("takes nobody over by itself: the schedule disputes it, and password and session are untouched", async () => {
    bring(site, 1);
    await site.sync();
    const before = await house.rows("SELECT * FROM Account WHERE email = ?", [admin]);
    site.script.person("attacker", admin, { fullName: "Attacker" });
    const run = await site.scheduled();
    expect(run.why).toEqual({
      [`DISPUTED USER_ADOPT ${admin}`]: "An admin or a manager is taken over only through a plan that a person applied.",
    });
    expect(await site.at(admin)).toMatchObject({ synced: false, role: "ADMIN", fullName: "admin" });
    expect(await house.rows("SELECT * FROM Account WHERE email = ?", [admin])).toEqual(before);
  });

  it("an open invitation for an admin is not taken over by the schedule either", async () => {
    bring(site, 1);
    await site.sync();
    const id = await site.invite("boss@acme.example", { role: "ADMIN" });
    site.script.person("attacker", "boss@acme.example");
    expect((await site.scheduled()).lines).toEqual(["DISPUTED USER_ADOPT boss@acme.example"]);
    expect(await site.by(id)).toMatchObject({ status: "INVITED", synced: false });
  });

  it("renames nobody to it", async () => {
    bring(site, 1);
    await site.sync();
    site.script.person("u0", admin);
    expect((await site.sync()).lines).toEqual(["DISPUTED USER_UPDATE u0@acme.example"]);
    expect(await site.at(admin)).toMatchObject({ synced: false, role: "ADMIN" });
  });

  it("changes no admin's address by itself", async () => {
    bring(site, 1);
    site.script.person("boss", admin, { fullName: "admin" });
    await site.sync();
    site.script.person("boss", "elsewhere@acme.example", { fullName: "admin" });
    expect((await site.scheduled()).lines).toEqual([`HELD USER_UPDATE ${admin}`]);
    expect(await site.at(admin)).toMatchObject({ role: "ADMIN" });
  });
});

describe("a role", () => {
  it("is neither made nor kept by a directory, whatever its record or a group's name says", async () => {
    const record = { title: "Super Admin", role: "ADMIN", isAdmin: true, isDelegatedAdmin: true };
    site.script.person("u0", "u0@acme.example", record);
    site.script.group("g1", "ADMIN", ["u0"]);
    await site.sync();
    const { id } = (await site.at("u0@acme.example")) ?? { id: "" };
    expect(await site.by(id)).toMatchObject({ role: "MEMBER", title: "Super Admin" });
    await site.succeed("userUpdate", { id, role: "ADMIN" }, "user { id }");
    await site.scheduled();
    expect((await site.by(id)).role).toBe("ADMIN");
    await site.succeed("userUpdate", { id, role: "MEMBER" }, "user { id }");
    site.script.person("u0", "u0@acme.example", { ...record, fullName: "Renamed" });
    await site.scheduled();
    expect(await site.by(id)).toMatchObject({ role: "MEMBER", fullName: "Renamed" });
  });
});
