import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildHouse, type House, operator } from "../support/house.ts";
import { openPostOffice, type PostOffice } from "../support/post-office.ts";
import type { ReceivedLetter } from "../support/received-letter.ts";

// What has gone wrong with mail and addresses in systems like this one, tried through the gateway's own door and down to the wire.

let house: House;
let gateway: TestGateway;
let office: PostOffice;
beforeAll(async () => {
  house = await buildHouse();
  gateway = await openGateway(house);
  office = await openPostOffice(house);
  office.post();
});
afterAll(async () => {
  await office.close();
  await gateway.server.close();
  await house.close();
});

interface Invitation {
  users: { id: string; email: string }[];
  userErrors: { code: string; path: string[] }[];
}

const mutation = `mutation ($input: UserInviteInput!) { userInvite(input: $input) { users { id email } userErrors { code path } } }`;

async function invite(invitees: object[], more: object = {}): Promise<Invitation> {
  const { data } = await gateway.ask(mutation, { input: { invitees, ...more } });
  return data.userInvite as unknown as Invitation; // as: what was selected
}

/** The one letter that went to someone. */
async function letterTo(email: string): Promise<ReceivedLetter> {
  await office.mail.waitFor(email);
  const letters = office.mail.letters.filter(({ envelope }) => envelope.to.includes(email));
  expect(letters).toHaveLength(1);
  return letters[0] as ReceivedLetter; // as: there is one
}

/** Renames whoever invites, past every check: what a directory or another version may have stored. */
async function storeNames(siteName: string, fullName: string): Promise<void> {
  // In the door's turn: letters are posted meanwhile, and SQLite has one writer.
  await house.door.act({ siteId: house.siteId, actor: operator }, async (work) => {
    const permit = work.permit("siteUpdate", { noun: "site", id: house.siteId });
    await work.write("UPDATE Site SET name = ?", [siteName]);
    await work.write("UPDATE User SET fullName = ? WHERE id = ?", [fullName, house.admin.userId]);
    return work.unchanged(permit, undefined);
  });
}

function expectOneLetter(letter: ReceivedLetter, email: string): void {
  expect(letter.envelope).toEqual({ from: "no-reply@gatehouse.example", to: [email] });
  expect([...letter.headers.keys()].sort()).toEqual([
    "auto-submitted",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
  ]);
  expect(letter.headers.get("to")).toEqual([email]);
  // RFC 5322, 2.1.1: no line is longer.
  for (const line of letter.raw.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
}

describe("headers that somebody would like to write into our letters", () => {
  const hostile = {
    "a line break": "Ada\r\nBcc: evil@evil.example",
    "the end of the headers": "Ada\r\n\r\n<h1>Hello</h1>",
    "the end of the letter": "Ada\r\n.\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<evil@evil.example>\r\nDATA",
    "an encoded word": "=?utf-8?Q?Ada=0D=0ABcc:_evil@evil.example?=",
    "a zero": "Ada\0Bcc: evil@evil.example",
    "another kind of line": "Ada\u2028Bcc: evil@evil.example\u0085X: y",
  };

  it.each(Object.entries(hostile))("T22: stay words of one letter to one person, in stored names: %s", async (what, name) => {
    const email = `stored-${what.replaceAll(" ", "-")}@far.example`;
    await storeNames(name, name);
    await invite([{ email }], { message: name });
    await storeNames("Acme", "Ada");
    const letter = await letterTo(email);
    expectOneLetter(letter, email);
    expect(letter.subject).not.toMatch(/[\p{Cc}\u2028]/u);
  });

  it("T22: are refused in a name, and are lines of a quote in a message", async () => {
    for (const name of Object.values(hostile).filter((text) => /[\r\n\0\u2028]/.test(text)))
      expect((await invite([{ email: "named@far.example", fullName: name }])).userErrors).toEqual([
        { code: "INVALID", path: ["input", "invitees", "0", "fullName"] },
      ]);
    await invite([{ email: "quoted@far.example" }], { message: hostile["the end of the letter"] });
    const letter = await letterTo("quoted@far.example");
    expectOneLetter(letter, "quoted@far.example");
    expect(letter.text).toContain("> Ada\n> .\n> MAIL FROM:<evil@evil.example>\n");
  });

  it("T22: find no recipient but the one on the wire, whatever was tried above", () => {
    const recipients = office.mail.commands.filter((line) => line.startsWith("RCPT"));
    expect(recipients.sort()).toEqual(office.mail.letters.map(({ envelope }) => `RCPT TO:<${envelope.to[0]}>`).sort());
    expect(recipients.join()).not.toContain("evil");
  });
});

describe("an address in which two programs read two", () => {
  it.each([
    '"evil@evil.example x"@acme.example',
    "evil@evil.example,ada@acme.example",
    "evil@evil.example;ada@acme.example",
    "ada@acme.example evil@evil.example",
    "Ada <evil@evil.example>",
    "<evil@evil.example>ada@acme.example",
    "evil@evil.example(@acme.example)",
    "(evil@evil.example)ada@acme.example",
    "group:evil@evil.example,ada@acme.example;",
    "ada@acme.example\r\nRCPT TO:<evil@evil.example>",
    "ada@acme.example\0@evil.example",
    "ada@evil.example@acme.example",
    "ada@[127.0.0.1]",
    "ada%evil.example@acme.example@",
    "=?utf-8?q?evil=40evil.example=3e=20?=@acme.example x",
    "ada@acme.example＠evil.example",
    `${"x".repeat(300)}@acme.example`,
  ])("T21: is refused at its place, and nobody is added or written to: %j", async (email) => {
    const before = await house.rows("SELECT id FROM User");
    expect(await invite([{ email: "fine@acme.example" }, { email }])).toEqual({
      users: [],
      userErrors: [{ code: "INVALID", path: ["input", "invitees", "1", "email"] }],
    });
    expect(await house.rows("SELECT id FROM User")).toEqual(before);
  });

  it.each(["o'brien+x=y/z@far.example", "{a|b}~!#$%&*?^_`@far.example", "=?utf-8?q?x?=@far.example", "ada@bücher.example"])(
    "T21: that is one plain mailbox after all gets its letter at just the address that is stored: %s",
    async (given) => {
      const { users } = await invite([{ email: given }]);
      const [user] = users;
      const [stored] = await house.rows<{ email: string }>("SELECT email FROM User WHERE id = ?", [user?.id.slice(4) ?? ""]);
      expect(stored?.email).toBe(user?.email);
      await letterTo(user?.email ?? "");
      expect(office.mail.commands).toContain(`RCPT TO:<${stored?.email}>`);
    },
  );

  it("T12: cannot be two by being a list, an object or named twice", async () => {
    for (const email of [["ada@acme.example", "evil@evil.example"], { "0": "evil@evil.example" }, 1, null]) {
      const { errors } = await gateway.ask(mutation, { input: { invitees: [{ email }] } });
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
    }
    const twice = `mutation { userInvite(input: { invitees: [{ email: "ada@acme.example", email: "evil@evil.example" }] }) { users { id } } }`;
    expect((await gateway.ask(twice)).errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
    expect(await house.rows("SELECT id FROM User WHERE email LIKE '%evil%'")).toEqual([]);
  });
});

describe("who one takes for somebody else", () => {
  it("T20: is another user, and shows as what it is in the answer and in the letter", async () => {
    const { users } = await invite([{ email: "ceo@paypal.example" }, { email: "ceo@p\u0430ypal.example" }]);
    expect(users.map(({ email }) => email)).toEqual(["ceo@paypal.example", "ceo@xn--pypal-4ve.example"]);
    expect(new Set(users.map(({ id }) => id)).size).toBe(2);
    expect((await letterTo("ceo@xn--pypal-4ve.example")).text).toContain("This letter is for ceo@xn--pypal-4ve.example alone");
  });

  it("T22: writes no link with a name, and turns no line round", async () => {
    await storeNames("Bank \u202eknil a si siht", "Win at https://evil.example or www.evil.example");
    await invite([{ email: "lured@far.example" }]);
    await storeNames("Acme", "Ada");
    const { text, html } = await letterTo("lured@far.example");
    for (const part of [text, html]) {
      expect(part).toContain("admin@acme.example");
      expect(part).not.toMatch(/https:\/\/evil|evil\.example|[\u202a-\u202e]/);
      for (const [link] of part.matchAll(/https?:\/\/[^\s"<]+/g)) expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4000\/join#gi_/);
    }
  });
});

describe("a message or a name that is too much", () => {
  it("T22: shows HTML as the text that it is", async () => {
    const message = `<img src="https://evil.example/x.png"><a href='javascript:alert(1)'>Hi</a><style>*{display:none}</style></blockquote></div>`;
    await invite([{ email: "markup@far.example" }], { message });
    const { text, html } = await letterTo("markup@far.example");
    expect(text).toContain(`> ${message}`);
    expect(html).not.toMatch(/<img|<a href='|javascript:alert\(1\)'>Hi<|display:none}<\/style>/);
    expect(html.match(/<\/?(a|style|blockquote|script|img)\b/g)).toEqual([
      "<style",
      "</style",
      "<blockquote",
      "</blockquote",
      "<a",
      "</a",
    ]);
  });

  it("T23: is refused beyond its length, and fits a letter's lines within it", async () => {
    const email = "long@far.example";
    expect((await invite([{ email, fullName: "x".repeat(201) }], { message: "y".repeat(1001) })).userErrors).toEqual([
      { code: "INVALID", path: ["input", "message"] },
      { code: "INVALID", path: ["input", "invitees", "0", "fullName"] },
    ]);
    await storeNames("🏰".repeat(50), "👩‍🚀".repeat(66));
    await invite([{ email }], { message: "ü".repeat(1000) });
    await storeNames("Acme", "Ada");
    const letter = await letterTo(email);
    expectOneLetter(letter, email);
    expect([...letter.subject].length).toBeLessThanOrEqual(150);
    expect(letter.text).toContain("ü".repeat(1000));
  });
});

describe("letters to many", () => {
  it("T12: are one letter each: nobody reads another's address or link", async () => {
    const emails = Array.from({ length: 100 }, (_, n) => `m${n}-x@many.example`);
    expect((await invite([...emails, "one@many.example"].map((email) => ({ email })))).userErrors).toEqual([
      { code: "LIMIT_EXCEEDED", path: ["input", "invitees"] },
    ]);
    await invite(emails.map((email) => ({ email })));
    const letters = await Promise.all(emails.map(letterTo));
    const links = letters.map(({ text }) => /\/join#(\S+)/.exec(text)?.[1]);
    expect(new Set(links).size).toBe(100);
    for (const [at, letter] of letters.entries()) {
      expectOneLetter(letter, emails[at] ?? "");
      expect(new Set(letter.text.match(/\S+@many\.example/g))).toEqual(new Set([emails[at]]));
      expect(letter.text.match(/join#/g)).toHaveLength(1);
    }
  });
});

describe("links built from what a request says", () => {
  it("T13: begin with the configured address, whatever headers came", async () => {
    const headers = {
      authorization: `Bearer ${gateway.admin}`,
      host: "evil.example",
      origin: "https://evil.example",
      referer: "https://evil.example/",
      forwarded: "host=evil.example;proto=https",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-forwarded-for": "203.0.113.9",
      "x-original-url": "https://evil.example/",
    };
    const payload = { query: mutation, variables: { input: { invitees: [{ email: "linked@far.example" }] } } };
    const { statusCode } = await gateway.server.inject({ method: "POST", url: "/graphql", headers, payload });
    expect(statusCode).toBe(200);
    const { raw, text } = await letterTo("linked@far.example");
    expect(text).toMatch(/^http:\/\/127\.0\.0\.1:4000\/join#gi_/m);
    expect(raw + text).not.toContain("evil.example");
  });
});
