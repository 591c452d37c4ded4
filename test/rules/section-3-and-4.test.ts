import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AskedSite, buildRuleHouse, type RuleHouse } from "../support/rule-house.ts";

let house: RuleHouse;
let acme: AskedSite;
/** A token by which an application tells who has content in it. */
let speaker: string;
let wiki: string;

interface Node {
  id: string;
}
interface Errors {
  userErrors: { code: string; path?: string[] }[];
}

const faultsOf = ({ userErrors }: Errors) => userErrors.map(({ code, path }) => `${code} ${path?.join(".")}`);
const verifyDomain = async (name: string) => {
  const { domain } = await acme.succeed<{ domain: Node }>("domainAdd", { name }, "domain { id }");
  await acme.succeed("domainVerify", { id: domain.id }, "domain { status }");
};
/** Somebody whom the directory brought, with that id there. */
const bring = async (externalId: string, email: string, more = {}) => {
  house.script.person(externalId, email, more);
  await house.sync();
  const query = "query ($externalId: String!) { user(by: { externalId: $externalId }) { id } }";
  return (await acme.query<{ user: Node }>(query, { externalId })).user.id;
};
const update = (id: string, changes: object, token?: string) =>
  acme.change("userUpdate", { id, ...changes }, "user { id }", token);
const viewerStatus = async (token: string) =>
  (await house.gateway.ask("{ viewer { user { email } } }", {}, token, { "gatehouse-site": "acme" })).status;

beforeAll(async () => {
  house = await buildRuleHouse();
  acme = house.acme;
  const input = { key: "wiki", name: "Wiki" };
  wiki = (await acme.succeed<{ application: Node }>("applicationCreate", input, "application { id }")).application.id;
  const token = { name: "Wiki", scopes: ["CONTENT_WRITE"], applicationId: wiki };
  speaker = (await acme.succeed<{ secret: string }>("apiTokenCreate", token, "secret")).secret;
});
afterAll(() => house.close());

describe("the wrong email, through GraphQL", () => {
  it("rule 3.1: the right address gets role, groups and applications; the wrong user, without content, is deleted", async () => {
    const input = { name: "Readers" };
    const { group } = await acme.succeed<{ group: Node }>("groupCreate", input, "group { id }");
    const more = { role: "MANAGER", applicationIds: [wiki], groupIds: [group.id], sendEmail: true };
    const id = await acme.invite("wrogn@replaced.example", more);
    const token = await house.linkTo("wrogn@replaced.example");

    const shown = `replaced { id } seats { change }
      user { email role status invitation { status } groups { nodes { name } } access { application { key } } }`;
    expect(await acme.succeed("userReplace", { id, rightEmail: "wrong@replaced.example" }, shown)).toMatchObject({
      replaced: null,
      seats: [],
      user: {
        email: "wrong@replaced.example",
        role: "MANAGER",
        status: "INVITED",
        invitation: { status: "PENDING" },
        groups: { nodes: [{ name: "Readers" }, { name: "wiki-users" }] },
        access: [{ application: { key: "wiki" } }],
      },
    });
    expect(await acme.user(id, "id")).toBeNull();
    expect((await acme.accept(token)).user).toBeNull();
    expect((await acme.accept(await house.linkTo("wrong@replaced.example"))).user?.status).toBe("ACTIVE");
  });

  it("rule 3.1: the wrong user with content is deactivated, loses access and sessions, keeps the content, and says who came", async () => {
    const wrong = await acme.join("author@replaced.example");
    await acme.succeed("accessGive", { applicationId: wiki, userIds: [wrong.id] }, "users { id }");
    const items = [{ user: { id: wrong.id }, kind: "AUTHORED", count: 3 }];
    await acme.succeed("contentReport", { applicationKey: "wiki", items }, "accepted", speaker);

    const rightEmail = "right.author@replaced.example";
    const { user } = await acme.succeed<{ user: Node }>("userReplace", { id: wrong.id, rightEmail }, "user { id }");
    expect(await acme.user(wrong.id, "status content { kind count } replacedBy { id email }")).toEqual({
      status: "DEACTIVATED",
      content: [{ kind: "AUTHORED", count: 3 }],
      replacedBy: { id: user.id, email: rightEmail },
    });
    expect(await acme.user(user.id, "content { count }")).toEqual({ content: [] });
    const filter = '{ query: "author", statuses: [ACTIVE, INVITED] }';
    expect(await acme.query(`{ application(key: "wiki") { users(filter: ${filter}) { nodes { email } } } }`)).toEqual({
      application: { users: { nodes: [{ email: rightEmail }] } },
    });
    expect(await acme.query("{ viewer { user { id } } }", {}, wrong.token)).toEqual({ viewer: { user: null } });
    expect((await acme.signIn("author@replaced.example")).session).toBeNull();
  });

  it("rule 3.1: its seats count as one change, also when all are taken", async () => {
    const full = { key: "full", name: "Full", seatLimit: 1 };
    const { application } = await acme.succeed<{ application: Node }>("applicationCreate", full, "application { id }");
    const id = await acme.invite("only@replaced.example", { applicationIds: [application.id] });
    await acme.succeed("userReplace", { id, rightEmail: "lonely@replaced.example" }, "user { id }");
    expect(await acme.query('{ application(key: "full") { seatsUsed users { nodes { email } } } }')).toEqual({
      application: { seatsUsed: 1, users: { nodes: [{ email: "lonely@replaced.example" }] } },
    });
  });
});

describe("editing, through GraphQL", () => {
  it("rule 4.1: an admin edits email, username and full name only of a managed account", async () => {
    await verifyDomain("home.example");
    const { id } = await acme.join("ann@edited.example");
    const changes = { email: "anne@home.example", username: "anne", fullName: "Anne" };
    expect(faultsOf(await update(id, changes)).sort()).toEqual([
      "NOT_MANAGED input.email",
      "NOT_MANAGED input.fullName",
      "NOT_MANAGED input.username",
    ]);
    await verifyDomain("edited.example");
    expect(faultsOf(await update(id, changes))).toEqual([]);
    expect(await acme.user(id, "email username fullName managed")).toEqual({ ...changes, managed: true });
  });

  it("rule 4.1: anyone edits their own full name and password", async () => {
    const email = "ben@own.example";
    const { id, token } = await acme.join(email);
    const words = { currentPassword: "correct horse battery", password: "a new horse battery" };
    await acme.succeed("accountUpdate", { fullName: "Ben Own", ...words }, "account { id }", token);
    expect(await acme.user(id, "fullName managed")).toEqual({ fullName: "Ben Own", managed: false });
    expect((await acme.signIn(email, words.currentPassword)).session).toBeNull();
    expect((await acme.signIn(email, words.password)).viewer?.user?.id).toBe(id);
  });

  it("rule 4.2: an email changes to a verified domain alone, ends the sessions, tells both addresses, and frees the old one", async () => {
    await verifyDomain("moved.example");
    const { id, token } = await acme.join("old@moved.example");
    expect((await update(id, { email: "new@unproved.example" })).userErrors).toEqual([
      { code: "NOT_MANAGED", path: ["input", "email"], message: expect.stringContaining("domain that this site has verified") },
    ]);
    expect(await viewerStatus(token)).toBe(200);

    expect(faultsOf(await update(id, { email: "new@moved.example" }))).toEqual([]);
    expect(await viewerStatus(token)).toBe(401);
    expect((await acme.signIn("new@moved.example")).viewer?.user?.id).toBe(id);
    await house.mail.waitFor("old@moved.example", 2); // the first was the invitation
    await house.mail.waitFor("new@moved.example");
    expect(await acme.invite("old@moved.example")).not.toBe(id);
  });

  it("rule 4.2: an address in use is refused", async () => {
    await verifyDomain("used.example");
    await acme.invite("used@used.example");
    const { id } = await acme.join("free@used.example");
    expect(faultsOf(await update(id, { email: "used@used.example" }))).toEqual(["TAKEN input.email"]);
  });

  it("rule 4.3: what a directory owns changes only there; role, title, groups and applications change here", async () => {
    const id = await bring("owned", "owned@acme.example");
    expect(faultsOf(await update(id, { email: "mine@acme.example", fullName: "Mine" })).sort()).toEqual([
      "MANAGED_BY_DIRECTORY input.email",
      "MANAGED_BY_DIRECTORY input.fullName",
    ]);
    expect(faultsOf(await update(id, { role: "MANAGER", title: "Chief" }))).toEqual([]);
    const { group } = await acme.succeed<{ group: Node }>("groupCreate", { name: "By hand", memberIds: [id] }, "group { id }");
    await acme.succeed("accessGive", { applicationId: wiki, userIds: [id] }, "users { id }");
    expect(await acme.user(id, "role title groups { nodes { id } } access { application { key } }")).toMatchObject({
      role: "MANAGER",
      title: "Chief",
      groups: { nodes: expect.arrayContaining([{ id: group.id }]) },
      access: [{ application: { key: "wiki" } }],
    });
  });

  it("rule 4.3: a synced user can be deactivated here, and not activated while suspended there", async () => {
    const id = await bring("off", "off@acme.example");
    const setActive = (verb: "userActivate" | "userDeactivate") => acme.change(verb, { ids: [id] }, "users { status }");
    expect(await setActive("userDeactivate")).toMatchObject({ users: [{ status: "DEACTIVATED" }], userErrors: [] });
    expect(await setActive("userActivate")).toMatchObject({ users: [{ status: "ACTIVE" }], userErrors: [] });
    await bring("off", "off@acme.example", { suspended: true });
    expect(faultsOf(await setActive("userActivate"))).toEqual(["MANAGED_BY_DIRECTORY input.ids.0"]);
    await bring("off", "off@acme.example", { suspended: false });
    expect(await acme.user(id, "status")).toEqual({ status: "ACTIVE" });
  });

  it("rule 4.4: viewerCan says of every action what its mutation would answer", async () => {
    await compare(acme, await acme.invite("invited@can.example"), wiki);
    await compare(acme, (await acme.join("joined@can.example")).id, wiki);
    await compare(acme, await bring("can", "can@acme.example"), wiki);
  });

  it("rule 4.4: viewerCan says the same of the last admin", async () => {
    const solo = await house.found("solo");
    const { viewer } = await solo.query<{ viewer: { user: Node } }>("{ viewer { user { id } } }");
    const input = { key: "solo", name: "Solo" };
    const { application } = await solo.succeed<{ application: Node }>("applicationCreate", input, "application { id }");
    await compare(solo, viewer.user.id, application.id);
  });

  it("rule 4.5: a change made on a stale page is refused", async () => {
    const id = await acme.invite("stale@page.example");
    const { version } = await acme.user(id, "version");
    expect(faultsOf(await update(id, { title: "First", expectedVersion: version }))).toEqual([]);
    expect(faultsOf(await update(id, { title: "Second", expectedVersion: version }))).toEqual(["CONFLICT input.expectedVersion"]);
    expect(await acme.user(id, "title")).toEqual({ title: "First" });
  });
});

interface Verdict {
  allowed: boolean;
  code: string | null;
  reason: string | null;
}

/** Asks of every action whether it can be done, and then tries it. */
async function compare(site: AskedSite, id: string, applicationId: string): Promise<void> {
  const { group } = await site.succeed<{ group: Node }>("groupCreate", { name: `For ${id}` }, "group { id }");
  const { invitation } = (await site.user(id, "invitation { id }")) as { invitation: Node | null }; // as: what was selected
  const attempts = attemptsOn(id, { groupId: group.id, applicationId, invitationId: invitation?.id });
  const asked = Object.keys(attempts).map((action) => `${action}: viewerCan(action: ${action}) { allowed code reason }`);
  const verdicts = (await site.user(id, asked.join(" "))) as Record<string, Verdict>; // as: what was selected
  for (const [action, [mutation, input]] of Object.entries(attempts)) {
    const { userErrors } = await site.change(mutation, { ...input, dryRun: true }, "");
    const [fault] = userErrors;
    const answered = { allowed: !fault, code: fault?.code ?? null, reason: fault?.message ?? null };
    expect({ action, ...verdicts[action] }).toEqual({ action, ...answered });
  }
}

interface Besides {
  groupId: string;
  applicationId: string;
  invitationId: string | undefined;
}

/** By the action that `viewerCan` is asked about, the mutation that tries it. */
function attemptsOn(id: string, { groupId, applicationId, invitationId }: Besides): Record<string, [string, object]> {
  const invitation = { ids: [invitationId] };
  return {
    EDIT_EMAIL: ["userUpdate", { id, email: "moved@acme.example" }],
    EDIT_USERNAME: ["userUpdate", { id, username: "renamed" }],
    EDIT_FULL_NAME: ["userUpdate", { id, fullName: "Renamed" }],
    EDIT_TITLE: ["userUpdate", { id, title: "Renamed" }],
    CHANGE_ROLE: ["userUpdate", { id, role: "MANAGER" }],
    CHANGE_GROUPS: ["groupAddMembers", { id: groupId, userIds: [id] }],
    CHANGE_ACCESS: ["accessGive", { applicationId, userIds: [id] }],
    DEACTIVATE: ["userDeactivate", { ids: [id] }],
    ACTIVATE: ["userActivate", { ids: [id] }],
    DELETE: ["userDelete", { ids: [id] }],
    REPLACE: ["userReplace", { id, rightEmail: "right@can.example" }],
    ...(invitationId && {
      RESEND_INVITATION: ["invitationResend", invitation],
      REVOKE_INVITATION: ["invitationRevoke", invitation],
    }),
  };
}
