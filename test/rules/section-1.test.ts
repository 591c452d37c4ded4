import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AskedSite, buildRuleHouse, type RuleHouse } from "../support/rule-house.ts";

let house: RuleHouse;
let acme: AskedSite;
let globex: AskedSite;
/** A site whose accounts are its own. */
let local: AskedSite;

beforeAll(async () => {
  house = await buildRuleHouse();
  acme = house.acme;
  globex = await house.found("globex");
  local = await house.found("local", "LOCAL");
});
afterAll(() => house.close());

const me = "{ viewer { account { id email emailVerified } user { id status } } }";
interface Me {
  viewer: { account: { id: string; email: string; emailVerified: boolean }; user: { id: string; status: string } | null };
}
const codesOf = ({ userErrors }: { userErrors: { code: string }[] }) => userErrors.map(({ code }) => code);
/** The same person at a second site: invited, and there with the session of the first. */
const joinAlso = async (site: AskedSite, email: string, token: string, nth: number) => {
  await site.invite(email, { sendEmail: true });
  return site.accept(await house.linkTo(email, nth), {}, token);
};

describe("accounts, users and sites, through GraphQL", () => {
  it("rule 1.1: one account is a user of each of its sites, and no site reads or changes another's", async () => {
    const ann = await globex.join("ann@both.example");
    const { user } = await joinAlso(acme, "ann@both.example", ann.token, 2);
    const [here, there] = [await acme.query<Me>(me, {}, ann.token), await globex.query<Me>(me, {}, ann.token)];
    expect(here.viewer.account).toEqual(there.viewer.account);
    expect([here.viewer.user?.id, there.viewer.user?.id]).toEqual([user?.id, ann.id]);

    expect(await acme.query("query ($id: ID!) { node(id: $id) { id } user(by: { id: $id }) { id } }", { id: ann.id })).toEqual({
      node: null,
      user: null,
    });
    expect(codesOf(await acme.change("userDeactivate", { ids: [ann.id] }, "users { id }"))).toEqual(["NOT_FOUND"]);
    await acme.succeed("userDeactivate", { ids: [user?.id] }, "users { id }");
    expect(await globex.user(ann.id, "status")).toEqual({ status: "ACTIVE" });
    const asStranger = await house.gateway.ask("{ users { totalCount } }", {}, acme.admin, { "gatehouse-site": "globex" });
    expect(asStranger.errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  });

  it("rule 1.1a: shows of an invited person what this site was told, and not whether there is an account", async () => {
    const known = await globex.join("known@elsewhere.example");
    await globex.succeed("accountUpdate", { fullName: "Known Elsewhere" }, "account { id }", known.token);
    const shown = "fullName status managed joinedAt lastActiveAt title invitation { status delivery }";
    const ids = [await acme.invite("known@elsewhere.example"), await acme.invite("nobody@elsewhere.example")];
    const [one, other] = [await acme.user(ids[0] ?? "", shown), await acme.user(ids[1] ?? "", shown)];
    expect(one).toEqual({ ...other, fullName: "known" });
    expect(other).toMatchObject({ fullName: "nobody", status: "INVITED" });

    await acme.signIn("known@elsewhere.example");
    expect(await acme.user(ids[0] ?? "", "fullName status")).toEqual({ fullName: "Known Elsewhere", status: "ACTIVE" });
  });

  it("rule 1.1b: an address that a directory gives to another person takes nothing along", async () => {
    const email = "desk@acme.example";
    const first = await acme.join(email);
    house.script.person("first", email);
    await house.sync();
    expect(await acme.user(first.id, "email externalId synced")).toEqual({ email, externalId: "first", synced: true });

    house.script.leave("first");
    house.script.person("second", email);
    await house.sync({ approveRemovals: true });
    expect(codesOf(await acme.signIn(email))).toEqual(["BAD_CREDENTIALS"]);
    expect((await house.gateway.ask(me, {}, first.token, { "gatehouse-site": "acme" })).status).toBe(401);
    const query = "query ($email: String!) { user(by: { email: $email }) { id externalId status } }";
    const { user: newcomer } = await acme.query<{ user: { id: string } }>(query, { email });
    expect(newcomer).toMatchObject({ externalId: "second", status: "ACTIVE" });
    expect(newcomer.id).not.toBe(first.id);
    expect(await acme.user(first.id, "status")).toEqual({ status: "DEACTIVATED" });
  });

  it("rule 1.2: account, membership and being managed are three things", async () => {
    const email = "eve@three.example";
    const id = await acme.invite(email, { sendEmail: true });
    expect(await acme.user(id, "status managed")).toEqual({ status: "INVITED", managed: false });
    const { session } = await acme.accept(await house.linkTo(email));
    expect(await acme.user(id, "status managed")).toEqual({ status: "ACTIVE", managed: false });

    const { domain } = await acme.succeed<{ domain: { id: string } }>("domainAdd", { name: "three.example" }, "domain { id }");
    await acme.succeed("domainVerify", { id: domain.id }, "domain { id }");
    expect(await acme.user(id, "status managed")).toEqual({ status: "ACTIVE", managed: true });
    await acme.succeed("userDeactivate", { ids: [id] }, "users { id }");
    expect(await acme.user(id, "status managed")).toEqual({ status: "DEACTIVATED", managed: true });
    const { viewer } = await acme.query<Me>(me, {}, session?.accessToken);
    expect(viewer).toMatchObject({ account: { email, emailVerified: true }, user: null });
  });

  it("rule 1.3: an address has one spelling, by which it is stored, shown and compared", async () => {
    const id = await acme.invite("  Ann@BÜCHER.example ");
    expect(await acme.user(id, "email")).toEqual({ email: "ann@xn--bcher-kva.example" });
    expect(await acme.invite("ANN@BU\u0308CHER.example")).toBe(id);
    expect(await acme.invite("ann@bucher.example")).not.toBe(id);
  });

  it("rule 1.3: what is more than one mailbox's address is refused", async () => {
    const bad = [
      "a@x.example, b@x.example",
      "Ann <ann@x.example>",
      "ann(boss)@x.example",
      "ann\u0000@x.example",
      "a\n@x.example",
    ];
    const { userErrors } = await acme.change("userInvite", { invitees: bad.map((email) => ({ email })) }, "users { id }");
    expect(userErrors.map(({ code, path }) => `${code} ${path.join(".")}`)).toEqual(
      bad.map((_, index) => `INVALID input.invitees.${index}.email`),
    );
  });

  it("rule 1.4: a local account is of its site alone, whose admins may edit it", async () => {
    const email = "ann@local.example";
    const mine = await local.join(email);
    await globex.invite(email, { sendEmail: true });
    const theirs = await globex.accept(await house.linkTo(email, 2));
    expect(theirs.user?.status).toBe("ACTIVE");
    const [here, there] = [
      await local.query<Me>(me, {}, mine.token),
      await globex.query<Me>(me, {}, theirs.session?.accessToken),
    ];
    expect(here.viewer.account.id).not.toBe(there.viewer.account.id);
    expect((await house.gateway.ask(me, {}, mine.token, { "gatehouse-site": "globex" })).status).toBe(401);
    const edit = { id: mine.id, username: "annie", fullName: "Ann Local" };
    const answer = await local.succeed("userUpdate", edit, "user { username fullName }");
    expect(answer).toMatchObject({ user: { username: "annie", fullName: "Ann Local" } });
  });

  it("rule 1.4: upgrading names every blocker and changes nothing; an ACTIVE user's right address cures it", async () => {
    const site = await house.found("upgraded", "LOCAL");
    for (const email of ["blocked@up.example", "gone@up.example", "guest@up.example"]) await globex.join(email);
    const siteJoin = async (email: string) => {
      const id = await site.invite(email, { sendEmail: true });
      await site.accept(await house.linkTo(email, 2));
      return id;
    };
    const blocked = await siteJoin("blocked@up.example");
    const gone = await siteJoin("gone@up.example");
    await site.succeed("userDeactivate", { ids: [gone] }, "users { id }");
    const guest = await site.invite("guest@up.example");

    const shown = "accountCount blockers { id } site { accounts }";
    const refused = await site.change("siteUpgradeAccounts", {}, shown);
    expect(refused).toMatchObject({ blockers: [{ id: blocked }], userErrors: [{ code: "TAKEN" }] });
    expect(await site.query("{ site { accounts } }")).toEqual({ site: { accounts: "LOCAL" } });

    await site.succeed("userReplace", { id: blocked, rightEmail: "right@up.example" }, "user { id }");
    expect(await site.succeed("siteUpgradeAccounts", {}, shown)).toMatchObject({
      accountCount: 1,
      blockers: [],
      site: { accounts: "GLOBAL" },
    });
    expect(await site.user(gone, "status")).toEqual({ status: "DEACTIVATED" });
    expect((await site.signIn("guest@up.example")).viewer?.user).toEqual({ id: guest, status: "ACTIVE" });
  });

  it("rule 1.5: nobody is moved to an address that has an account: two are never made one", async () => {
    const { domain } = await acme.succeed<{ domain: { id: string } }>("domainAdd", { name: "two.example" }, "domain { id }");
    await acme.succeed("domainVerify", { id: domain.id }, "domain { id }");
    const one = await acme.join("one@two.example");
    const accountOf = async () => (await acme.query<Me>(me, {}, one.token)).viewer.account;
    const before = await accountOf();
    await globex.join("other@two.example");
    const move = await acme.change("userUpdate", { id: one.id, email: "other@two.example" }, "user { id }");
    expect(move.userErrors).toMatchObject([{ code: "TAKEN", path: ["input", "email"] }]);
    expect(await accountOf()).toEqual(before);
  });

  it("rule 1.6: the last active admin cannot be deactivated, deleted, demoted or replaced", async () => {
    const solo = await house.found("solo");
    const { viewer } = await solo.query<Me>(me);
    const id = viewer.user?.id ?? "";
    const refusals = [
      await solo.change("userDeactivate", { ids: [id] }, "users { id }"),
      await solo.change("userDelete", { ids: [id] }, "deletedIds"),
      await solo.change("userUpdate", { id, role: "MEMBER" }, "user { id }"),
      await solo.change("userReplace", { id, rightEmail: "right@solo.example" }, "user { id }"),
    ];
    expect(refusals.map(codesOf)).toEqual(refusals.map(() => ["LAST_ADMIN"]));
    expect(await solo.user(id, "role status")).toEqual({ role: "ADMIN", status: "ACTIVE" });
  });

  it("rule 1.6: no directory removes the last active admin", async () => {
    house.script.person("boss", "admin@acme.example");
    await house.sync();
    house.script.leave("boss");
    const runId = await house.sync({ approveRemovals: true });
    const query = `query ($id: ID!) { node(id: $id) { ... on SyncRun {
      changes(filter: { statuses: [FAILED] }) { nodes { action subjectLabel failure } } } } }`;
    expect(await acme.query(query, { id: `run_${runId}` })).toMatchObject({
      node: {
        changes: { nodes: [{ action: "USER_DEACTIVATE", subjectLabel: "admin@acme.example", failure: expect.any(String) }] },
      },
    });
    expect((await acme.query<Me>(me)).viewer.user?.status).toBe("ACTIVE");
  });

  it("rule 1.6: two admins who remove each other at the same moment leave one", async () => {
    const pair = await house.found("pair");
    const first = await pair.query<Me>(me);
    const second = await pair.join("second@pair.example", "ADMIN");
    await Promise.all([
      house.gateway.ask(removal, { id: second.id }, pair.admin, { "gatehouse-site": "pair" }),
      house.gateway.ask(removal, { id: first.viewer.user?.id }, second.token, { "gatehouse-site": "pair" }),
    ]);
    const counts = await Promise.all(
      [pair.admin, second.token].map(async (token) => (await pair.query<Me>(me, {}, token)).viewer.user?.status),
    );
    expect(counts.filter((status) => status === "ACTIVE")).toHaveLength(1);
  });
});

const removal = "mutation ($id: ID!) { userDeactivate(input: { ids: [$id] }) { userErrors { code } } }";
