import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adoptUsers } from "../../../src/actions/users/adopt-users.ts";
import { type Newcomer, provisionUsers } from "../../../src/actions/users/provision-users.ts";
import { updateSyncedUsers } from "../../../src/actions/users/update-synced-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import type { Account, User } from "../../../src/model/entities.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import type { Work } from "../../../src/work/work.ts";
import { buildSyncedHouse, type SyncedHouse } from "../../support/synced-house.ts";

let house: SyncedHouse;
let hand: Actor;
beforeAll(async () => {
  house = await buildSyncedHouse();
  hand = {
    kind: "directory",
    directoryId: house.directoryId.slice(4),
    approved: false,
    label: "Workspace",
    scopes: new Set(),
    ipAddress: null,
  };
});
afterAll(() => house.close());

const directoryId = () => house.directoryId.slice(4);
const act = <T>(change: (work: Work) => Promise<T>, actor: Actor = hand) =>
  house.door.act({ siteId: house.siteId, actor }, change);
const newcomer = (externalId: string, email: string, more: Partial<Newcomer> = {}): Newcomer => ({
  externalId,
  email,
  fullName: email,
  title: null,
  fingerprint: "f",
  ...more,
});
const provision = (people: Newcomer[], actor: Actor = hand) =>
  act((work) => provisionUsers(work, { directoryId: directoryId(), people, applicationIds: [], sendWelcome: true }), actor);
const userAt = async (email: string) =>
  (await house.rows<User>("SELECT * FROM User WHERE siteId = ? AND email = ?", [house.siteId, email]))[0];
const accountAt = async (email: string) => (await house.rows<Account>("SELECT * FROM Account WHERE email = ?", [email]))[0];

async function write(sql: string, params: (string | number | null)[]): Promise<void> {
  const transaction = await house.database.ground.begin();
  await transaction.write(sql, params);
  await transaction.commit();
}

describe("provisioning users", () => {
  it("rule 2.4a: brings them ACTIVE with an account, a name to be found by, a letter and a trail", async () => {
    const [id] = await provision([newcomer("1", "ada@acme.example", { fullName: "Ada Lovelace", title: "Countess" })]);
    expect(await userAt("ada@acme.example")).toMatchObject({
      id,
      status: "ACTIVE",
      fullName: "Ada Lovelace",
      title: "Countess",
      username: "ada",
    });
    expect(await accountAt("ada@acme.example")).toMatchObject({ emailVerified: 1, passwordHash: null, fullName: "Ada Lovelace" });
    expect(await house.rows("SELECT COUNT(*) AS n FROM SearchTerm WHERE userId = ?", [id ?? ""])).toEqual([{ n: 2 }]);
    expect(await house.rows("SELECT recipient FROM Letter")).toEqual([{ recipient: "ada@acme.example" }]);
    expect(await house.rows("SELECT actorKind, actorLabel FROM AuditEvent WHERE action = 'userProvision'")).toEqual([
      { actorKind: "directory", actorLabel: "Workspace" },
    ]);
  });

  it("does nothing to who was brought before", async () => {
    expect(await provision([newcomer("1", "ada@acme.example")])).toEqual([]);
    expect(await house.rows("SELECT COUNT(*) AS n FROM Letter")).toEqual([{ n: 1 }]);
  });

  it("refuses who may not connect directories, and an address that is somebody's here", async () => {
    const manager = await house.join("manager@acme.example", "MANAGER");
    await expect(provision([newcomer("2", "x@acme.example")], manager)).rejects.toThrow("DIRECTORIES_WRITE");
    await expect(provision([newcomer("2", "x@acme.example"), newcomer("3", "admin@acme.example")])).rejects.toThrow(
      "admin@acme.example is the address of another user here.",
    );
    expect(await userAt("x@acme.example")).toBeUndefined();
  });

  it("links an existing account without touching its password or, while unmanaged, its name (S7)", async () => {
    await write(
      "INSERT INTO Account (id, realm, email, emailKey, emailVerified, fullName, passwordHash, createdAt) VALUES (?, '', 'bob@acme.example', 'bob@acme.example', 1, 'Bobby', 'hash', '')",
      [newId()],
    );
    await provision([newcomer("4", "bob@acme.example", { fullName: "Robert" })]);
    const account = await accountAt("bob@acme.example");
    expect(account).toMatchObject({ fullName: "Bobby", passwordHash: "hash" });
    expect(await userAt("bob@acme.example")).toMatchObject({ accountId: account?.id, fullName: "Robert" });
  });

  it("finds a username for everybody in one batch", async () => {
    await provision(["a", "b", "c"].map((tag) => newcomer(`t${tag}`, `sam+${tag}@acme.example`)));
    const names = await house.rows<{ username: string }>("SELECT username FROM User WHERE email LIKE 'sam+%' ORDER BY username");
    expect(names.map(({ username }) => username)).toEqual(["sam", "sam2", "sam3"]);
  });

  it("brings 500 people in one work", async () => {
    const people = Array.from({ length: 500 }, (_, n) => newcomer(`m${n}`, `m${n}@acme.example`));
    expect(await provision(people)).toHaveLength(500);
  });
});

describe("adopting users", () => {
  it("keeps the role, and is refused for admins without a person's plan (S7, S15)", async () => {
    const member = await house.join("hand@acme.example");
    const adoption = { ...newcomer("20", "hand@acme.example", { fullName: "Hand" }), id: publicId("User", member.userId) };
    await act((work) => adoptUsers(work, { directoryId: directoryId(), people: [adoption] }));
    await act((work) => adoptUsers(work, { directoryId: directoryId(), people: [adoption] }));
    expect(await userAt("hand@acme.example")).toMatchObject({ directoryId: directoryId(), fullName: "Hand", version: 2 });
    const boss = { ...newcomer("21", "admin@acme.example"), id: publicId("User", house.admin.userId) };
    await expect(act((work) => adoptUsers(work, { directoryId: directoryId(), people: [boss] }))).rejects.toThrow(
      "plan that a person applied",
    );
  });

  it("is refused where the address is not theirs any more", async () => {
    const member = await house.join("late@acme.example");
    const adoption = { ...newcomer("22", "other@acme.example"), id: publicId("User", member.userId) };
    await expect(act((work) => adoptUsers(work, { directoryId: directoryId(), people: [adoption] }))).rejects.toThrow(
      "does not have the address",
    );
  });
});

describe("updating synced users", () => {
  it("touches the account only while the site manages it (S7)", async () => {
    const bob = publicId("User", (await userAt("bob@acme.example"))?.id ?? "");
    await act((work) => updateSyncedUsers(work, [{ id: bob, fullName: "Rob" }]));
    expect(await accountAt("bob@acme.example")).toMatchObject({ fullName: "Bobby" });
    await write(
      "INSERT INTO Domain (id, siteId, name, verifiedKey, status, token, createdAt) VALUES (?, ?, 'acme.example', 'acme.example', 'VERIFIED', 'token', '')",
      [newId(), house.siteId],
    );
    await act((work) => updateSyncedUsers(work, [{ id: bob, fullName: "Bob", email: "robert@acme.example" }]));
    expect(await accountAt("robert@acme.example")).toMatchObject({ fullName: "Bob" });
  });

  it("rule 1.4: takes no notice of accounts of another realm: a local account elsewhere has any address", async () => {
    const { id = "", email = "" } = (await userAt("robert@acme.example")) ?? {};
    await write(
      "INSERT INTO Account (id, realm, email, emailKey, emailVerified, fullName, createdAt) VALUES (?, ?, 'rob@acme.example', 'rob@acme.example', 1, 'R', '')",
      [newId(), newId()],
    );
    await act((work) => updateSyncedUsers(work, [{ id: publicId("User", id), email: "rob@acme.example" }]));
    expect(await userAt("rob@acme.example")).toMatchObject({ id });
    expect(email).toBe("robert@acme.example");
    await write(
      "INSERT INTO Account (id, realm, email, emailKey, emailVerified, fullName, createdAt) VALUES (?, '', 'bert@acme.example', 'bert@acme.example', 1, 'B', '')",
      [newId()],
    );
    const taken = act((work) => updateSyncedUsers(work, [{ id: publicId("User", id), email: "bert@acme.example" }]));
    await expect(taken).rejects.toThrow("bert@acme.example is in use.");
  });

  it("refuses an address that is anybody else's, and somebody whom the directory does not own", async () => {
    const ada = publicId("User", (await userAt("ada@acme.example"))?.id ?? "");
    await expect(act((work) => updateSyncedUsers(work, [{ id: ada, email: "manager@acme.example" }]))).rejects.toThrow(
      "is the address of another user",
    );
    await expect(
      act((work) => updateSyncedUsers(work, [{ id: publicId("User", house.admin.userId), fullName: "X" }])),
    ).rejects.toThrow("does not own");
  });
});
