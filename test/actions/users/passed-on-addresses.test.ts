import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { deleteUsers } from "../../../src/actions/users/delete-users.ts";
import { provisionUsers } from "../../../src/actions/users/provision-users.ts";
import { retireAddresses } from "../../../src/actions/users/retire-addresses.ts";
import { updateSyncedUsers } from "../../../src/actions/users/update-synced-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { driftOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type Joined, type PeopleHouse } from "../../support/people-house.ts";

let house: PeopleHouse;
/** The directory, with a person behind its plan. */
let hand: Actor & { kind: "directory" };
beforeAll(async () => {
  house = await buildPeopleHouse();
  await house.verifyDomain("acme.example");
  if (house.hand.kind !== "directory") throw new Error("The hand is a directory's");
  hand = { ...house.hand, approved: true };
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

/** Brings a person by the directory. Answers the public id. */
async function bring(email: string, externalId: string): Promise<string> {
  const person = { externalId, email, fullName: "Synced Somebody", title: null, fingerprint: "f" };
  const { directoryId } = hand;
  const brought = { directoryId, people: [person], applicationIds: [], sendWelcome: false };
  const [userId = ""] = await house.act((work) => provisionUsers(work, brought), hand);
  return publicId("User", userId);
}

/** Somebody who joined by hand, belongs to the directory now, left it, and was deleted. */
async function leaver(email: string, externalId: string): Promise<Joined> {
  const who = await house.joinByLink(email);
  await house.write("UPDATE User SET directoryId = ?, externalId = ?, externalKey = ? WHERE id = ?", [
    hand.directoryId,
    externalId,
    `${hand.directoryId}:${externalId}`,
    who.userId,
  ]);
  await house.act(async (work) => {
    await updateSyncedUsers(work, [{ id: who.publicUserId, listed: false }]);
    return deactivateUsers(work, { ids: [who.publicUserId] });
  }, hand);
  await house.act((work) => deleteUsers(work, { ids: [who.publicUserId] }));
  return who;
}

const accountOf = async (userId: string) =>
  (await house.rows<{ accountId: string }>("SELECT accountId FROM User WHERE id = ?", [userId.slice(4)]))[0]?.accountId;
const storedAccount = async (id: string) =>
  (await house.rows<Record<string, unknown>>("SELECT email, emailKey, passwordHash FROM Account WHERE id = ?", [id]))[0];
const retired = { email: "", emailKey: null, passwordHash: null };

describe("an address that a directory gives to another person", () => {
  it("rule 1.1b: does not bring the account of who had it and was deleted", async () => {
    const former = await leaver("heir@acme.example", "first");
    const guest = await house.joinElsewhere(former);
    const newcomer = await bring("heir@acme.example", "second");
    expect(await accountOf(newcomer)).not.toBe(former.accountId);
    expect(await house.callerOf(former.accessToken)).toBeNull();
    expect(await storedAccount(former.accountId)).toEqual(retired);
    expect(await house.rows("SELECT email FROM User WHERE id = ?", [guest])).toEqual([
      { email: `former-${guest}@retired.invalid` },
    ]);
  });

  it("rule 1.5: brings back the account of the very person who was deleted", async () => {
    const former = await leaver("returner@acme.example", "returner");
    const returned = await bring("returner@acme.example", "returner");
    expect(await accountOf(returned)).toBe(former.accountId);
    expect(await house.callerOf(former.accessToken)).toMatchObject({ kind: "user", userId: returned.slice(4) });
  });

  it("rule 1.1b: is refused while the account of who was deleted is not the site's to take the address from", async () => {
    const former = await leaver("heir@unmanaged.example", "third");
    expect(await refusalOf(bring("heir@unmanaged.example", "fourth"))).toEqual(["TAKEN people.0"]);
    expect(await house.callerOf(former.accessToken)).toMatchObject({ kind: "stranger", accountId: former.accountId });
  });
});

describe("an account with another address than its user here", () => {
  const foreign = async (shownAs: string) => {
    const who = await house.joinByLink(`${newId()}@elsewhere.example`);
    await house.write("UPDATE User SET directoryId = ?, email = ?, emailKey = ? WHERE id = ?", [
      hand.directoryId,
      shownAs,
      shownAs,
      who.userId,
    ]);
    return who;
  };

  it("rules 1.1b, 1.2: keeps its own when the user's is retired, since the site does not manage it", async () => {
    const who = await foreign("shown@acme.example");
    const before = await storedAccount(who.accountId);
    await house.act((work) => retireAddresses(work, { ids: [who.publicUserId] }), hand);
    expect(await storedAccount(who.accountId)).toEqual(before);
    await house.act((work) => updateSyncedUsers(work, [{ id: who.publicUserId, email: "back@acme.example" }]), hand);
    expect(await storedAccount(who.accountId)).toEqual(before);
    expect(await house.callerOf(who.accessToken)).toMatchObject({ userId: who.userId });
  });

  it("rules 1.2, 4.1: keeps its own, and its name, when a directory changes the user's", async () => {
    const who = await foreign("shown2@acme.example");
    const before = await house.rows("SELECT * FROM Account WHERE id = ?", [who.accountId]);
    const update = { id: who.publicUserId, email: "shown3@acme.example", fullName: "Another Name" };
    await house.act((work) => updateSyncedUsers(work, [update]), hand);
    expect(await house.rows("SELECT * FROM Account WHERE id = ?", [who.accountId])).toEqual(before);
    expect(await house.userAt("shown3@acme.example")).toMatchObject({ id: who.userId, fullName: "Another Name" });
  });
});
