import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type AddressedLetter, createPostman, type Postman } from "../../src/mail/postman.ts";
import { invitationLetter } from "../../src/mail/wording/invitation-letter.ts";
import { type MailServerSettings, startMailServer } from "../support/mail-server.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const letter: AddressedLetter = {
  to: "grace@example.com",
  subject: "Grüße",
  text: "Hello\n\n.a line that begins with a dot\n",
  html: "<p>Hello &amp; wélcome</p>\n",
  messageId: "letter-1@gatehouse.example",
};

async function mailServer(settings?: MailServerSettings) {
  const server = await startMailServer(settings);
  opened.push(() => server.close());
  return server;
}

function postmanTo(smtpUrl: string, { from = "Acme, Inc. <no-reply@gatehouse.example>", patienceMs = 10_000 } = {}): Postman {
  const postman = createPostman({ smtpUrl, from, patienceMs });
  opened.push(() => postman.close());
  return postman;
}

/** A server that speaks only as told: what it says to each command line, or null to fall silent. Its greeting may be null or `hang up`. */
async function strangeServer(
  say: (line: string, socket: Socket) => string | null,
  greeting: string | null = "220 hello",
): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // broken off on purpose
    if (greeting === "hang up") socket.destroy();
    else if (greeting) socket.write(`${greeting}\r\n`);
    let rest = "";
    socket.on("data", (chunk) => {
      const lines = (rest + chunk).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const answer = say(line, socket);
        if (answer) socket.write(`${answer}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`; // as: it listens on a port
}

/** Says yes to everything up to and including DATA. */
function agreeable(line: string): string | null {
  if (line === "DATA") return "354 go on";
  return /^(EHLO|MAIL|RCPT|RSET|QUIT)/.test(line) ? "250 yes" : null;
}

describe("a letter that is posted", () => {
  it("arrives once, with both parts, our Message-ID and no tracking of what made it", async () => {
    const server = await mailServer();
    expect(await postmanTo(server.url).post(letter)).toEqual({ outcome: "sent" });
    const [received] = await server.waitFor(letter.to);
    expect(server.letters).toHaveLength(1);
    expect(received).toMatchObject({
      envelope: { from: "no-reply@gatehouse.example", to: ["grace@example.com"] },
      subject: letter.subject,
      text: letter.text,
      html: letter.html,
    });
    expect(received?.headers.get("message-id")).toEqual(["<letter-1@gatehouse.example>"]);
    expect(received?.headers.get("auto-submitted")).toEqual(["auto-generated"]);
    expect(received?.headers.get("from")).toEqual(['"Acme, Inc." <no-reply@gatehouse.example>']);
    expect(received?.headers.has("x-mailer")).toBe(false);
  });

  it("goes to the stored address byte for byte", async () => {
    const server = await mailServer();
    const postman = postmanTo(server.url);
    for (const to of ["o'brien+x=y/z@sub.example.com", "{a|b}~!#$%&*?^_`@xn--jgeva-dua.ee", "a.b-c_d@1.example"]) {
      expect(await postman.post({ ...letter, to })).toEqual({ outcome: "sent" });
      expect(server.commands.filter((line) => line.startsWith("RCPT")).at(-1)).toBe(`RCPT TO:<${to}>`);
    }
  });

  it("stays one letter to one person whatever its words are", async () => {
    const server = await mailServer();
    const postman = postmanTo(server.url);
    const hostile = [
      "Ada\r\nBcc: evil@example.net",
      "Ada\r\n.\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<evil@example.net>\r\nDATA",
      'Ada" <evil@example.net>, "x',
      "<script>alert(1)</script>",
      "=?utf-8?Q?Ada=0D=0ABcc:_evil@example.net?=",
      "\0\u2028\u202e",
    ];
    for (const name of hostile) {
      const words = {
        siteName: name,
        inviter: { name, email: letter.to },
        email: letter.to,
        applications: [name],
        message: name,
      };
      const worded = invitationLetter({ ...words, link: "https://g.example/#t", expiresAt: "2027-05-03T09:30:00.000Z" });
      expect(await postman.post({ ...letter, ...worded })).toEqual({ outcome: "sent" });
      const received = server.letters.at(-1);
      expect(received).toMatchObject({
        envelope: { to: [letter.to] },
        subject: worded.subject.replaceAll("=?", "= ?"),
        text: worded.text,
        html: worded.html,
      });
      expect(received?.headers.get("to")).toEqual([letter.to]);
      expect(received?.headers.has("bcc")).toBe(false);
    }
    // The same holds for words that no layout has cleaned.
    expect(await postman.post({ ...letter, subject: hostile[0] ?? "", messageId: "x@y>\r\nBcc: evil@example.net" })).toEqual({
      outcome: "sent",
    });
    expect(server.letters.at(-1)?.headers.has("bcc")).toBe(false);
    expect(server.letters).toHaveLength(hostile.length + 1);
    expect(server.commands.filter((line) => line.startsWith("RCPT"))).toEqual(server.letters.map(() => `RCPT TO:<${letter.to}>`));
  });

  it("is refused here when its address is anything but plain", async () => {
    const server = await mailServer();
    const postman = postmanTo(server.url);
    const strange = [
      "a@example.com, evil@example.net",
      '"evil@example.net x"@example.com',
      "a@example.com\r\nRCPT TO:<evil@example.net>",
      "Ada <evil@example.net>",
      "a@example.com (comment)",
      "evil@example.net>@example.com",
      "a@b@example.com",
      "ada@exämple.com",
      "",
    ];
    for (const to of strange) expect(await postman.post({ ...letter, to })).toMatchObject({ outcome: "refused" });
    expect(server.commands).toEqual([]);
  });
});

describe("a mail server that says no", () => {
  it.each([
    ["recipient", 550, "refused"],
    ["recipient", 553, "refused"],
    ["letter", 554, "refused"],
    ["recipient", 450, "later"],
    ["recipient", 503, "later"],
    ["letter", 451, "later"],
    ["recipient", 421, "later"],
    ["sender", 550, "later"], // our own address: an operator can mend it
  ] as const)("to the %s with %i is answered by %s", async (to, code, outcome) => {
    const server = await mailServer();
    server.refuse(() => ({ code, text: "No thanks", to }));
    const posting = await postmanTo(server.url).post(letter);
    expect(posting).toMatchObject({ outcome, reason: expect.stringContaining(String(code)) });
    expect(server.letters).toEqual([]);
  });

  it("to one person does not keep the next from getting theirs", async () => {
    const server = await mailServer();
    const postman = postmanTo(server.url);
    server.refuse((recipient) => (recipient === "gone@example.com" ? { code: 550, text: "No such user" } : null));
    const people = ["a@example.com", "gone@example.com", "b@example.com"];
    const postings = await Promise.all(people.map((to) => postman.post({ ...letter, to })));
    expect(postings.map(({ outcome }) => outcome)).toEqual(["sent", "refused", "sent"]);
  });

  it("in hostile words is quoted in plain and short ones", async () => {
    const url = await strangeServer((line) =>
      line.startsWith("RCPT") ? `550-\u001b[31m\u202e<b>\0\r\n550 ${"x".repeat(5000)}` : agreeable(line),
    );
    const posting = await postmanTo(url).post(letter);
    expect(posting).toMatchObject({ outcome: "refused", reason: expect.stringMatching(/^The mail server answered: 550/) });
    const reason = "reason" in posting ? posting.reason : "";
    expect(reason.length).toBeLessThanOrEqual(300);
    expect(reason).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

describe("a mail server that is in trouble", () => {
  it("because nobody listens is tried later", async () => {
    const server = await startMailServer();
    await server.close();
    const posting = await postmanTo(server.url).post(letter);
    expect(posting).toMatchObject({ outcome: "later", reason: expect.stringContaining("ECONNREFUSED") });
  });

  it.each([
    ["before its greeting", null, agreeable],
    ["at the recipient", "220 hello", (line: string) => (line.startsWith("RCPT") ? null : agreeable(line))],
    ["after the letter", "220 hello", agreeable],
  ])("because it falls silent %s is tried later", async (_when, greeting, say) => {
    const url = await strangeServer(say, greeting);
    expect(await postmanTo(url, { patienceMs: 100 }).post(letter)).toMatchObject({ outcome: "later" });
  });

  it("because it trickles and never ends a line is tried later", async () => {
    const url = await strangeServer((line, socket) => {
      if (!line.startsWith("RCPT")) return agreeable(line);
      const drip = setInterval(() => socket.write("2"), 20);
      socket.on("close", () => clearInterval(drip));
      return null;
    });
    expect(await postmanTo(url, { patienceMs: 100 }).post(letter)).toMatchObject({ outcome: "later" });
  });

  it("because it took the letter and the line broke is tried later, and the letter may come twice", async () => {
    const url = await strangeServer((line, socket) => {
      if (line === ".") socket.destroy();
      return agreeable(line);
    });
    expect(await postmanTo(url).post(letter)).toMatchObject({ outcome: "later" });
  });

  it.each(["554 go away", "421 busy", "what?"])("because it greets with %j is tried later", async (greeting) => {
    const url = await strangeServer(agreeable, greeting);
    expect(await postmanTo(url).post(letter)).toMatchObject({ outcome: "later" });
  });

  it.each(["EHLO", "RCPT", "DATA"])("because it hangs up at %s is tried later", async (last) => {
    const url = await strangeServer((line, socket) => {
      if (!line.startsWith(last)) return agreeable(line);
      socket.end();
      return null;
    });
    expect(await postmanTo(url).post(letter)).toMatchObject({ outcome: "later" });
  });

  it("because it hangs up without a word is tried later, and the check says so", async () => {
    const url = await strangeServer(agreeable, "hang up");
    expect(await postmanTo(url).post(letter)).toMatchObject({ outcome: "later" });
    expect(await postmanTo(url).check()).toMatchObject({ ok: false, reason: expect.stringContaining("No connection") });
  });

  it("because the gateway is shutting down is tried later", async () => {
    const server = await mailServer();
    const postman = postmanTo(server.url);
    postman.close();
    expect(await postman.post(letter)).toMatchObject({ outcome: "later" });
    expect(server.letters).toEqual([]);
  });

  it("gets the letters in hand when the gateway shuts down, and each is posted or comes later", async () => {
    const server = await mailServer();
    const postman = postmanTo(server.url);
    await postman.post(letter);
    const postings = Array.from({ length: 8 }, (_, i) => postman.post({ ...letter, to: `p${i}@example.com` }));
    setImmediate(() => postman.close());
    const outcomes = (await Promise.all(postings)).map(({ outcome }) => outcome);
    expect(outcomes.every((outcome) => outcome !== "refused")).toBe(true);
    expect(server.letters).toHaveLength(1 + outcomes.filter((outcome) => outcome === "sent").length);
  });
});

describe("a login", () => {
  const login = { user: "gate", password: "s3cret:/@" };

  it("opens a server that asks for one", async () => {
    const server = await mailServer({ login });
    const postman = postmanTo(server.url);
    expect(await postman.check()).toEqual({ ok: true });
    expect(await postman.post(letter)).toEqual({ outcome: "sent" });
  });

  it("that is wrong keeps the letters for later, and says so without the password", async () => {
    const server = await mailServer({ login });
    const postman = postmanTo(server.url.replace(/\/\/.*@/, "//gate:wrong-password@"));
    expect(await postman.post(letter)).toMatchObject({ outcome: "later", reason: expect.stringContaining("535") });
    const checked = await postman.check();
    expect(checked).toMatchObject({ ok: false });
    expect(JSON.stringify(checked)).not.toContain("wrong-password");
  });

  it("is not told to a server elsewhere that knows no TLS", async () => {
    const server = await mailServer({ login });
    // 0.0.0.0 leads to this machine and is not a loopback address.
    const posting = await postmanTo(server.url.replace("127.0.0.1", "0.0.0.0")).post(letter);
    expect(posting).toMatchObject({ outcome: "later" });
    expect(server.commands.some((line) => line.startsWith("AUTH"))).toBe(false);
  });

  it("is told over TLS wherever the server offers it, and to this machine whoever vouches for it", async () => {
    const server = await mailServer({ login, offersTls: true });
    expect(await postmanTo(server.url).post(letter)).toEqual({ outcome: "sent" });
    expect(server.commands.map((line) => line.split(" ")[0])).toEqual([
      "EHLO",
      "STARTTLS",
      "EHLO",
      "AUTH",
      "MAIL",
      "RCPT",
      "DATA",
    ]);
  });

  it("is not told to a server elsewhere whose certificate nobody vouches for", async () => {
    const server = await mailServer({ login, offersTls: true });
    const posting = await postmanTo(server.url.replace("127.0.0.1", "0.0.0.0")).post(letter);
    expect(posting).toMatchObject({ outcome: "later", reason: expect.stringMatching(/certificate/i) });
    expect(server.commands.some((line) => line.startsWith("AUTH"))).toBe(false);
  });
});

describe("a check", () => {
  it("connects and posts nothing", async () => {
    const server = await mailServer();
    expect(await postmanTo(server.url).check()).toEqual({ ok: true });
    expect(server.letters).toEqual([]);
  });

  it("says why the server cannot be reached", async () => {
    const server = await startMailServer();
    await server.close();
    expect(await postmanTo(server.url).check()).toMatchObject({ ok: false, reason: expect.stringContaining("ECONNREFUSED") });
  });

  it("of settings that make no sense throws at once", () => {
    expect(() => createPostman({ smtpUrl: "mail.example.com", from: "a@b.example" })).toThrow(/SMTP_URL/);
    expect(() => createPostman({ smtpUrl: "smtp://mail.example.com", from: "nobody" })).toThrow(/MAIL_FROM/);
  });
});
