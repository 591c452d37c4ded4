import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { signIn } from "../../../src/actions/sessions/sign-in.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import { adoptUsers } from "../../../src/actions/users/adopt-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse, stranger } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const activate = (ids: string[], actor?: Actor) => house.act((work) => activateUsers(work, { ids }), actor);
const deactivate = (...ids: string[]) => house.act((work) => deactivateUsers(work, { ids, note: "Why" }));
/** That many people who were invited and deactivated. */
async function gone(count: number): Promise<string[]> {
  const ids = await house.people(count);
  await deactivate(...ids);
  return ids;
}

describe("activating users", () => {
  it("rule 5.2: restores exactly what was there, counts a version, and leaves one event for the set", async () => {
    const [ann, bob] = [await house.joinByLink("ann@acme.example"), await house.joinByLink("bob@acme.example")];
    const { id: applicationId, groupId } = await house.application("wiki");
    await house.act((work) => giveAccess(work, { applicationId, userIds: [ann.publicUserId] }));
    const before = await house.userAt("ann@acme.example");
    await deactivate(ann.publicUserId, bob.publicUserId);
    const report = await house.reportOf((work) =>
      activateUsers(work, { ids: [ann.publicUserId, bob.publicUserId, ann.publicUserId] }),
    );
    expect(await house.userAt("ann@acme.example")).toEqual({ ...before, version: before.version + 2 });
    expect(await house.membersOf(groupId)).toHaveLength(1);
    expect(report.seats).toEqual([{ applicationId: applicationId.slice(4), change: 1, usedAfter: 1 }]);
    expect(await house.callerOf(ann.accessToken)).toMatchObject({ kind: "user" });
    expect((await house.trail()).last).toEqual({
      action: "userActivate",
      actor: "admin@acme.example",
      count: 2,
      subjects: ["ann@acme.example", "bob@acme.example"].map((email) => `${email}: status DEACTIVATED > ACTIVE`),
      findable: [ann.userId, bob.userId].sort(),
    });
  });

  it("rule 2.7, section 12: gives who never joined a new invitation without a letter, and no life to the old link", async () => {
    const { userId, token } = await house.invite("back@acme.example", { sendEmail: true });
    await deactivate(userId);
    await activate([userId]);
    expect(await house.userAt("back@acme.example")).toMatchObject({ status: "INVITED", deactivatedAt: null });
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "REVOKED" }, { state: "PENDING", delivery: "NOT_SENT" }]);
    expect(await refusalOf(house.accept({ token }))).toEqual(["WRONG_STATE input.token"]);
    expect((await house.lettersTo("back@acme.example")).map(({ state }) => state)).toEqual(["VOID"]);
    expect((await house.trail()).last.subjects).toEqual(["back@acme.example: status DEACTIVATED > INVITED"]);
  });

  it("lets who was deactivated when a directory adopted them sign in, like everybody of the directory", async () => {
    const [id = ""] = await gone(1);
    const { email } = (await house.rows<{ email: string }>("SELECT email FROM User WHERE id = ?", [id.slice(4)]))[0] ?? {
      email: "",
    };
    if (house.hand.kind !== "directory") throw new Error("The hand is a directory's");
    const { directoryId } = house.hand;
    const person = { id, email, externalId: "42", fingerprint: "f", fullName: "Adopted Person" };
    await house.act((work) => adoptUsers(work, { directoryId, people: [person] }), house.hand);
    await activate([id], house.hand);
    const account = await house.accountAt(email);
    expect(await house.userAt(email)).toMatchObject({ status: "ACTIVE", accountId: account?.id });
    await house.write("UPDATE Account SET passwordHash = ? WHERE email = ?", [house.passwordHash, email]);
    const proven = { accountId: account?.id ?? "", passwordHash: house.passwordHash };
    await house.act((work) => signIn(work, proven), stranger);
  });

  it("changes nothing twice, and records only who was away", async () => {
    const [ann = "", bob = ""] = await gone(2);
    await activate([ann]);
    const before = await house.everything();
    expect(await activate([ann])).toEqual([ann.slice(4)]);
    expect(await house.everything()).toBe(before);
    await activate([ann, bob]);
    expect((await house.trail()).last.findable).toEqual([bob.slice(4)]);
  });

  it("rule 5.4: changes nothing in a rehearsal", async () => {
    const ids = await gone(2);
    const before = await house.everything();
    await house.act((work) => activateUsers(work, { ids }), house.admin, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});

describe("what activating refuses", () => {
  it("rules 5.2, 7.3: more people than there are seats, all of them, and one of two for the last seat", async () => {
    const { id: applicationId } = await house.application("small", { seatLimit: 2 });
    const ids = await house.people(2);
    await house.act((work) => giveAccess(work, { applicationId, userIds: ids }));
    await deactivate(...ids);
    const [holder = ""] = await house.people(1);
    await house.act((work) => giveAccess(work, { applicationId, userIds: [holder] }));
    const before = await house.everything();
    expect(await refusalOf(activate(ids))).toEqual(["NO_SEATS"]);
    expect(await house.everything()).toBe(before);
    const results = await Promise.allSettled(ids.map((id) => activate([id])));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("rules 4.3, 5.2: somebody whom their directory suspended", async () => {
    const [ann = "", bob = ""] = await gone(2);
    await house.write("UPDATE User SET directoryId = ?, directorySuspended = 1 WHERE id = ?", [newId(), bob.slice(4)]);
    expect(await refusalOf(activate([ann, ann, bob]))).toEqual(["MANAGED_BY_DIRECTORY input.ids.2"]);
    expect(await house.rows("SELECT status FROM User WHERE id IN (?, ?)", [ann.slice(4), bob.slice(4)])).toEqual([
      { status: "DEACTIVATED" },
      { status: "DEACTIVATED" },
    ]);
  });

  it("rule 2.11: an admin to a manager, and everybody to who may not write users", async () => {
    const [ann = ""] = await gone(1);
    const boss = await house.joinByLink("boss@acme.example", "ADMIN");
    await deactivate(boss.publicUserId);
    const before = await house.everything();
    expect(await refusalOf(activate([ann, boss.publicUserId], house.manager))).toEqual(["FORBIDDEN input.ids.1"]);
    for (const actor of [house.member, house.hand, holderOf("USERS_READ")])
      expect(await refusalOf(activate([ann], actor))).toEqual(["FORBIDDEN input.ids.0"]);
    expect(await house.everything()).toBe(before);
    await activate([ann], house.manager);
  });

  it("rule 1.1: the whole set for a user of another site, like for one that never was", async () => {
    await house.elsewhere.act((work) => deactivateUsers(work, { ids: [house.elsewhere.userId] }));
    const [ann = ""] = await gone(1);
    const before = await house.everything();
    const ids = [ann, house.elsewhere.userId, publicId("User", newId())];
    expect(await refusalOf(activate(ids))).toEqual(["NOT_FOUND input.ids.1", "NOT_FOUND input.ids.2"]);
    expect(await house.everything()).toBe(before);
  });
});
