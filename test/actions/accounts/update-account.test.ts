import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { replacePassword } from "../../../src/actions/accounts/ready-password.ts";
import { type AccountUpdate, updateAccount } from "../../../src/actions/accounts/update-account.ts";
import { checkPassword, signIn } from "../../../src/actions/sessions/sign-in.ts";
import { adoptUsers } from "../../../src/actions/users/adopt-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { hashToken } from "../../../src/secrets/token.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type Joined, type PeopleHouse, password, stranger } from "../../support/people-house.ts";

const newWords = "a new horse battery";
let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const update = (who: Actor & { accessToken?: string }, change: Partial<AccountUpdate>, options?: { rehearsal: boolean }) => {
  const whole = { password: null, sessionHash: hashToken(who.accessToken ?? ""), ...change };
  return house.act((work) => updateAccount(work, whole), who, options);
};
/** A new password in place of the one given. */
const instead = ({ accountId }: Joined, currentPassword: string | null = password, words = newWords) =>
  house.door.look({ siteId: house.siteId, actor: stranger }, (reader) =>
    replacePassword(reader, accountId, { password: words, currentPassword }),
  );
const check = (email: string, tried: string) =>
  house.door.look({ siteId: house.siteId, actor: stranger }, (reader) => checkPassword(reader, { email, password: tried }));
const namesOf = (accountId: string) => house.rows("SELECT fullName FROM User WHERE accountId = ? ORDER BY id", [accountId]);

/** Makes somebody a user of the house's directory. */
async function adopted(email: string): Promise<Joined> {
  const who = await house.joinByLink(email);
  const { directoryId } = house.hand as { directoryId: string }; // as: it is a directory's
  const person = { id: who.publicUserId, email, externalId: email, fingerprint: "f" };
  await house.act((work) => adoptUsers(work, { directoryId, people: [person] }), house.hand);
  return who;
}

describe("changing one's own name", () => {
  it("rule 4.1: shows the new one on every site, and leaves a trail", async () => {
    const ann = await house.joinByLink("ann@acme.example");
    await house.joinElsewhere(ann);
    expect(await update(ann, { fullName: " Ann  Renamed " })).toBe(ann.accountId);
    expect(await namesOf(ann.accountId)).toEqual([{ fullName: "Ann  Renamed" }, { fullName: "Ann  Renamed" }]);
    expect(await house.accountAt("ann@acme.example")).toMatchObject({ fullName: "Ann  Renamed" });
    expect(await house.userAt("ann@acme.example")).toMatchObject({ version: 3 });
    const terms = await house.rows("SELECT term FROM SearchTerm WHERE userId = ? ORDER BY term", [ann.userId]);
    expect(terms.map(({ term }) => String(term))).toEqual(["ann", "renamed"]);
    expect((await house.trail()).last).toEqual({
      action: "accountUpdate",
      actor: "ann@acme.example",
      count: 1,
      subjects: ["ann@acme.example: fullName Name of ann > Ann  Renamed"],
      findable: [ann.userId],
    });
  });

  it("keeps every session, changes nothing twice, and nothing when nothing is given", async () => {
    const bob = await house.joinByLink("bob@acme.example");
    await update(bob, { fullName: "Bob" });
    expect(await house.callerOf(bob.accessToken)).toMatchObject({ kind: "user" });
    const once = await house.everything();
    await update(bob, { fullName: " Bob " });
    await update(bob, {});
    expect(await house.everything()).toBe(once);
  });

  it("rule 4.3: is the directory's where that owns the user and the site manages the account", async () => {
    const owned = await adopted("owned@synced.example");
    await update(owned, { fullName: "Own Choice" });
    // The account is the person's own; what the directory says of its user stays.
    expect(await house.accountAt("owned@synced.example")).toMatchObject({ fullName: "Own Choice" });
    expect(await namesOf(owned.accountId)).toEqual([{ fullName: "Name of owned" }]);
    await house.verifyDomain("synced.example");
    const before = await house.everything();
    expect(await refusalOf(update(owned, { fullName: "Another" }))).toEqual(["MANAGED_BY_DIRECTORY input.fullName"]);
    expect(await house.everything()).toBe(before);
    await update(owned, { fullName: "Own Choice" });
    await update(owned, { password: await instead(owned) });
  });

  it("ends well when two names come at the same moment", async () => {
    const cas = await house.joinByLink("cas@acme.example");
    const names = ["Cas One", "Cas Two", "Cas Three", "Cas Four"];
    const results = await Promise.allSettled(names.map((fullName) => update(cas, { fullName })));
    expect(results.map(({ status }) => status)).toEqual(names.map(() => "fulfilled"));
    const account = await house.accountAt("cas@acme.example");
    expect(names).toContain(account?.fullName);
    expect(await namesOf(cas.accountId)).toEqual([{ fullName: account?.fullName }]);
    expect(await house.rows("SELECT term FROM SearchTerm WHERE userId = ?", [cas.userId])).toHaveLength(2);
  });

  it("changes nothing in a rehearsal", async () => {
    const dry = await house.joinByLink("dry@acme.example");
    const before = await house.everything();
    await update(dry, { fullName: "Dry", password: await instead(dry) }, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});

describe("changing one's own password", () => {
  it("rule 9.3: ends every other session, and leaves a trail without secrets", async () => {
    const eve = await house.joinByLink("eve@acme.example");
    const { session } = await house.act(async (work) => signIn(work, await check("eve@acme.example", password)), stranger);
    await update(eve, { password: await instead(eve) });
    expect(await house.callerOf(eve.accessToken)).toMatchObject({ kind: "user" });
    expect(await house.callerOf(session.accessToken)).toBeNull();
    expect((await check("eve@acme.example", newWords)).accountId).toBe(eve.accountId);
    expect(await refusalOf(check("eve@acme.example", password))).toEqual(["BAD_CREDENTIALS"]);
    expect((await house.trail()).last).toMatchObject({ action: "accountUpdate", subjects: ["eve@acme.example: password - > -"] });
    expect(JSON.stringify(await house.lastEvent())).not.toMatch(/argon2|horse/);
  });

  it("needs the current one, where there is one", async () => {
    const fay = await house.joinByLink("fay@acme.example");
    const before = await house.everything();
    const wrong = await instead(fay, "wrong horse battery");
    expect(await refusalOf(update(fay, { password: wrong }))).toEqual(["BAD_CREDENTIALS input.currentPassword"]);
    expect(await refusalOf(update(fay, { password: await instead(fay, null) }))).toEqual(["INVALID input.currentPassword"]);
    expect(await house.everything()).toBe(before);
    await house.write("UPDATE Account SET passwordHash = NULL WHERE id = ?", [fay.accountId]);
    await update(fay, { password: await instead(fay, null) });
    expect((await check("fay@acme.example", newWords)).accountId).toBe(fay.accountId);
  });

  it("tells every fault at once, and changes nothing", async () => {
    const gil = await house.joinByLink("gil@acme.example");
    const before = await house.everything();
    for (const fullName of [null, "", "a\nb", "x".repeat(201)])
      expect(await refusalOf(update(gil, { fullName, password: await instead(gil, "wrong horse", "short") }))).toEqual([
        "BAD_CREDENTIALS input.currentPassword",
        "INVALID input.fullName",
        "INVALID input.password",
      ]);
    expect(await house.everything()).toBe(before);
  });

  it("lets one of two win that come at the same moment", async () => {
    const hal = await house.joinByLink("hal@acme.example");
    const choices = ["the first new horse", "the second new horse"];
    const ready = await Promise.all(choices.map((words) => instead(hal, password, words)));
    const results = await Promise.allSettled(ready.map((one) => update(hal, { password: one })));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const [index, result] of results.entries())
      if (result.status === "rejected")
        expect(await refusalOf(Promise.reject(result.reason))).toEqual(["CONFLICT input.password"]);
      else expect((await check("hal@acme.example", choices[index] ?? "")).accountId).toBe(hal.accountId);
  });
});

describe("whose account it is", () => {
  it("is a person's: not a token's, a directory's, or that of nobody", async () => {
    for (const actor of [holderOf("USERS_WRITE"), house.hand, stranger])
      expect(await refusalOf(update(actor, { fullName: "Nobody" }))).toEqual(["FORBIDDEN"]);
  });

  it("rule 1.1a: is changed from a site where one is no user, whose trail tells nothing of it", async () => {
    const ida = await house.joinByLink("ida@acme.example");
    const guest: Actor = { ...stranger, kind: "stranger", accountId: ida.accountId };
    const change = { fullName: "Ida Abroad", password: null, sessionHash: hashToken(ida.accessToken) };
    await house.elsewhere.act((work) => updateAccount(work, change), guest);
    expect(await namesOf(ida.accountId)).toEqual([{ fullName: "Ida Abroad" }]);
    const [event] = await house.rows<{ body: string }>("SELECT body FROM AuditEvent WHERE siteId = ? ORDER BY id DESC LIMIT 1", [
      house.elsewhere.siteId,
    ]);
    expect(event?.body).toContain("fullName");
    expect(event?.body).not.toMatch(/ida/i);
  });

  it("rule 9.6: stays one's own where one was deactivated", async () => {
    const jon = await house.joinByLink("jon@acme.example");
    await house.act((work) => deactivateUsers(work, { ids: [jon.publicUserId] }));
    const now = await house.callerOf(jon.accessToken);
    expect(now).toMatchObject({ kind: "stranger", accountId: jon.accountId });
    await update({ ...(now ?? stranger), accessToken: jon.accessToken }, { fullName: "Jon" });
    expect(await house.userAt("jon@acme.example")).toMatchObject({ fullName: "Jon", status: "DEACTIVATED" });
  });
});
