import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { domainOf, isPublicDomain, spellDomain, spellEmail } from "../../src/model/email.ts";

const spelled = (input: string) => {
  const answer = spellEmail(input);
  return "email" in answer ? answer.email : null;
};

/** Texts that look enough like addresses to get past the first checks. */
const almostEmails = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(..."aZ0.+-_'\"(), <>\u0000\r\nßıKéａ\u200d\u0301"), maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(..."aZ0.-_xnüßıＡ。\u200d\u00ad\u0301ﬃאا"), maxLength: 16 }),
    fc.constantFrom("", ".example", ".co.uk", "."),
  )
  .map(([local, domain, end]) => `${local}@${domain}${end}`);

describe("spelling an email address", () => {
  it.each([
    ["  Ada.Lovelace@Example.COM ", "ada.lovelace@example.com"],
    ["ada+news@acme.example", "ada+news@acme.example"],
    ["o'brien@acme.test", "o'brien@acme.test"],
    ["ada@Bücher.example", "ada@xn--bcher-kva.example"],
    ["ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"],
    ["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
    ["ada@faß.de", "ada@xn--fa-hia.de"],
    ["ada@ｅｘａｍｐｌｅ。com", "ada@example.com"],
  ])("takes %j for %s", (input, email) => {
    expect(spellEmail(input)).toEqual({ email });
  });

  it.each([
    "",
    "ada",
    "former-1@retired.invalid",
    "@acme.example",
    "ada@",
    "ada@localhost",
    "ada@acme.example.",
    "ada@.example",
    "ada@acme..example",
    ".ada@acme.example",
    "ada.@acme.example",
    "a..da@acme.example",
    "a da@acme.example",
    "ada @acme.example",
    "ada@ acme.example",
    "ada@acme.exa mple",
    "ada@acme_corp.example",
    "ada@-acme.example",
    "ada@acme-.example",
    "ada@[127.0.0.1]",
    "ada@[IPv6:::1]",
    "ada@127.0.0.1",
    "ada@0x7f.1",
    "ada@acme.0x7f",
    "Ada <ada@acme.example>",
    "<ada@acme.example>",
    '"ada"@acme.example',
    '"evil@attacker.example x"@acme.example',
    "ada(comment)@acme.example",
    "ada@acme.example(comment)",
    "ada@acme.example,eve@attacker.example",
    "ada@acme.example;eve@attacker.example",
    "friends:ada@acme.example;",
    "ada@attacker.example@acme.example",
    "ada@acme.example\r\nBcc: eve@attacker.example",
    "ada\u0000@acme.example",
    "ada@acme.example\u0000",
    "ada@ac\u202eme.example",
    "ada@xn--a.example",
    "ada@xn--\u00fc.example",
  ])("refuses %j", (input) => {
    expect(spellEmail(input)).toEqual({ fault: expect.stringMatching(/^[A-Z].*\.$/) });
  });

  it("refuses a local part that is not ASCII, also where lower case would make it so", () => {
    for (const input of [
      "cüre@acme.example",
      "mıke@acme.example",
      "\u212aate@acme.example",
      "ａda@acme.example",
      "a\u200db@acme.example",
    ])
      expect(spellEmail(input)).toEqual({ fault: "Letters outside a-z cannot stand before the @ of an email address." });
  });

  it("keeps to the lengths of RFC 5321", () => {
    const domain = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(57)}.ex`;
    expect(spelled(`${"x".repeat(64)}@acme.example`)).not.toBeNull();
    expect(spelled(`${"x".repeat(65)}@acme.example`)).toBeNull();
    expect(spelled(`${"x".repeat(64)}@${domain}`)).toHaveLength(253);
    expect(spelled(`${"x".repeat(64)}@aa${domain.slice(0, 50)}.${domain}`)).toBeNull();
    expect(spelled(`x@${"a".repeat(64)}.example`)).toBeNull();
    expect(spelled(`x@${"é".repeat(1_000_000)}.example`)).toBeNull();
  });

  it("keeps apart what databases' collations take for the same", () => {
    for (const [one, other] of [
      ["cure53.de", "cüre53.de"],
      ["strasse.de", "straße.de"],
      ["mike.de", "mıke.de"],
      ["ab.de", "a\u200db.de"],
    ] as const) {
      const first = spelled(`info@${one}`);
      expect(first).not.toBeNull();
      expect(spelled(`info@${other}`)).not.toBe(first);
    }
  });

  it("takes for the same what differs in case, outer blanks or width", () => {
    for (const other of ["A@ACME.example", "a@acme.example ", "a@ａcme.example"]) expect(spelled(other)).toBe("a@acme.example");
  });

  it("never throws, and changes nothing the second time", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      almostEmails,
      fc.emailAddress(),
      fc.string().map((text) => `${text}@${text}.example`),
    );
    fc.assert(
      fc.property(anything, (input) => {
        const email = spelled(input);
        if (email === null) return;
        expect(spelled(email)).toBe(email);
        expect(email).toMatch(/^[\x21-\x7e]{1,64}@[a-z0-9.-]+$/);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("spelling a domain", () => {
  it("is idempotent and is what an address's domain becomes", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.domain(),
          almostEmails.map((email) => email.slice(email.lastIndexOf("@") + 1)),
        ),
        (input) => {
          const answer = spellDomain(input);
          if ("fault" in answer) return;
          expect(spellDomain(answer.domain)).toEqual(answer);
          const email = spelled(`a@${input}`);
          if (email !== null) expect(domainOf(email)).toBe(answer.domain);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("refuses single labels, wildcards, addresses and IP numbers", () => {
    for (const input of [
      "example",
      "*.example.com",
      "a@example.com",
      "https://example.com",
      "example.com/x",
      "10.0.0.1",
      "[::1]",
      "",
    ])
      expect(spellDomain(input)).toHaveProperty("fault");
  });
});

describe("public domains", () => {
  it("are mail providers and suffixes that anyone can register under", () => {
    for (const domain of ["gmail.com", "qq.com", "co.uk", "github.io", "com", "xn--55qx5d.cn"])
      expect(isPublicDomain(domain)).toBe(true);
  });

  it("are not a company's own, nor reserved names", () => {
    for (const domain of ["acme.co.uk", "acme.github.io", "mail.acme.com", "acme.example", "acme.test", "xn--bcher-kva.de"])
      expect(isPublicDomain(domain)).toBe(false);
  });
});
