import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { WordedLetter } from "../../src/mail/letter.ts";
import { directoryTroubleLetter } from "../../src/mail/wording/directory-trouble-letter.ts";
import { domainLapsedLetter } from "../../src/mail/wording/domain-lapsed-letter.ts";
import { domainMissingLetter } from "../../src/mail/wording/domain-missing-letter.ts";
import { emailChangedLetter } from "../../src/mail/wording/email-changed-letter.ts";
import { invitationLetter } from "../../src/mail/wording/invitation-letter.ts";
import { passwordResetLetter } from "../../src/mail/wording/password-reset-letter.ts";
import { removalsHeldLetter } from "../../src/mail/wording/removals-held-letter.ts";
import { welcomeLetter } from "../../src/mail/wording/welcome-letter.ts";
import { everyLetter, expiresAt, link } from "../support/every-letter.ts";

/** Names of domains have something unseen in them, so that no mail program makes links of them. */
const withoutJoiners = (text: string) => text.replaceAll("\u200c", "");

/** What a reader sees of an HTML letter. */
function shown(html: string): string {
  return html
    .replace(/<(style|title)>.*?<\/\1>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replace(/\s+/g, " ");
}

function expectBoth(letter: WordedLetter, ...phrases: string[]): void {
  for (const phrase of phrases) {
    expect(letter.text).toContain(phrase);
    expect(shown(letter.html)).toContain(phrase);
  }
}

describe("the invitation", () => {
  const words = {
    siteName: "Acme",
    inviter: { name: "Ada Lovelace", email: "ada@acme.example" },
    email: "grace@example.com",
    applications: [],
    link,
    expiresAt,
    message: null,
  };

  it("says who invited whom to what, and when it ends", () => {
    const letter = invitationLetter({ ...words, applications: ["Issue tracker", "Wiki"] });
    expect(letter.subject).toBe("Ada Lovelace invited you to Acme");
    expectBoth(letter, "Ada Lovelace (ada@acme.example)", "grace@example.com", "Acme", link, "3 May 2027 at 09:30 UTC");
    expectBoth(letter, "Issue tracker", "Wiki");
    expect(letter.html).toContain(`href="${link}"`);
  });

  it("names no inviter where no person invited", () => {
    const letter = invitationLetter({ ...words, inviter: null, message: "Hi" });
    expect(letter.subject).toBe("You are invited to Acme");
    expect(letter.text).toContain("A message for you:\n\n> Hi\n");
    expect(letter.text).not.toContain("null");
  });

  it("names ten applications at most and counts the others, and says nothing of none", () => {
    const named = (count: number) =>
      invitationLetter({ ...words, applications: Array.from({ length: count }, (_, n) => `App ${n}`) }).text.match(/^- .*$/gm);
    expect(named(10)).toHaveLength(10);
    expect(named(10)?.at(-1)).toBe("- App 9");
    expect(named(12)?.slice(-2)).toEqual(["- App 8", "- and 3 more"]);
    expect(invitationLetter(words).text).not.toContain("open:");
  });

  it("quotes the inviter's message line by line, as plain text", () => {
    const letter = invitationLetter({ ...words, message: "Hi Grace,\r\n\r\n\r\n\r\nsee <b>you</b> & co.\n> soon" });
    expect(letter.text).toContain("> Hi Grace,\n>\n> see <b>you</b> & co.\n> > soon\n");
    expect(shown(letter.html)).toContain("Hi Grace, see <b>you</b> & co. > soon");
    expect(letter.html).not.toContain("<b>");
  });

  it("takes a message of 1000 characters", () => {
    expectBoth(invitationLetter({ ...words, message: "x".repeat(1000) }), "x".repeat(1000));
  });

  it("throws when its link is not a link or its end is in no zone, since both are ours", () => {
    for (const wrong of [
      "javascript:alert(1)",
      "https://a.example/\r\nBcc: x@y.example",
      'https://a.example/" onclick="',
      "people.example.com",
    ]) {
      expect(() => invitationLetter({ ...words, link: wrong })).toThrow(TypeError);
    }
    expect(() => invitationLetter({ ...words, expiresAt: "2027-05-03 09:30:00" })).toThrow(TypeError);
    expect(() => invitationLetter({ ...words, expiresAt: "soon Z" })).toThrow(TypeError);
  });
});

describe("the other letters", () => {
  it("welcome a person whom a directory brought", () => {
    const letter = welcomeLetter({ siteName: "Acme", signInUrl: link, directoryName: "Acme Workspace" });
    expect(letter.subject).toBe("Welcome to Acme");
    expectBoth(letter, "Acme Workspace", link);
  });

  it("tell of a changed address, with both addresses and who changed it", () => {
    const letter = emailChangedLetter({
      siteName: "Acme",
      oldEmail: "ada@old.example",
      newEmail: "ada@new.example",
      changedBy: "Grace",
    });
    expectBoth(letter, "Acme", "ada@old.example", "ada@new.example", "Grace");
    expect(letter.html).not.toContain("href"); // a letter that asks for a click is what an attacker would send
  });

  it("tell how many removals of each kind wait, and leave out the kinds with none", () => {
    const counts = { users: 1, addresses: 0, groups: 0, memberships: 12_345 };
    const words = { siteName: "Acme", directoryName: "Acme Workspace", counts, failure: "Limit is 10." };
    const letter = removalsHeldLetter({ ...words, link });
    expectBoth(letter, "Acme Workspace", "1 user", "12,345 memberships", "Limit is 10.", link);
    expect(letter.text).not.toMatch(/1 users|group/);
    expect(removalsHeldLetter({ ...words, link: null }).html).not.toContain("href");
  });

  it("tell of a directory in trouble, and what that means", () => {
    const letter = directoryTroubleLetter({
      siteName: "Acme",
      directoryName: "Acme Workspace",
      sentence: "Google refused the key.",
    });
    expect(letter.subject).toBe("Acme Workspace needs attention at Acme");
    expectBoth(letter, "Acme", "Acme Workspace", "Google refused the key.", "keep their access");
  });

  it("tell of a domain whose proof is missing, what to publish again, and until when", () => {
    const domains = [
      { name: "acme.example", proof: "gatehouse-verification=abc" },
      { name: "acme.test", proof: "gatehouse-verification=def" },
    ];
    const letter = domainMissingLetter({ siteName: "Acme", domains, lapsesAt: expiresAt });
    expect(letter.subject).toBe("The proof of acme.example, acme.test is missing at Acme");
    expectBoth(letter, "gatehouse-verification=abc", "gatehouse-verification=def", "3 May 2027");
    expect(withoutJoiners(letter.text)).toContain("acme.example: gatehouse-verification=abc");
  });

  it("tell of a domain that lapsed, and what that means", () => {
    const letter = domainLapsedLetter({ siteName: "Acme", names: ["acme.example"] });
    expect(letter.subject).toBe("acme.example is no longer verified at Acme");
    expectBoth(letter, "no longer managed by Acme", "Nobody lost access");
    expect(withoutJoiners(letter.text)).toContain("- acme.example\n");
  });

  it("let a person choose a new password", () => {
    expectBoth(
      passwordResetLetter({ siteName: "Acme", email: "ada@example.com", link, expiresAt }),
      "ada@example.com",
      link,
      "3 May 2027",
    );
  });
});

describe("every letter", () => {
  const harmless = everyLetter("Acme");

  it.each(Object.keys(harmless))("%s loads nothing and follows the reader's colour scheme", (kind) => {
    const { html } = harmless[kind]!; // !: the keys come from it
    expect(html).not.toMatch(/<(img|link|script|iframe|form|table)|src=|url\(|@import/i);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain("prefers-color-scheme: dark");
    for (const url of html.match(/https?:\/\/[^\s"<]+/g) ?? []) expect(url).toBe(link);
  });

  it.each([
    ["a tag", "<script>alert(1)</script>"],
    ["an attribute's end", `" onmouseover='x' style="position:fixed`],
    ["a header", "Acme\r\nBcc: evil@example.net\r\n\r\n<h1>Hi</h1>"],
    ["control characters", "Ac\0me\u0007\u001b[31m\u0085\u2028\u2029"],
    ["a turned reading direction", "Acme \u202egro.live\u202c \u2066x\u2069 \u200f"],
    ["half a character", "Acme \ud83d"],
    ["a comment", "<!-- --!> ]]> &lt;b&gt;"],
  ])("is unharmed by %s in any value", (_what, hostile) => {
    for (const [kind, letter] of Object.entries(everyLetter(hostile))) {
      const calm = harmless[kind]!; // !: the same kinds
      expect(letter.subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(letter.text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\u200e\u200f]/u);
      expect(letter.html).not.toMatch(/[\p{Cs}\u2028-\u202e\u2066-\u2069\u200e\u200f\0]/u);
      expect(tags(letter.html)).toEqual(tags(calm.html));
    }
  });

  it("makes no link of a name, and leaves a person's own words and every email address as they are", () => {
    for (const name of ["https://evil.example/x", "Win at evil.example", "www.evil.example", "HTTP://1.2.3.4", "evil。example"])
      for (const [kind, { text, html }] of Object.entries(everyLetter(name)))
        for (const part of [text.replace(/^>.*$/gm, ""), html.replace(/<blockquote.*?<\/blockquote>/s, "")]) {
          expect(part, kind).not.toContain(name);
          expect(part.replaceAll("\u200c", ""), kind).toMatch(name === "HTTP://1.2.3.4" ? /HTTP:/ : /evil/);
        }
    for (const [kind, { text }] of Object.entries(everyLetter("a.da+x@acme.example"))) expect(text, kind).not.toContain("\u200c");
    expect(everyLetter("See https://wiki.example/first-day").invitation?.text).toContain("> See https://wiki.example/first-day");
  });

  it("is kept in its lines, whatever marks stand on a letter", () => {
    for (const { text, html } of Object.values(everyLetter(`Z${"\u0301".repeat(50)}`)))
      for (const part of [text, html]) expect(part).not.toMatch(/\p{M}{7}/u);
    expectBoth(everyLetter("בְּרֵאשִׁ֖ית").welcome!, "בְּרֵאשִׁ֖ית"); // !: one of them
  });

  it("is shown in docs/letters.md, by light and by dark", () => {
    const page = readFileSync("docs/letters.md", "utf8");
    for (const file of readdirSync("src/mail/wording"))
      for (const scheme of ["light", "dark"]) {
        const picture = `letters/${file.replace(/\.ts$/, "")}-${scheme}.png`;
        expect(page).toContain(`(${picture})`);
        expect(existsSync(`docs/${picture}`), picture).toBe(true);
      }
  });

  it("keeps its subject to 150 characters without cutting one in half", () => {
    for (const { subject } of Object.values(everyLetter("😀".repeat(300)))) {
      expect([...subject].length).toBeLessThanOrEqual(150);
      expect(subject).not.toMatch(/\p{Cs}/u);
    }
  });

  it("keeps names of all scripts as they are", () => {
    for (const name of ["Søren Kierkegaard", "علی‌رضا", "孔夫子", "O'Brien & Sons", "👩‍🚀 Crew"]) {
      for (const letter of Object.values(everyLetter(name))) expectBoth(letter, name);
    }
  });
});

/** The tags of a document with their attributes, but for line breaks inside a quote. */
function tags(html: string): string[] {
  return (html.match(/<[^>]*>/g) ?? []).filter((tag) => tag !== "<br>");
}
