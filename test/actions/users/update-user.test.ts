import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import type { UserUpdate } from "../../../src/actions/users/read-user-update.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import type { Actor } from "../../../src/model/actor.ts";
import type { User } from "../../../src/model/entities.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import type { SelectedField } from "../../../src/queries/selection.ts";
import { findUser } from "../../../src/queries/users.ts";
import { holderOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse, tokenIn } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
  await house.verifyDomain("acme.example");
});
afterAll(() => house.close());

const update = (id: string, changes: Omit<UserUpdate, "id">, actor?: Actor, options?: { rehearsal: boolean }) =>
  house.act((work) => updateUser(work, { id, ...changes }), actor, options);
const refused = (...args: Parameters<typeof update>) => refusalOf(update(...args));
const userById = (id: string) => house.rows<User>("SELECT * FROM User WHERE id = ?", [id]);
const findable = async (term: string) =>
  (await house.rows<{ userId: string }>("SELECT userId FROM SearchTerm WHERE term = ? ORDER BY userId", [term])).map(
    ({ userId }) => userId,
  );

/** Makes a user a directory's. */
async function synced(email: string): Promise<string> {
  const { publicUserId } = await house.joinByLink(email);
  await house.write("UPDATE User SET directoryId = ?, externalId = '7', externalKey = ? WHERE id = ?", [
    newId(),
    `d:${email}`,
    publicUserId.slice(4),
  ]);
  return publicUserId;
}

describe("updating a user", () => {
  it("rules 4.1, 10.1: changes what is given, keeps the rest, counts a version, and leaves a trail", async () => {
    const { publicUserId: id } = await house.joinByLink("ann@acme.example");
    const before = await house.userAt("ann@acme.example");
    expect(await update(id, { title: " Boss ", username: "annie", externalId: "E1", role: "MANAGER" })).toBe(id.slice(4));
    expect(await house.userAt("ann@acme.example")).toEqual({
      ...before,
      title: "Boss",
      username: "annie",
      usernameKey: expect.anything(),
      externalId: expect.anything(),
      externalKey: expect.anything(),
      role: "MANAGER",
      version: before.version + 1,
    });
    expect(await house.trail()).toMatchObject({
      last: {
        action: "userUpdate",
        actor: "admin@acme.example",
        subjects: ["ann@acme.example: username ann > annie: title - > Boss: externalId - > E1: role MEMBER > MANAGER"],
        findable: [id.slice(4)],
      },
    });
    await update(id, { title: null, externalId: null });
    expect(await house.userAt("ann@acme.example")).toMatchObject({ title: null, externalId: null, externalKey: null });
  });

  it("changes nothing twice: no version, no event", async () => {
    const { publicUserId: id } = await house.joinByLink("same@acme.example");
    await update(id, { fullName: "Same Person", email: "same@acme.example", role: "MEMBER" });
    const { size } = await house.trail();
    const { version } = await house.userAt("same@acme.example");
    await update(id, { fullName: " Same Person", email: " SAME@acme.example", title: "", role: "MEMBER" });
    expect(await house.userAt("same@acme.example")).toMatchObject({ version });
    expect((await house.trail()).size).toBe(size);
  });

  it("renames the person on every site that shows them, and finds them by the new name alone", async () => {
    const both = await house.joinByLink("both@acme.example");
    const guest = await house.joinElsewhere(both);
    const [before] = await userById(guest);
    await update(both.publicUserId, { fullName: "Zoë Quick" });
    expect(await house.accountAt("both@acme.example")).toMatchObject({ fullName: "Zoë Quick" });
    expect(await userById(guest)).toMatchObject([{ fullName: "Zoë Quick", version: (before?.version ?? 0) + 1 }]);
    expect(await findable("quick")).toEqual([both.userId, guest].sort());
    expect(await findable("both")).toEqual([]);
  });

  it("rule 4.5: refuses a stale page, also of many who save at the same moment", async () => {
    const { publicUserId: id } = await house.joinByLink("stale@acme.example");
    const { version } = await house.userAt("stale@acme.example");
    const results = await Promise.allSettled(["A", "B", "C"].map((title) => update(id, { title, expectedVersion: version })));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await refused(id, { title: "D", expectedVersion: version })).toEqual(["CONFLICT input.expectedVersion"]);
  });

  it("changes nothing in a rehearsal", async () => {
    const { publicUserId: id } = await house.joinByLink("dry@acme.example");
    const before = await house.everything();
    await update(id, { fullName: "Wet", email: "wet@acme.example", role: "ADMIN" }, house.admin, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});

describe("whose it is to change", () => {
  it("rule 4.1: email, username and full name of an account that is not managed are its owner's", async () => {
    const { publicUserId: id } = await house.joinByLink("far@far.example");
    expect(await refused(id, { fullName: "X", email: "far@acme.example", username: "x" })).toEqual([
      "NOT_MANAGED input.email",
      "NOT_MANAGED input.fullName",
      "NOT_MANAGED input.username",
    ]);
    await update(id, { title: "Guest", role: "MANAGER" });
    expect(await house.userAt("far@far.example")).toMatchObject({ title: "Guest", role: "MANAGER" });
  });

  it("rules 1.2, 4.1: goes by the account's own address, and not by one that a directory gave the user", async () => {
    const { publicUserId: id } = await house.joinByLink("own@far.example");
    await house.write("UPDATE User SET email = 'own@acme.example', emailKey = 'own@acme.example' WHERE id = ?", [id.slice(4)]);
    expect(await refused(id, { email: "mine@acme.example" })).toEqual(["NOT_MANAGED input.email"]);
    expect(await refused(id, { fullName: "Mine" })).toEqual(["NOT_MANAGED input.fullName"]);
    const managed: SelectedField = { key: "managed", name: "managed", args: {}, on: null, selection: [] };
    const shown = await house.door.look({ siteId: house.siteId, actor: house.admin }, (reader) =>
      findUser(reader, { id }, [managed]),
    );
    expect(shown).toMatchObject({ managed: false });
  });

  it("rule 4.3: what a directory owns is changed there, and the rest here", async () => {
    const id = await synced("synced@acme.example");
    expect(await refused(id, { fullName: "X", email: "x@acme.example", externalId: "8" })).toEqual([
      "MANAGED_BY_DIRECTORY input.email",
      "MANAGED_BY_DIRECTORY input.externalId",
      "MANAGED_BY_DIRECTORY input.fullName",
    ]);
    expect(await refused(id, { externalId: null })).toEqual(["MANAGED_BY_DIRECTORY input.externalId"]);
    await update(id, { username: "free", title: "Chief", role: "MANAGER" });
    expect(await house.userAt("synced@acme.example")).toMatchObject({ username: "free", title: "Chief", role: "MANAGER" });
  });

  it("rules 2.11, 9.4: a manager changes members, but neither admins nor roles nor emails", async () => {
    const { publicUserId: id } = await house.joinByLink("plain@acme.example");
    const admin = publicId("User", house.admin.userId);
    expect(await refused(admin, { title: "X" }, house.manager)).toEqual(["FORBIDDEN input.id"]);
    expect(await refused(id, { role: "MANAGER" }, house.manager)).toEqual(["FORBIDDEN input.role"]);
    expect(await refused(id, { email: "p@acme.example" }, house.manager)).toEqual(["FORBIDDEN input.email"]);
    await update(id, { fullName: "Plain Person", role: "MEMBER" }, house.manager);
    for (const actor of [house.member, house.hand, holderOf("USERS_READ")])
      expect(await refused(id, { title: "X" }, actor)).toEqual(["FORBIDDEN input.id"]);
  });
});

describe("what makes no sense in an update", () => {
  it("is refused all at once, each at its path, and changes nothing", async () => {
    await house.joinByLink("taker@acme.example");
    const { publicUserId: id } = await house.joinByLink("odd@acme.example");
    await update(publicId("User", house.admin.userId), { externalId: "E9" });
    const before = await house.everything();
    const long = "x".repeat(201);
    expect(
      await refused(id, { fullName: " ", username: "a b", email: "odd@", title: long, externalId: long, role: null }),
    ).toEqual(["email", "externalId", "fullName", "role", "title", "username"].map((field) => `INVALID input.${field}`));
    expect(await refused(id, { fullName: null, username: null, email: null, expectedVersion: 99 })).toEqual([
      "CONFLICT input.expectedVersion",
      "INVALID input.email",
      "INVALID input.fullName",
      "INVALID input.username",
    ]);
    expect(await refused(id, { email: "TAKER@acme.example", username: "Taker", externalId: "E9" })).toEqual(
      ["email", "externalId", "username"].map((field) => `TAKEN input.${field}`),
    );
    expect(await house.everything()).toBe(before);
  });

  it("rule 1.1: a user of another site is not there, like one that never was", async () => {
    const before = await house.everything();
    const messages = [house.elsewhere.userId, publicId("User", newId()), house.elsewhere.userId.replace("usr_", "grp_")].map(
      (id) => update(id, { title: "X" }).catch((error: Error) => error.message),
    );
    expect(new Set(await Promise.all(messages))).toEqual(new Set(["There is no such user on this site."]));
    expect(await refused(house.elsewhere.userId, { title: "X" })).toEqual(["NOT_FOUND input.id"]);
    expect(await house.everything()).toBe(before);
  });
});

describe("moving someone to another address", () => {
  it("rule 4.2: ends the account's sessions, writes to both addresses, and frees the old one", async () => {
    const mover = await house.joinByLink("old@acme.example");
    const guest = await house.joinElsewhere(mover);
    await update(mover.publicUserId, { email: " New@ACME.example" });
    expect(await house.callerOf(mover.accessToken)).toBeNull();
    expect(await house.rows("SELECT id FROM Session WHERE accountId = ?", [mover.accountId])).toEqual([]);
    expect(await house.accountAt("new@acme.example")).toMatchObject({ id: mover.accountId });
    expect(await userById(guest)).toMatchObject([{ email: "new@acme.example" }]);
    for (const email of ["old@acme.example", "new@acme.example"]) {
      const [letter] = (await house.lettersTo(email)).slice(-1);
      expect(letter?.text).toContain("old@acme.example");
      expect(letter?.text).toContain("new@acme.example");
    }
    expect((await house.trail()).last).toMatchObject({
      subjects: ["new@acme.example: email old@acme.example > new@acme.example"],
    });
    await house.joinByLink("old@acme.example");
    expect(await house.userAt("new@acme.example")).toMatchObject({ accountId: mover.accountId });
  });

  it("rule 4.2: refuses a domain that is not verified, and an address that an account elsewhere has", async () => {
    const { publicUserId: id } = await house.joinByLink("stays@acme.example");
    await house.write(
      "INSERT INTO Account (id, realm, email, emailKey, emailVerified, fullName, createdAt) VALUES (?, '', 'abroad@acme.example', 'abroad@acme.example', 1, 'A', '')",
      [newId()],
    );
    const before = await house.everything();
    expect(await refused(id, { email: "stays@far.example" })).toEqual(["NOT_MANAGED input.email"]);
    expect(await refused(id, { email: "abroad@acme.example" })).toEqual(["TAKEN input.email"]);
    expect(await house.everything()).toBe(before);
  });

  it("rule 2.7: invites who has not joined again at the new address, and voids the link to the old one", async () => {
    const { userId, token } = await house.invite("wrong@acme.example", { sendEmail: true });
    await update(userId, { email: "right@acme.example" });
    expect(await refusalOf(house.accept({ token }))).toEqual(["WRONG_STATE input.token"]);
    expect(await house.lettersTo("wrong@acme.example")).toMatchObject([{ state: "VOID", text: "" }]);
    await house.accept({ token: tokenIn((await house.lettersTo("right@acme.example"))[0]) });
    expect(await house.userAt("right@acme.example")).toMatchObject({ status: "ACTIVE" });
  });
});

describe("giving and taking roles", () => {
  it("rule 1.6: leaves an admin, also of two who demote each other at the same moment", async () => {
    const first = publicId("User", house.admin.userId);
    expect(await refused(first, { role: "MEMBER" })).toEqual(["LAST_ADMIN"]);
    const other = await house.joinByLink("second@acme.example", "ADMIN");
    const results = await Promise.allSettled([
      update(first, { role: "MEMBER" }, other),
      update(other.publicUserId, { role: "MANAGER" }),
    ]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(await refusalOf(Promise.reject(result.reason))).toEqual(["LAST_ADMIN"]);
    expect(await house.activeAdmins()).toEqual({ counted: 1, told: 1 });
    await update(first, { role: "ADMIN" }, house.operator);
  });

  it("rule 2.11: makes an admin of whom a manager invited, and whoever did so vouches for the invitation", async () => {
    const { userId, token } = await house.invite("rising@acme.example", {}, house.manager);
    const maker = await house.joinByLink("maker@acme.example", "ADMIN");
    await update(userId, { role: "ADMIN" }, maker);
    await update(maker.publicUserId, { role: "MEMBER" });
    expect(await refusalOf(house.accept({ token }))).toEqual(["WRONG_STATE"]);
    await update(maker.publicUserId, { role: "ADMIN" });
    await house.accept({ token });
    expect(await house.userAt("rising@acme.example")).toMatchObject({ status: "ACTIVE", role: "ADMIN" });
    await house.act((work) => deactivateUsers(work, { ids: [userId] }));
  });
});
