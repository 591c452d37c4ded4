import { verify } from "@node-rs/argon2";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { checkPassword, signIn } from "../../../src/actions/sessions/sign-in.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId } from "../../../src/model/id.ts";
import { Refusal } from "../../../src/model/refusal.ts";
import { hashToken } from "../../../src/secrets/token.ts";
import { driftOf, refusalOf } from "../../support/access-house.ts";
import { openGateway, type TestGateway } from "../../support/gateway.ts";
import { buildHouse, type House } from "../../support/house.ts";
import { buildPeopleHouse, type PeopleHouse, password, stranger } from "../../support/people-house.ts";

// The real one, watched: what a try costs is what it hashes.
vi.mock("@node-rs/argon2", async (importOriginal) => {
  const real = await importOriginal<typeof import("@node-rs/argon2")>();
  return { ...real, verify: vi.fn(real.verify) };
});
const watched = vi.mocked(verify);

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const check = async (email: string, tried = password, siteId = house.siteId) => {
  const place = { siteId, actor: stranger };
  return (await house.door.look(place, (reader) => checkPassword(reader, { email, password: tried }))).accountId;
};
const enter = (accountId: string, options?: { rehearsal: boolean }) =>
  house.act((work) => signIn(work, { accountId, passwordHash: house.passwordHash }), stranger, options);
/** How a try is answered, and what it cost: the settings of every hash that was tried. */
async function tryOut(email: string, tried?: string): Promise<{ error: unknown; costs: string[] }> {
  watched.mockClear();
  const error = await check(email, tried).catch((reason: unknown) => reason);
  if (!(error instanceof Refusal)) throw error;
  return { error: error.problems, costs: watched.mock.calls.map(([hash]) => String(hash).split("$").slice(0, 4).join("$")) };
}

describe("checking a password", () => {
  it("finds the account by any spelling of its address", async () => {
    const { accountId } = await house.joinByLink("ann@acme.example");
    expect(await check(" Ann@ACME.example ")).toBe(accountId);
  });

  it("rule 9.2: answers alike and hashes alike, whether the password is wrong, missing, or nobody has the address", async () => {
    await house.joinByLink("known@acme.example");
    await house.joinByLink("passwordless@acme.example");
    await house.write("UPDATE Account SET passwordHash = NULL WHERE email = 'passwordless@acme.example'");
    const wrong = await tryOut("known@acme.example", "wrong horse battery");
    expect(wrong.error).toEqual([{ code: "BAD_CREDENTIALS", message: "The email or the password is wrong.", path: [] }]);
    expect(wrong.costs).toHaveLength(1);
    expect(wrong.costs[0]).toMatch(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+$/);
    for (const email of ["unknown@acme.example", "passwordless@acme.example", "no address", ""])
      expect(await tryOut(email, "wrong horse battery")).toEqual(wrong);
    const endless = "x".repeat(100_000);
    expect(await tryOut("known@acme.example", endless)).toEqual(await tryOut("unknown@acme.example", endless));
  });

  it("rule 1.1b: signs nobody in by an address that was taken from them", async () => {
    const { accountId } = await house.joinByLink("former@acme.example");
    await house.write("UPDATE Account SET email = '', emailKey = NULL WHERE id = ?", [accountId]);
    for (const email of ["former@acme.example", "", "null"]) expect(await refusalOf(check(email))).toEqual(["BAD_CREDENTIALS"]);
    expect(await refusalOf(enter(accountId))).toEqual(["BAD_CREDENTIALS"]);
  });

  it("rule 1.4: knows a local account on its own site alone, and prefers it there", async () => {
    const { accountId } = await house.joinByLink("local@acme.example");
    await house.write("UPDATE Account SET realm = ? WHERE id = ?", [house.elsewhere.siteId, accountId]);
    expect(await refusalOf(check("local@acme.example"))).toEqual(["BAD_CREDENTIALS"]);
    const globalId = newId();
    await house.write(
      "INSERT INTO Account (id, realm, email, emailKey, emailVerified, fullName, passwordHash, createdAt) VALUES (?, '', 'local@acme.example', 'local@acme.example', 1, 'G', ?, '')",
      [globalId, house.passwordHash],
    );
    expect(await check("local@acme.example")).toBe(globalId);
    const checkElsewhere = () => check("local@acme.example", password, house.elsewhere.siteId);
    await house.write("UPDATE Site SET accounts = 'LOCAL' WHERE id = ?", [house.elsewhere.siteId]);
    expect(await checkElsewhere()).toBe(accountId);
    // Once the site is upgraded, a local account that is no user there stands in nobody's way.
    await house.write("UPDATE Site SET accounts = 'GLOBAL' WHERE id = ?", [house.elsewhere.siteId]);
    expect(await checkElsewhere()).toBe(globalId);
  });
});

describe("signing in", () => {
  it("rule 9.3: opens a session of which only a hash is kept, notes the visit, and leaves a trail without secrets", async () => {
    const ann = await house.joinByLink("visitor@acme.example");
    const { joinedAt } = await house.userAt("visitor@acme.example");
    await house.write("UPDATE User SET lastActiveAt = '' WHERE id = ?", [ann.userId]);
    const { session, userId } = await enter(ann.accountId);
    expect(userId).toBe(ann.userId);
    expect(await house.callerOf(session.accessToken)).toMatchObject({ kind: "user", userId, role: "MEMBER" });
    expect(await house.rows("SELECT accountId FROM Session WHERE tokenHash = ?", [hashToken(session.accessToken)])).toEqual([
      { accountId: ann.accountId },
    ]);
    const user = await house.userAt("visitor@acme.example");
    expect(user.joinedAt).toBe(joinedAt);
    expect(user.lastActiveAt).not.toBe("");
    expect((await house.trail()).last).toEqual({
      action: "signIn",
      actor: "a stranger",
      count: 1,
      subjects: ["visitor@acme.example"],
      findable: [userId],
    });
    const everything = await house.everything();
    for (const secret of [session.accessToken.slice(3, 40), password]) expect(everything).not.toContain(secret);
    expect(JSON.stringify(await house.lastEvent())).not.toContain("argon2");
  });

  it("opens another session each time, and keeps those that are open", async () => {
    const ann = await house.joinByLink("twice@acme.example");
    const [one, two] = [await enter(ann.accountId), await enter(ann.accountId)];
    expect(one.session.accessToken).not.toBe(two.session.accessToken);
    for (const { session } of [one, two]) expect(await house.callerOf(session.accessToken)).toMatchObject({ kind: "user" });
  });

  it("ends after 30 days", async () => {
    const ann = await house.joinByLink("ending@acme.example");
    const { session } = await enter(ann.accountId);
    const [{ createdAt } = { createdAt: "" }] = await house.rows<{ createdAt: string }>(
      "SELECT createdAt FROM Session WHERE tokenHash = ?",
      [hashToken(session.accessToken)],
    );
    expect(Date.parse(session.expiresAt) - Date.parse(createdAt)).toBe(30 * 86_400_000);
    await house.write("UPDATE Session SET expiresAt = '2020-01-01T00:00:00.000Z' WHERE tokenHash = ?", [
      hashToken(session.accessToken),
    ]);
    expect(await house.callerOf(session.accessToken)).toBeNull();
  });

  it("changes nothing in a rehearsal", async () => {
    const ann = await house.joinByLink("dry@acme.example");
    const before = await house.everything();
    await enter(ann.accountId, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});

describe("signing in to a site for the first time", () => {
  const enterElsewhere = (accountId: string) =>
    house.elsewhere.act((work) => signIn(work, { accountId, passwordHash: house.passwordHash }), {
      ...stranger,
      kind: "stranger",
      accountId,
    } satisfies Actor);

  it("rule 2.2: accepts the invitation, and says so in the trail", async () => {
    const ann = await house.joinByLink("guest@acme.example");
    const { userId, invitationId, token } = await house.elsewhere.act((work) => house.inviteOn(work, "guest@acme.example"));
    await enterElsewhere(ann.accountId);
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "ACCEPTED", pendingKey: null }]);
    const [user] = await house.rows("SELECT status, accountId, fullName, joinedAt FROM User WHERE id = ?", [userId.slice(4)]);
    expect(user).toMatchObject({ status: "ACTIVE", accountId: ann.accountId, fullName: "Name of guest" });
    expect(user?.joinedAt).not.toBeNull();
    const [event] = await house.rows<{ id: string; body: string }>(
      "SELECT id, body FROM AuditEvent WHERE siteId = ? ORDER BY id DESC LIMIT 1",
      [house.elsewhere.siteId],
    );
    expect(JSON.parse(event?.body ?? "")).toMatchObject([{ changes: [{ field: "status", from: "INVITED", to: "ACTIVE" }] }]);
    const subjects = await house.rows("SELECT subjectId FROM AuditSubject WHERE eventId = ? ORDER BY subjectId", [
      event?.id ?? "",
    ]);
    expect(subjects).toEqual([userId, invitationId].map((id) => ({ subjectId: id.slice(4) })).sort(byId));
    await expect(house.accept({ token })).rejects.toThrow();
    expect(await driftOf(house, house.elsewhere.siteId)).toEqual([]);
  });

  it("joins once, of many who sign in at the same moment", async () => {
    const ann = await house.joinByLink("eager@acme.example");
    const { userId } = await house.elsewhere.act((work) => house.inviteOn(work, "eager@acme.example"));
    const entered = await Promise.all(Array.from({ length: 4 }, () => enterElsewhere(ann.accountId)));
    expect(new Set(entered.map((one) => one.userId))).toEqual(new Set([userId.slice(4)]));
    const joins = await house.rows<{ body: string }>(
      "SELECT e.body FROM AuditEvent e JOIN AuditSubject s ON s.eventId = e.id WHERE s.subjectId = ? AND e.action = 'signIn'",
      [userId.slice(4)],
    );
    expect(joins.filter(({ body }) => body.includes("INVITED"))).toHaveLength(1);
  });

  it("rule 2.7: refuses an invitation that ran out, and an address that nobody proved", async () => {
    const ann = await house.joinByLink("expired@acme.example");
    const { invitationId } = await house.elsewhere.act((work) => house.inviteOn(work, "expired@acme.example"));
    await house.write("UPDATE Account SET emailVerified = 0 WHERE id = ?", [ann.accountId]);
    expect(await refusalOf(enterElsewhere(ann.accountId))).toEqual(["FORBIDDEN"]);
    await house.write("UPDATE Account SET emailVerified = 1 WHERE id = ?", [ann.accountId]);
    await house.expire(invitationId);
    expect(await refusalOf(enterElsewhere(ann.accountId))).toEqual(["EXPIRED"]);
  });

  it("rule 1.4: admits no account of all sites to a site whose accounts are its own", async () => {
    const ann = await house.joinByLink("global@acme.example");
    const { userId } = await house.elsewhere.act((work) => house.inviteOn(work, "global@acme.example"));
    await house.write("UPDATE Site SET accounts = 'LOCAL' WHERE id = ?", [house.elsewhere.siteId]);
    expect(await refusalOf(enterElsewhere(ann.accountId))).toEqual(["FORBIDDEN"]);
    await house.write("UPDATE Site SET accounts = 'GLOBAL' WHERE id = ?", [house.elsewhere.siteId]);
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "PENDING" }]);
  });
});

describe("what signing in refuses", () => {
  it("section 12: a site one is no member of, or was deactivated on, with the reason, and opens no session", async () => {
    const ann = await house.joinByLink("away@acme.example");
    const sessions = () => house.rows("SELECT id FROM Session WHERE accountId = ?", [ann.accountId]);
    const before = await house.everything();
    const proven = { accountId: ann.accountId, passwordHash: house.passwordHash };
    const abroad = house.elsewhere.act((work) => signIn(work, proven), stranger);
    await expect(abroad).rejects.toThrow("You are not a member of Elsewhere.");
    expect(await house.everything()).toBe(before);
    await house.act((work) => deactivateUsers(work, { ids: [ann.publicUserId] }));
    expect(await refusalOf(enter(ann.accountId))).toEqual(["FORBIDDEN"]);
    await expect(enter(ann.accountId)).rejects.toThrow("Your access to Acme was deactivated.");
    expect(await sessions()).toHaveLength(1);
  });

  it("an account that is none", async () => {
    expect(await refusalOf(enter(newId()))).toEqual(["BAD_CREDENTIALS"]);
  });
});

describe("the limits of tries", () => {
  let office: House;
  let gateway: TestGateway;
  beforeAll(async () => {
    office = await buildHouse();
    gateway = await openGateway(office);
  });
  afterAll(async () => {
    await gateway.server.close();
    await office.close();
  });

  const codesOf = async (tries: [email: string, password: string][]) => {
    const fields = tries.map(
      ([email, tried], n) =>
        `t${n}: signIn(input: { email: ${JSON.stringify(email)}, password: ${JSON.stringify(tried)} }) { userErrors { code } }`,
    );
    const { data } = await gateway.ask(`mutation { ${fields.join("\n")} }`, {}, null);
    const answers = Object.values(data as Record<string, { userErrors: { code: string }[] }>); // as: what was selected
    return answers.map(({ userErrors }) => userErrors[0]?.code ?? "in");
  };
  const guesses = (email: string, count: number) =>
    codesOf(Array.from({ length: count }, (_, n): [string, string] => [email, `wrong password ${n}`]));

  it("rule 9.2, T14: count aliased fields, every spelling of one address, and addresses that nobody has", async () => {
    for (const email of ["admin@acme.example", "nobody@acme.example"]) {
      expect(await guesses(email, 9)).toEqual(Array(9).fill("BAD_CREDENTIALS"));
      expect(await guesses(` ${email.toUpperCase()}`, 3)).toEqual(["BAD_CREDENTIALS", "RATE_LIMITED", "RATE_LIMITED"]);
    }
  });

  it("rule 9.2, T15: count requests that come at the same moment", async () => {
    watched.mockClear();
    const codes = await Promise.all(Array.from({ length: 40 }, () => guesses("parallel@acme.example", 1)));
    expect(watched.mock.calls.length).toBeLessThanOrEqual(10);
    expect(codes.flat().filter((code) => code !== "RATE_LIMITED").length).toBeLessThanOrEqual(10);
  });

  it("rule 9.2: hash nothing once they are passed, and leave others alone", async () => {
    await guesses("guessed@acme.example", 10);
    watched.mockClear();
    expect(await guesses("guessed@acme.example", 5)).toEqual(Array(5).fill("RATE_LIMITED"));
    expect(watched).not.toHaveBeenCalled();
    expect(await guesses("other@acme.example", 1)).toEqual(["BAD_CREDENTIALS"]);
  });
});

function byId(one: { subjectId: string }, other: { subjectId: string }): number {
  return one.subjectId < other.subjectId ? -1 : 1;
}
