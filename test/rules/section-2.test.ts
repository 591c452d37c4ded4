import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accepted, type AskedSite, buildRuleHouse, password, type RuleHouse } from "../support/rule-house.ts";
import { startTestProvider, type TestProvider } from "../support/test-provider.ts";

let house: RuleHouse;
let google: TestProvider;
let acme: AskedSite;
let globex: AskedSite;

beforeAll(async () => {
  google = await startTestProvider({ name: "google", isGoogle: true });
  const signInProviders = [{ ...google.settings, sites: ["*"] }];
  house = await buildRuleHouse({ sendWelcome: true }, { signInProviders });
  acme = house.acme;
  globex = await house.found("globex");
});
afterAll(async () => {
  await house.close();
  await google.close();
});

interface Node {
  id: string;
}
interface Errors {
  userErrors: { code: string; path?: string[] }[];
}
interface Invitation extends Node {
  status: string;
  delivery: string;
  deliveryFailure: string | null;
  createdAt: string;
  expiresAt: string;
}

const day = 86_400_000;
const patience = { timeout: 20_000 };
const codesOf = ({ userErrors }: Errors) => userErrors.map(({ code }) => code);
const faultsOf = ({ userErrors }: Errors) => userErrors.map(({ code, path }) => `${code} ${path?.join(".")}`);
const countAt = async (query: string) =>
  (
    await acme.query<{ users: { totalCount: number } }>("query ($q: String!) { users(filter: { query: $q }) { totalCount } }", {
      q: query,
    })
  ).users.totalCount;
const invitationOf = async (userId: string, site = acme) =>
  (await site.user(userId, "invitation { id status delivery deliveryFailure createdAt expiresAt }")).invitation as Invitation; // as: what was selected
const application = async (key: string, more = {}) =>
  (await acme.succeed<{ application: Node }>("applicationCreate", { key, name: key, ...more }, "application { id }")).application
    .id;
const group = async (name: string) => (await acme.succeed<{ group: Node }>("groupCreate", { name }, "group { id }")).group.id;
const opens = async (userId: string) => {
  const { access } = (await acme.user(userId, "access { application { key } }")) as {
    access: { application: { key: string } }[];
  }; // as: what was selected
  return access.map(({ application: { key } }) => key).sort();
};
const preview = (token: string) =>
  acme.query<{ invitationPreview: Record<string, unknown> }>(
    "query ($token: String!) { invitationPreview(token: $token) { email siteName inviterName status hasAccount } }",
    { token },
    null,
  );
/** Lets time pass for an invitation. */
const setTime = async (id: string, column: "lastSentAt" | "expiresAt") => {
  const transaction = await house.database.ground.begin();
  await transaction.write(`UPDATE Invitation SET ${column} = '2026-01-01T00:00:00.000Z' WHERE id = ?`, [id.slice(4)]);
  await transaction.commit();
};

describe("inviting, through GraphQL", () => {
  it("rule 2.1: invites several people at once, with all that they are to have", async () => {
    const [wiki, readers] = [await application("wiki"), await group("Readers")];
    const invitees = [{ email: "ann@many.example", username: "annie", fullName: "Ann Many" }, { email: "ben@many.example" }];
    const input = { invitees, role: "MANAGER", applicationIds: [wiki], groupIds: [readers], message: "See you on Monday." };
    const shown = "users { email username fullName role status groups { nodes { name } } }";
    const groups = { nodes: [{ name: "Readers" }, { name: "wiki-users" }] };
    const common = { role: "MANAGER", status: "INVITED", groups };
    expect(await acme.succeed("userInvite", input, shown)).toMatchObject({
      users: [
        { email: "ann@many.example", username: "annie", fullName: "Ann Many", ...common },
        { email: "ben@many.example", username: "ben", fullName: "ben", ...common },
      ],
    });
    const [letter] = await house.mail.waitFor("ann@many.example");
    expect(letter?.text).toContain("See you on Monday.");
  });

  it("rule 2.1: tells every fault with its path, and changes nothing while there is one", async () => {
    const invitees = [{ email: "right@none.example" }, { email: "wrong" }, { email: "named@none.example", username: "a b@c" }];
    const answer = await acme.change("userInvite", { invitees, groupIds: ["grp_nothing"] }, "users { id }");
    expect(faultsOf(answer).sort()).toEqual([
      "INVALID input.invitees.1.email",
      "INVALID input.invitees.2.username",
      "NOT_FOUND input.groupIds.0",
    ]);
    expect(await countAt("none.example")).toBe(0);
    const crowd = Array.from({ length: 101 }, (_, index) => ({ email: `p${index}@none.example` }));
    expect(faultsOf(await acme.change("userInvite", { invitees: crowd }, "users { id }"))).toEqual([
      "LIMIT_EXCEEDED input.invitees",
    ]);
    expect(await countAt("none.example")).toBe(0);
  });

  it("rule 2.2: answers the same whoever has an account; who has one accepts by signing in", async () => {
    await globex.join("known@same.example");
    const shown = `users { fullName username role status managed joinedAt invitation { status } }
      seats { change } warnings { message }`;
    const invite = (name: string) =>
      acme.succeed("userInvite", { invitees: [{ email: `${name}@same.example`, fullName: "X", username: name }] }, shown);
    const [known, fresh] = [await invite("known"), await invite("fresh")];
    expect(JSON.stringify(known)).toBe(JSON.stringify(fresh).replaceAll("fresh", "known"));
    expect(known).toMatchObject({ users: [{ status: "INVITED" }] });

    expect((await acme.signIn("known@same.example")).viewer?.user?.status).toBe("ACTIVE");
    expect(codesOf(await acme.signIn("fresh@same.example"))).toEqual(["BAD_CREDENTIALS"]);
    expect((await acme.accept(await house.linkTo("fresh@same.example"))).user?.status).toBe("ACTIVE");
  });

  it("rule 2.3: an INVITED user is listed, can be in groups, and holds a seat at once", async () => {
    const limited = await application("limited", { seatLimit: 5 });
    const counts = '{ site { userCounts { invited billable } } application(key: "limited") { seatsUsed } }';
    interface Counts {
      site: { userCounts: { invited: number; billable: number } };
      application: { seatsUsed: number };
    }
    const before = await acme.query<Counts>(counts);
    const id = await acme.invite("seat@held.example", { applicationIds: [limited] });
    const { invited, billable } = before.site.userCounts;
    expect(await acme.query(counts)).toEqual({
      site: { userCounts: { invited: invited + 1, billable: billable + 1 } },
      application: { seatsUsed: 1 },
    });
    expect(await countAt("seat@held.example")).toBe(1);
    const input = { id: await group("Early"), userIds: [id] };
    expect(await acme.succeed("groupAddMembers", input, "group { members { nodes { email status } } }")).toMatchObject({
      group: { members: { nodes: [{ email: "seat@held.example", status: "INVITED" }] } },
    });
  });

  it("rule 2.4: gives the applications chosen, left out those for new users, and none for an empty list", async () => {
    const chosen = await application("chosen");
    await application("usual", { grantedToNewUsers: true });
    const groupIds = [await group("Besides")];
    expect(await opens(await acme.invite("one@given.example", { applicationIds: [chosen] }))).toEqual(["chosen"]);
    expect(await opens(await acme.invite("two@given.example", { applicationIds: undefined }))).toEqual(["usual"]);
    const id = await acme.invite("three@given.example", { applicationIds: [], groupIds });
    expect(await opens(id)).toEqual([]);
    expect(await acme.user(id, "groups { nodes { name } }")).toEqual({ groups: { nodes: [{ name: "Besides" }] } });
  });

  it("rule 2.4a: who comes by a directory is ACTIVE at once, is welcomed, and signs in with Google", async () => {
    const email = "synced@acme.example";
    house.script.person("g-1", email);
    await house.sync();
    const { user } = await acme.query<{ user: Node }>(
      "query ($email: String!) { user(by: { email: $email }) { id status synced invitation { id } } }",
      { email },
    );
    expect(user).toMatchObject({ status: "ACTIVE", synced: true, invitation: null });
    const [welcome] = await house.mail.waitFor(email);
    expect(welcome?.subject).toMatch(/welcome/i);
    const idToken = await google.idToken({ sub: "g-1", email, hd: "acme.example" });
    const signedIn = await acme.succeed("signInWithIdToken", { idToken }, "viewer { user { id } }", null);
    expect(signedIn).toMatchObject({ viewer: { user: { id: user.id } } });
  });

  it("rule 2.5: inviting again keeps what is pending, warns of who is ACTIVE, and refuses who is DEACTIVATED", async () => {
    const id = await acme.invite("pending@again.example");
    const pending = await invitationOf(id);
    expect(await acme.invite("pending@again.example")).toBe(id);
    expect(await invitationOf(id)).toEqual(pending);

    const { id: active } = await acme.join("active@again.example");
    const again = { invitees: [{ email: "active@again.example" }], role: "MANAGER" };
    expect(await acme.succeed("userInvite", again, "users { id role status } warnings { path }")).toMatchObject({
      users: [{ id: active, role: "MEMBER", status: "ACTIVE" }],
      warnings: [{ path: ["input", "invitees", "0", "email"] }],
    });
    await acme.succeed("userDeactivate", { ids: [active] }, "users { id }");
    expect(faultsOf(await acme.change("userInvite", again, "users { id }"))).toEqual(["WRONG_STATE input.invitees.0.email"]);
  });

  it("rule 2.6: a letter goes when it is sent, at most one a minute, and each voids the older link", async () => {
    const email = "later@sent.example";
    const id = await acme.invite(email, { sendEmail: false });
    const made = await invitationOf(id);
    expect(made.delivery).toBe("NOT_SENT");
    const resend = () => acme.change("invitationResend", { ids: [made.id] }, "invitations { sentCount }");
    expect(await resend()).toMatchObject({ invitations: [{ sentCount: 1 }], userErrors: [] });
    const first = await house.linkTo(email);
    expect(codesOf(await resend())).toEqual(["RATE_LIMITED"]);
    await setTime(made.id, "lastSentAt");
    expect(codesOf(await resend())).toEqual([]);
    const second = await house.linkTo(email, 2);
    expect(Date.parse((await invitationOf(id)).expiresAt)).toBeGreaterThan(Date.parse(made.expiresAt));
    expect(codesOf(await acme.accept(first))).toEqual(["BAD_CREDENTIALS"]);
    expect((await acme.accept(second)).user?.status).toBe("ACTIVE");
  });

  it("rule 2.7: a link is a long secret that is nowhere kept, works once, and ends after 30 days", async () => {
    const id = await acme.invite("once@link.example", { sendEmail: true });
    const token = await house.linkTo("once@link.example");
    expect(token).toMatch(/^gi_[\w-]{43,}$/); // 43 characters of base64url are 256 bits
    expect(JSON.stringify(await house.rows("SELECT * FROM Invitation"))).not.toContain(token.slice(3));
    const { createdAt, expiresAt } = await invitationOf(id);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(30 * day);
    expect((await acme.accept(token)).user?.id).toBe(id);
    expect(codesOf(await acme.accept(token))).toEqual(["WRONG_STATE"]);

    const late = await acme.invite("late@link.example", { sendEmail: true });
    await setTime((await invitationOf(late)).id, "expiresAt");
    expect(codesOf(await acme.accept(await house.linkTo("late@link.example")))).toEqual(["EXPIRED"]);
    expect(await acme.user(late, "status")).toEqual({ status: "INVITED" });
  });

  it("rule 2.7: no old link brings back who was removed, in whatever way", async () => {
    const removals: Record<string, (id: string) => Promise<Errors>> = {
      deactivated: (id) => acme.change("userDeactivate", { ids: [id] }, "users { id }"),
      deleted: (id) => acme.change("userDelete", { ids: [id] }, "deletedIds"),
      replaced: (id) => acme.change("userReplace", { id, rightEmail: "right@void.example", sendEmail: false }, "user { id }"),
      revoked: async (id) => acme.change("invitationRevoke", { ids: [(await invitationOf(id)).id] }, "invitations { status }"),
    };
    for (const [how, remove] of Object.entries(removals)) {
      const email = `${how}@void.example`;
      const id = await acme.invite(email, { sendEmail: true });
      const token = await house.linkTo(email);
      expect(codesOf(await remove(id))).toEqual([]);
      if (how === "deactivated") await acme.succeed("userActivate", { ids: [id] }, "users { id }");
      const { user, session } = await acme.accept(token);
      expect({ how, user, session }).toEqual({ how, user: null, session: null });
    }
  });

  it("rule 2.8: accepting changes neither name nor password of an account that exists, which must sign in", async () => {
    const email = "kept@account.example";
    const { token: session } = await globex.join(email);
    await acme.invite(email, { sendEmail: true });
    const token = await house.linkTo(email, 2);
    const words = { fullName: "Mallory", password: "another horse battery" };
    expect(codesOf(await acme.accept(token, words))).toEqual(["FORBIDDEN"]);
    expect((await acme.accept(token, words, session)).user).toMatchObject({ fullName: "Somebody New", status: "ACTIVE" });
    expect(codesOf(await acme.signIn(email, words.password))).toEqual(["BAD_CREDENTIALS"]);
    expect(codesOf(await acme.signIn(email, password))).toEqual([]);
    expect(await acme.query("{ viewer { account { emailVerified } } }", {}, session)).toEqual({
      viewer: { account: { emailVerified: true } },
    });
  });

  it("rule 2.9: a letter is text and HTML, links to the configured URL alone, and shows what became of it", async () => {
    const query = `mutation { userInvite(input: { applicationIds: [], invitees: [{ email: "ann@posted.example" }] }) {
      users { id invitation { delivery } } } }`;
    const { data } = await house.gateway.ask(query, {}, acme.admin, { "gatehouse-site": "acme", host: "evil.example" });
    const { users } = data.userInvite as unknown as { users: (Node & { invitation: { delivery: string } })[] }; // as: what was selected
    expect(["QUEUED", "SENT"]).toContain(users[0]?.invitation.delivery);
    const [letter] = await house.mail.waitFor("ann@posted.example");
    for (const part of [letter?.text ?? "", letter?.html ?? ""]) {
      const links = part.match(/https?:\/\/[^\s"'<]+/g) ?? [];
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4000\/join#gi_/);
    }
    expect(letter?.html).not.toMatch(/<img|<script|url\(/i);
    await expect.poll(async () => (await invitationOf(users[0]?.id ?? "")).delivery, patience).toBe("SENT");
  });

  it("rule 2.9: a letter that the mail server will not have shows as FAILED, and why", async () => {
    const full = { code: 550, text: "No such mailbox here" };
    house.mail.refuse((recipient) => (recipient === "nobody@posted.example" ? full : null));
    const id = await acme.invite("nobody@posted.example", { sendEmail: true });
    await expect
      .poll(() => invitationOf(id), patience)
      .toMatchObject({ delivery: "FAILED", deliveryFailure: expect.stringContaining(full.text) });
  });

  it("rule 2.10: warns of addresses that look mistyped, and invites them all the same", async () => {
    await acme.invite("joan.smith@near.example");
    const emails = [
      "joann.smith@near.example",
      "joansmith@near.example",
      "joan.smith+x@near.example",
      "new@gmial.com",
      "far@near.example",
    ];
    const input = { invitees: emails.map((email) => ({ email })), sendEmail: false };
    const { users, warnings } = await acme.succeed<{ users: Node[]; warnings: { path: string[] }[] }>(
      "userInvite",
      input,
      "users { id } warnings { path }",
    );
    expect(users).toHaveLength(5);
    expect(warnings.map(({ path }) => path.join("."))).toEqual([0, 1, 2, 3].map((index) => `input.invitees.${index}.email`));
  });

  it("rule 2.11: a MANAGER invites members, a MEMBER nobody, and only an ADMIN touches an ADMIN or a MANAGER", async () => {
    const manager = await acme.join("manager@who.example", "MANAGER");
    const member = await acme.join("member@who.example");
    await acme.invite("guest@who.example", {}, manager.token);
    const invite = 'mutation { userInvite(input: { invitees: [{ email: "x@who.example" }] }) { users { id } } }';
    const { errors } = await house.gateway.ask(invite, {}, member.token, { "gatehouse-site": "acme" });
    expect(errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);

    const id = await acme.invite("boss@who.example", { role: "ADMIN" });
    const ids = [(await invitationOf(id)).id];
    const by = manager.token;
    const refusals = [
      await acme.change("userInvite", { invitees: [{ email: "y@who.example" }], role: "MANAGER" }, "users { id }", by),
      await acme.change("userUpdate", { id: member.id, role: "MANAGER" }, "user { id }", by),
      await acme.change("userUpdate", { id, title: "Boss" }, "user { id }", by),
      await acme.change("userReplace", { id, rightEmail: "z@who.example" }, "user { id }", by),
      await acme.change("userDeactivate", { ids: [id] }, "users { id }", by),
      await acme.change("userDelete", { ids: [id] }, "deletedIds", by),
      await acme.change("invitationResend", { ids }, "invitations { id }", by),
      await acme.change("invitationRevoke", { ids }, "invitations { id }", by),
    ];
    expect(refusals.map(codesOf)).toEqual(refusals.map(() => ["FORBIDDEN"]));
    expect(await acme.user(id, "status role")).toEqual({ status: "INVITED", role: "ADMIN" });
  });

  it("rule 2.11: an invitation to be an ADMIN dies when its inviter loses that right", async () => {
    const inviter = await acme.join("inviter@who.example", "ADMIN");
    await acme.invite("heir@who.example", { role: "ADMIN", sendEmail: true }, inviter.token);
    const token = await house.linkTo("heir@who.example");
    await acme.succeed("userUpdate", { id: inviter.id, role: "MANAGER" }, "user { role }");
    expect((await preview(token)).invitationPreview.status).toBe("REVOKED");
    expect(codesOf(await acme.accept(token))).toEqual(["WRONG_STATE"]);
  });

  it("rule 2.12: opening the link shows what it leads to, and changes nothing", async () => {
    const id = await acme.invite("reader@open.example", { sendEmail: true });
    const token = await house.linkTo("reader@open.example");
    const before = await acme.user(id, "status version invitation { status }");
    const seen = { email: "reader@open.example", siteName: "Acme", inviterName: "admin", status: "PENDING", hasAccount: false };
    for (const _ of ["scanner", "person"]) expect(await preview(token)).toEqual({ invitationPreview: seen });
    expect(await acme.user(id, "status version invitation { status }")).toEqual(before);
  });

  it("rule 2.12: a new account needs a full name and a password, or an ID token of the invited address", async () => {
    const email = "new@open.example";
    const id = await acme.invite(email, { sendEmail: true });
    const token = await house.linkTo(email);
    expect(faultsOf(await acme.accept(token, {}))).toEqual(["INVALID input.fullName", "INVALID input.password"]);
    const others = await google.idToken({ sub: "other", email: "other@open.example", name: "Other" });
    expect(faultsOf(await acme.accept(token, { idToken: others }))).toEqual(["BAD_CREDENTIALS input.idToken"]);
    const theirs = await google.idToken({ sub: "new", email, name: "New Person" });
    const accepted: Accepted = await acme.accept(token, { idToken: theirs });
    expect(accepted.user).toEqual({ id, email, fullName: "New Person", status: "ACTIVE" });
  });
});
