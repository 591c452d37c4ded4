import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AskedSite, buildRuleHouse, password, type RuleHouse } from "../support/rule-house.ts";
import { codesOf, type RuleWords, syncBy, wordsOf } from "../support/rule-words.ts";
import { seen } from "../support/sightings.ts";

let house: RuleHouse;
let acme: AskedSite;
let globex: AskedSite;
let words: RuleWords;

beforeAll(async () => {
  house = await buildRuleHouse({ onMatch: "ADOPT" }, { lookForProof: async () => seen.record });
  acme = house.acme;
  globex = await house.found("globex");
  words = wordsOf(acme);
});
afterAll(() => house.close());

interface Node {
  id: string;
}
interface Invitation extends Node {
  status: string;
  delivery: string;
}

const invitationOf = async (userId: string) =>
  (await acme.user(userId, "invitation { id status delivery }")).invitation as Invitation; // as: what was selected
const statusOf = async (id: string) => (await acme.user(id, "status")).status;
const inviteAgain = (email: string, more: object = {}) => {
  const input = { invitees: [{ email }], applicationIds: [], ...more };
  const selection = "users { id status groups { nodes { name } } } warnings { message }";
  return acme.change<{ users: Node[]; warnings: object[] }>("userInvite", input, selection);
};
const deactivate = (id: string) => acme.succeed("userDeactivate", { ids: [id] }, "users { id }");
const lettersTo = async (email: string) => (await house.rows("SELECT id FROM Letter WHERE recipient = ?", [email])).length;
const write = async (sql: string, id: string) => {
  const transaction = await house.database.ground.begin();
  await transaction.write(sql, [id.slice(4)]);
  await transaction.commit();
};
const expire = (invitationId: string) =>
  write("UPDATE Invitation SET expiresAt = '2020-01-01T00:00:00.000Z' WHERE id = ?", invitationId);

describe("what would else be guessed, through GraphQL", () => {
  it("rule 12: a field without its scope is null with an error, and a guarded edge null without one", async () => {
    const { token } = await acme.join("member@scopes.example");
    for (const [who, code] of [
      [token, "FORBIDDEN"],
      [null, "UNAUTHENTICATED"],
    ] as const)
      for (const query of ["{ users { totalCount } }", 'mutation { groupCreate(input: { name: "x" }) { group { id } } }']) {
        const { data, errors } = await house.gateway.ask(query, {}, who, { "gatehouse-site": "acme" });
        expect(Object.values(data)).toEqual([null]);
        expect(errors).toMatchObject([{ extensions: { code } }]);
      }
    const reader = { name: "Reader", scopes: ["USERS_READ"] };
    const { secret } = await acme.succeed<{ secret: string }>("apiTokenCreate", reader, "secret");
    const edges = '{ user(by: { email: "member@scopes.example" }) { groups { totalCount } access { role } } }';
    expect(await acme.query(edges, {}, secret)).toEqual({ user: { groups: null, access: null } });
  });

  it("rule 12: FORBIDDEN among the user errors concerns the object", async () => {
    const manager = await acme.join("manager@scopes.example", "MANAGER");
    const admin = await acme.join("admin@scopes.example", "ADMIN");
    const answer = await acme.change("userDeactivate", { ids: [admin.id] }, "users { id }", manager.token);
    expect(answer.userErrors).toMatchObject([{ code: "FORBIDDEN", path: ["input", "ids", "0"] }]);
  });

  it("rule 12: revoking deactivates, activating invites again without a letter, and an expired invitation keeps its seat", async () => {
    const wiki = await words.application("wiki12");
    const id = await acme.invite("ann@revoked.example", { applicationIds: [wiki.id] });
    await acme.succeed("invitationRevoke", { ids: [(await invitationOf(id)).id] }, "invitations { status }");
    expect([await statusOf(id), await words.seatsOf("wiki12")]).toEqual(["DEACTIVATED", 0]);
    await acme.succeed("userActivate", { ids: [id] }, "users { id }");
    const invitation = await invitationOf(id);
    expect(invitation).toMatchObject({ status: "PENDING", delivery: "NOT_SENT" });
    expect(await lettersTo("ann@revoked.example")).toBe(0);
    await expire(invitation.id);
    expect(await invitationOf(id)).toMatchObject({ status: "EXPIRED" });
    expect([await statusOf(id), await words.seatsOf("wiki12")]).toEqual(["INVITED", 1]);
  });

  it("rule 12: inviting a pending one again changes nothing, and an expired one is renewed and sent", async () => {
    const group = await words.group("Again");
    const id = await acme.invite("ann@again.example");
    const pending = await inviteAgain("ann@again.example", { groupIds: [group] });
    expect(pending).toMatchObject({ users: [{ id, status: "INVITED", groups: { nodes: [] } }], userErrors: [] });
    expect(await lettersTo("ann@again.example")).toBe(0);
    await expire((await invitationOf(id)).id);
    expect((await inviteAgain("ann@again.example")).userErrors).toEqual([]);
    expect(await invitationOf(id)).toMatchObject({ status: "PENDING" });
    expect(await lettersTo("ann@again.example")).toBe(1);
  });

  it("rule 12: inviting an active one warns, a deactivated one is refused, and so is an address twice in one call", async () => {
    const { id } = await acme.join("active@again.example");
    expect(await inviteAgain("active@again.example")).toMatchObject({ users: [{ id, status: "ACTIVE" }], userErrors: [] });
    expect((await inviteAgain("active@again.example")).warnings).toHaveLength(1);
    await deactivate(id);
    expect(codesOf(await inviteAgain("active@again.example"))).toEqual(["WRONG_STATE"]);
    const twice = [{ email: "twice@again.example" }, { email: "TWICE@again.example" }];
    expect(codesOf(await inviteAgain("", { invitees: twice }))).toEqual(["INVALID"]);
  });

  it("rule 12: the right password of someone who may not use the site is FORBIDDEN, with the reason", async () => {
    const { id, token } = await acme.join("out@password.example");
    const elsewhere = await globex.join("globex@password.example");
    await deactivate(id);
    for (const email of ["out@password.example", "globex@password.example"])
      expect((await acme.signIn(email)).userErrors).toMatchObject([{ code: "FORBIDDEN", message: expect.stringMatching(/\w/) }]);
    expect(codesOf(await acme.signIn("out@password.example", "not the password"))).toEqual(["BAD_CREDENTIALS"]);
    for (const session of [token, elsewhere.token]) {
      const viewer = await acme.query("{ viewer { user { id } scopes } }", {}, session);
      expect(viewer).toEqual({ viewer: { user: null, scopes: [] } });
    }
  });

  it("rule 12: accepting says what is wrong with a link", async () => {
    const id = await acme.invite("ann@links.example", { sendEmail: true });
    const late = await house.linkTo("ann@links.example");
    await expire((await invitationOf(id)).id);
    expect(codesOf(await acme.accept(late))).toEqual(["EXPIRED"]);
    await acme.join("used@links.example");
    expect(codesOf(await acme.accept(await house.linkTo("used@links.example")))).toEqual(["WRONG_STATE"]);
    const revoked = await acme.invite("revoked@links.example", { sendEmail: true });
    const link = await house.linkTo("revoked@links.example");
    await acme.succeed("invitationRevoke", { ids: [(await invitationOf(revoked)).id] }, "invitations { id }");
    expect(codesOf(await acme.accept(link))).toEqual(["WRONG_STATE"]);
    expect(codesOf(await acme.accept("x".repeat(43)))).toEqual(["BAD_CREDENTIALS"]);
  });

  it("rule 12: accepting for an existing account without its session is FORBIDDEN, and the invitation stays", async () => {
    await globex.join("ann@account.example");
    const id = await acme.invite("ann@account.example", { sendEmail: true });
    const link = await house.linkTo("ann@account.example", 2);
    expect(codesOf(await acme.accept(link, { fullName: "Somebody Else", password }))).toEqual(["FORBIDDEN"]);
    expect(await invitationOf(id)).toMatchObject({ status: "PENDING" });
  });

  it("rule 12: resending within a minute is RATE_LIMITED, counted by site and address", async () => {
    const email = "ann@resent.example";
    const id = await acme.invite(email, { sendEmail: true });
    const resend = async () => acme.change("invitationResend", { ids: [(await invitationOf(id)).id] }, "invitations { id }");
    expect(codesOf(await resend())).toEqual(["RATE_LIMITED"]);
    await deactivate(id);
    await acme.succeed("userActivate", { ids: [id] }, "users { id }");
    expect(codesOf(await resend())).toEqual(["RATE_LIMITED"]);
    await globex.invite(email, { sendEmail: true });
    expect(await lettersTo(email)).toBe(2);
  });

  it("rule 12: a dry run shows what is there, nothing new, and its cost even when it is refused", async () => {
    const wiki = await words.application("dry12", { seatLimit: 1 });
    const id = await acme.invite("there@dry.example");
    const seats = "seats { change usedAfter application { key } }";
    const both = { invitees: [{ email: "there@dry.example" }, { email: "new@dry.example" }], applicationIds: [], dryRun: true };
    expect(await acme.succeed("userInvite", both, "users { id }")).toMatchObject({ users: [{ id }] });
    expect(await acme.succeed("userDelete", { ids: [id], dryRun: true }, "deletedIds")).toMatchObject({ deletedIds: [] });
    const created = await acme.succeed("groupCreate", { name: "Dry", dryRun: true }, "group { id }");
    expect(created).toMatchObject({ group: null });
    const invitees = ["a@dry.example", "b@dry.example"].map((email) => ({ email }));
    const refused = await acme.change(
      "userInvite",
      { invitees, applicationIds: [wiki.id], dryRun: true },
      `users { id } ${seats}`,
    );
    expect(refused).toMatchObject({ users: [], seats: [{ change: 2, usedAfter: 2, application: { key: "dry12" } }] });
    expect(codesOf(refused)).toEqual(["NO_SEATS"]);
  });

  it("rule 12: a refused dry run warns, and says who would lose access, all the same", async () => {
    const small = await words.application("small12", { seatLimit: 1 });
    await acme.invite("author@refused.example", { applicationIds: [small.id] });
    const invite = { invitees: [{ email: "authors@refused.example" }], applicationIds: [small.id], dryRun: true };
    expect(await acme.change("userInvite", invite, "warnings { path }")).toMatchObject({
      warnings: [{ path: ["input", "invitees", "0", "email"] }],
      userErrors: [{ code: "NO_SEATS" }],
    });
    const admin = await globex.query<{ viewer: { user: Node } }>("{ viewer { user { id } } }");
    const ids = [admin.viewer.user.id];
    const wiki = await wordsOf(globex).application("wiki");
    await wordsOf(globex).give(wiki.id, ...ids);
    const lost = "accessLost { userCount application { key } }";
    expect(await globex.change("userDeactivate", { ids, dryRun: true }, lost)).toMatchObject({
      accessLost: [{ userCount: 1, application: { key: "wiki" } }],
      userErrors: [{ code: "LAST_ADMIN" }],
    });
  });

  it("rule 12: a local part beyond ASCII is INVALID, and a verified domain does not cover its subdomains", async () => {
    expect(codesOf(await inviteAgain("jürgen@ascii.example"))).toEqual(["INVALID"]);
    const { domain } = await acme.succeed<{ domain: Node }>("domainAdd", { name: "ascii.example" }, "domain { id }");
    await acme.succeed("domainVerify", { id: domain.id }, "domain { id }");
    const [inside, below] = [await acme.join("ann@ascii.example"), await acme.join("ann@sub.ascii.example")];
    expect([await acme.user(inside.id, "managed"), await acme.user(below.id, "managed")]).toEqual([
      { managed: true },
      { managed: false },
    ]);
  });

  it("rule 12: replacing onto someone who is here adds the groups and keeps the role; a synced user stays", async () => {
    const group = await words.group("Moved on");
    const right = await acme.join("right@replaced.example", "MANAGER");
    const wrong = await acme.invite("wrong@replaced.example", { groupIds: [group] });
    const input = { id: wrong, rightEmail: "right@replaced.example" };
    const answer = await acme.succeed("userReplace", input, "user { id role groups { nodes { name } } }");
    expect(answer).toMatchObject({ user: { id: right.id, role: "MANAGER", groups: { nodes: [{ name: "Moved on" }] } } });
    house.script.person("r1", "synced@acme.example");
    await syncBy(house);
    const { users } = await inviteAgain("synced@acme.example");
    const replaced = await acme.change("userReplace", { id: users[0]?.id, rightEmail: "x@replaced.example" }, "user { id }");
    expect(codesOf(replaced)).toEqual(["MANAGED_BY_DIRECTORY"]);
  });

  it("rule 12: adopting makes an invited user active and voids the link; a deactivated one stays so, and none is deleted", async () => {
    const invited = await acme.invite("invited@acme.example", { sendEmail: true });
    const link = await house.linkTo("invited@acme.example");
    const gone = await acme.invite("gone@acme.example");
    await deactivate(gone);
    house.script.person("a1", "invited@acme.example");
    house.script.person("a2", "gone@acme.example");
    await syncBy(house);
    expect(await acme.user(invited, "status synced")).toEqual({ status: "ACTIVE", synced: true });
    expect(await acme.user(gone, "status synced")).toEqual({ status: "DEACTIVATED", synced: true });
    expect(codesOf(await acme.accept(link))).toEqual(["WRONG_STATE"]);
    for (const id of [invited, gone])
      expect(codesOf(await acme.change("userDelete", { ids: [id] }, "deletedIds"))).toEqual(["MANAGED_BY_DIRECTORY"]);
  });

  it("rule 12: a second run while one is under way is WRONG_STATE, and a plan expires after 24 hours", async () => {
    const { directoryId } = house;
    house.script.person("p1", "planned@acme.example");
    const { run } = await acme.succeed<{ run: Node }>("syncPlan", { directoryId }, "run { id }");
    expect(codesOf(await acme.change("syncPlan", { directoryId }, "run { id }"))).toEqual(["WRONG_STATE"]);
    expect(await house.run(run.id.slice(4))).toBe("PLANNED");
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    await write(
      `UPDATE SyncRun SET createdAt = '${yesterday}', startedAt = '${yesterday}', finishedAt = '${yesterday}' WHERE id = ?`,
      run.id,
    );
    expect(codesOf(await acme.change("syncApply", { target: { runId: run.id } }, "run { id }"))).toEqual(["EXPIRED"]);
  });

  it("rule 12: un-defaulting or removing an application's last default is WRONG_STATE", async () => {
    const { id: applicationId, groupId } = await words.application("last12");
    const query = '{ application(key: "last12") { grants { id } } }';
    const { application } = await acme.query<{ application: { grants: Node[] } }>(query);
    const asked: [string, object][] = [
      ["grantSet", { applicationId, groupId, default: false }],
      ["grantDelete", { id: application.grants[0]?.id }],
      ["groupDelete", { id: groupId }],
    ];
    for (const [name, input] of asked) expect(codesOf(await acme.change(name, input, "__typename"))).toEqual(["WRONG_STATE"]);
  });

  it("rule 12: what comes later is not half there", async () => {
    const { __schema } = await acme.query<{ __schema: { mutationType: { fields: { name: string }[] } } }>(
      "{ __schema { mutationType { fields { name } } } }",
    );
    const later = /reclaim|locale|language|owner|accessRequest|inviteLink/i;
    expect(__schema.mutationType.fields.filter(({ name }) => later.test(name))).toEqual([]);
  });
});
