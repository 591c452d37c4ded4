import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acceptInvitation } from "../../../src/actions/invitations/accept-invitation.ts";
import { checkPassword, signIn } from "../../../src/actions/sessions/sign-in.ts";
import { createSite } from "../../../src/actions/sites/create-site.ts";
import { type UpgradedAccounts, upgradeAccounts } from "../../../src/actions/sites/upgrade-accounts.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { RefusalWithReport } from "../../../src/work/door.ts";
import type { Work } from "../../../src/work/work.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { operator } from "../../support/house.ts";
import { buildPeopleHouse, type PeopleHouse, password, stranger } from "../../support/people-house.ts";

let house: PeopleHouse;
let siteId = "";
let made = 0;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

const act = <T>(change: (work: Work) => Promise<T>, actor: Actor = operator, options = {}) =>
  house.door.act({ siteId, actor }, change, options);
const upgrade = (options?: { rehearsal: boolean }) => act(upgradeAccounts, operator, options);
/** Joins the local site by a link. Answers the compact ids. */
const join = async (email: string) => {
  const { token } = await act((work) => house.inviteOn(work, email));
  return act((work) => acceptInvitation(work, { token, fullName: `Local ${email}`, passwordHash: house.passwordHash }), stranger);
};
/** Gives an address a global account, on the house's own site. */
const takenGlobally = (email: string) => house.joinByLink(email);
const realmOf = async (accountId: string) => (await house.rows("SELECT realm FROM Account WHERE id = ?", [accountId]))[0]?.realm;
const blockersOf = async (change: Promise<UpgradedAccounts>) => {
  const error = await change.catch((reason: unknown) => reason);
  if (!(error instanceof RefusalWithReport)) throw error;
  return error.report.blockerIds;
};

// A site of its own for each test, whose accounts are its own.
beforeEach(async () => {
  siteId = newId();
  const key = `local${++made}`;
  await act((work) => createSite(work, { key, name: "Local", adminEmail: `admin@${key}.example`, accounts: "LOCAL" }));
});
afterEach(async () => {
  expect(await driftOf(house, siteId)).toEqual([]);
});

describe("upgrading a site's accounts", () => {
  it("rules 1.4, 9.1: takes along the providers that the accounts sign in with, but for a subject that signs in a global account", async () => {
    const link = (accountId: string, realm: string, identity: string) =>
      house.write("INSERT INTO ProviderLink (accountId, issuer, realm, identity, subject, createdAt) VALUES (?, ?, ?, ?, ?, ?)", [
        accountId,
        "https://id.example",
        realm,
        identity,
        identity,
        "2026-11-24T00:00:00.000Z",
      ]);
    const ann = await join("ann@linked.example");
    const away = await join("away@linked.example");
    await act((work) => deactivateUsers(work, { ids: [publicId("User", away.userId)] }));
    await link(away.accountId, siteId, `away-${siteId}`);
    const bob = await join("bob@linked.example");
    const other = await takenGlobally("other@linked.example");
    await link(ann.accountId, siteId, `ann-${siteId}`);
    await link(bob.accountId, siteId, `same-${siteId}`);
    await link(other.accountId, "", `same-${siteId}`);
    await link((await takenGlobally("third@linked.example")).accountId, "", `away-${siteId}`);
    await upgrade();
    const links = await house.rows(
      "SELECT accountId, identity FROM ProviderLink WHERE realm = '' AND identity LIKE ? ORDER BY identity",
      [`%${siteId}`],
    );
    expect(await house.rows("SELECT realm FROM ProviderLink WHERE accountId = ?", [away.accountId])).toEqual([{ realm: siteId }]);
    expect(links).toEqual([
      { accountId: ann.accountId, identity: `ann-${siteId}` },
      { accountId: expect.any(String), identity: `away-${siteId}` },
      { accountId: other.accountId, identity: `same-${siteId}` },
    ]);
    expect(await house.rows("SELECT accountId FROM ProviderLink WHERE accountId = ?", [bob.accountId])).toEqual([]);
  });

  it("rule 1.4: turns the accounts of active users global, who can be of other sites from then on, and leaves a trail", async () => {
    const ann = await join("ann@one.example");
    const bob = await join("bob@one.example");
    expect([await realmOf(ann.accountId), await realmOf(bob.accountId)]).toEqual([siteId, siteId]);
    expect(await upgrade()).toEqual({ siteId, accountCount: 2 });
    expect([await realmOf(ann.accountId), await realmOf(bob.accountId)]).toEqual(["", ""]);
    expect(await house.rows("SELECT accounts FROM Site WHERE id = ?", [siteId])).toEqual([{ accounts: "GLOBAL" }]);
    const [event] = await house.rows<{ action: string; body: string }>(
      "SELECT action, body FROM AuditEvent WHERE siteId = ? ORDER BY id DESC LIMIT 1",
      [siteId],
    );
    expect(event?.action).toBe("siteUpgradeAccounts");
    expect(JSON.parse(event?.body ?? "")).toMatchObject([
      {
        changes: [
          { field: "accounts", from: "LOCAL", to: "GLOBAL" },
          { field: "globalAccounts", from: null, to: "2" },
        ],
      },
    ]);
    // Sessions go on, and an invitation of another site is accepted by the very account.
    expect(await house.callerOf(ann.session.accessToken, siteId)).toMatchObject({ kind: "user", accountId: ann.accountId });
    const { token } = await house.invite("ann@one.example");
    const guest: Actor = { ...stranger, kind: "stranger", accountId: ann.accountId };
    expect((await house.accept({ token, passwordHash: null }, guest)).accountId).toBe(ann.accountId);
  });

  it("rule 1.4: makes invitations to global accounts of the invited", async () => {
    const owner = await takenGlobally("invited@two.example");
    const { token } = await act((work) => house.inviteOn(work, "invited@two.example"));
    expect(await upgrade()).toEqual({ siteId, accountCount: 0 });
    const guest: Actor = { ...stranger, kind: "stranger", accountId: owner.accountId };
    const accepted = await act((work) => acceptInvitation(work, { token, passwordHash: null }), guest);
    expect(accepted.accountId).toBe(owner.accountId);
  });

  it("rules 1.4, 1.5: names everybody whose email is a global account's, and changes nothing while there is one", async () => {
    const blocked = await join("both@three.example");
    const other = await join("free@three.example");
    await takenGlobally("both@three.example");
    const before = await house.everything();
    expect(await refusalOf(upgrade())).toEqual(["TAKEN"]);
    expect(await blockersOf(upgrade())).toEqual([blocked.userId]);
    expect(await blockersOf(upgrade({ rehearsal: true }))).toEqual([blocked.userId]);
    expect(await house.everything()).toBe(before);
    expect(await realmOf(other.accountId)).toBe(siteId);
  });

  it("rule 1.4: is cured of a blocker by a change of email, or when that user is deactivated", async () => {
    const [ann, bob] = [await join("ann@four.example"), await join("bob@four.example")];
    await takenGlobally("ann@four.example");
    await takenGlobally("bob@four.example");
    await house.write(
      "INSERT INTO Domain (id, siteId, name, verifiedKey, status, token, createdAt) VALUES (?, ?, 'four.example', 'four.example', 'VERIFIED', 'token', '2026-01-01T00:00:00.000Z')",
      [newId(), siteId],
    );
    expect(await blockersOf(upgrade())).toHaveLength(2);
    await act((work) => updateUser(work, { id: publicId("User", ann.userId), email: "ann.local@four.example" }));
    await act((work) => deactivateUsers(work, { ids: [publicId("User", bob.userId)] }));
    expect(await upgrade()).toEqual({ siteId, accountCount: 1 });
    expect([await realmOf(ann.accountId), await realmOf(bob.accountId)]).toEqual(["", siteId]);
  });

  it("rule 1.4: leaves the deactivated local, who sign in here once they are activated, and join by another upgrade", async () => {
    const gone = await join("gone@five.example");
    await act((work) => deactivateUsers(work, { ids: [publicId("User", gone.userId)] }));
    expect(await upgrade()).toEqual({ siteId, accountCount: 0 });
    await act((work) => activateUsers(work, { ids: [publicId("User", gone.userId)] }));
    await takenGlobally("gone@five.example");
    const place = { siteId, actor: stranger };
    const proven = await house.door.look(place, (reader) => checkPassword(reader, { email: "gone@five.example", password }));
    expect(proven.accountId).toBe(gone.accountId);
    await act((work) => signIn(work, proven), stranger);
    expect(await blockersOf(upgrade())).toEqual([gone.userId]);
    await house.write("UPDATE Account SET email = 'x', emailKey = 'x' WHERE emailKey = 'gone@five.example' AND realm = ''");
    expect(await upgrade()).toEqual({ siteId, accountCount: 1 });
  });

  it("changes nothing twice, nor in a rehearsal", async () => {
    await join("ann@six.example");
    const before = await house.everything();
    expect(await upgrade({ rehearsal: true })).toEqual({ siteId, accountCount: 1 });
    expect(await house.everything()).toBe(before);
    await upgrade();
    const once = await house.everything();
    expect(await upgrade()).toEqual({ siteId, accountCount: 0 });
    expect(await house.everything()).toBe(once);
  });

  it("is for who may write the site", async () => {
    for (const actor of [house.manager, house.member, stranger, holderOf("USERS_WRITE", "ADMINS_WRITE")])
      expect(await refusalOf(act(upgradeAccounts, actor))).toEqual(["FORBIDDEN"]);
  });

  it("rules 1.1, 1.4: touches no account of another site, local or global", async () => {
    const here = siteId;
    await join("ann@seven.example");
    siteId = newId();
    await act((work) => createSite(work, { key: "seven", name: "Seven", adminEmail: "admin@seven.example", accounts: "LOCAL" }));
    const there = await join("ann@seven.example");
    const otherId = siteId;
    siteId = here;
    await upgrade();
    expect(await realmOf(there.accountId)).toBe(otherId);
    siteId = otherId;
    expect(await blockersOf(upgrade())).toEqual([there.userId]);
  });

  it("either upgrades or finds who stands in the way, when a global account is made at the same moment", async () => {
    const ann = await join("ann@eight.example");
    const { token } = await house.invite("ann@eight.example");
    const acceptance = { token, fullName: "Global Ann", passwordHash: house.passwordHash };
    const joining = house.act((work) => acceptInvitation(work, acceptance), stranger);
    const [upgraded, joined] = await Promise.allSettled([upgrade(), joining]);
    expect([upgraded.status, joined.status].sort()).toEqual(["fulfilled", "rejected"]);
    expect(await realmOf(ann.accountId)).toBe(upgraded.status === "fulfilled" ? "" : siteId);
    if (joined.status === "rejected") expect(await refusalOf(Promise.reject(joined.reason))).toEqual(["FORBIDDEN"]);
    else expect(await refusalOf(Promise.reject((upgraded as PromiseRejectedResult).reason))).toEqual(["TAKEN"]); // as: not both
  });
});
