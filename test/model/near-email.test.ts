import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { domainTypo, nearEmails, nearMiss, squashEmail, taggedRange } from "../../src/model/near-email.ts";

const locals = fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,10}[a-z0-9])?$/);

describe("a near miss", () => {
  it.each([
    ["one letter more", "adaa@acme.example"],
    ["one letter less", "aa@acme.example"],
    ["another letter", "ida@acme.example"],
    ["two letters swapped", "daa@acme.example"],
    ["a letter of the domain", "ada@acne.example"],
    ["dots", "a.d.a@acme.example"],
    ["a plus tag", "ada+news@acme.example"],
    ["dots and a plus tag", "a.da+news@acme.example"],
  ])("is %s", (_, other) => {
    expect(nearMiss("ada@acme.example", ["bob@acme.example", other])).toBe(other);
    expect(nearMiss(other, ["ada@acme.example"])).toBe("ada@acme.example");
  });

  it("is neither the same address nor one two letters away", () => {
    for (const other of ["ada@acme.example", "aadaa@acme.example", "bob@acme.example", "dab@acme.example", "ada@other.example"])
      expect(nearMiss("ada@acme.example", [other])).toBeNull();
    expect(nearMiss("ada@acme.example", [])).toBeNull();
  });
});

describe("looking up near addresses by an index", () => {
  it("finds whatever the comparison would find by one letter of the local part", () => {
    fc.assert(
      fc.property(locals, locals, (one, other) => {
        const [email, near] = [`${one}@acme.example`, `${other}@acme.example`];
        const candidates = nearEmails(email);
        expect(candidates).not.toContain(email);
        if (nearMiss(email, [near]) && Math.abs(one.length - other.length) < 2 && squashEmail(email) !== squashEmail(near))
          expect(candidates).toContain(near);
      }),
    );
    fc.assert(
      fc.property(locals, fc.nat(), fc.constantFrom(..."abz09._-"), (local, where, key) => {
        const at = where % (local.length + 1);
        for (const other of [local.slice(0, at) + key + local.slice(at), local.slice(0, at) + key + local.slice(at + 1)])
          if (other !== local) expect(nearEmails(`${local}@acme.example`)).toContain(`${other}@acme.example`);
      }),
    );
  });

  it("offers only near addresses, and not too many of them", () => {
    const candidates = nearEmails("ada.lovelace+x@acme.example");
    for (const candidate of candidates) expect(nearMiss("ada.lovelace+x@acme.example", [candidate])).toBe(candidate);
    expect(candidates).toContain("ada.lovelace@acme.example");
    expect(candidates).toContain("adalovelace@acme.example");
    expect(candidates.length).toBeLessThan(80 * 15);
  });

  it("finds plus tags in a range of bytes", () => {
    const [from, before] = taggedRange("ada.lovelace@acme.example");
    const within = (email: string) => email >= from && email < before;
    expect(within("ada.lovelace+news@acme.example")).toBe(true);
    expect(within("ada.lovelace@acme.example") || within("ada.lovelace2@acme.example")).toBe(false);
  });
});

describe("squashing an address", () => {
  it("leaves out dots and plus tag, never the whole local part", () => {
    expect(squashEmail("a.da+x.y+z@acme.example")).toBe("ada@acme.example");
    expect(squashEmail("+x@acme.example")).toBe("+x@acme.example");
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        expect(squashEmail(squashEmail(email))).toBe(squashEmail(email));
      }),
    );
  });
});

describe("a domain's typo", () => {
  it.each([
    ["gmial.com", "gmail.com"],
    ["outlok.com", "outlook.com"],
    ["gmail.con", "gmail.com"],
    ["gmial.con", "gmail.com"],
    ["acme.con", "acme.com"],
  ])("%s is meant to be %s", (typed, meant) => {
    expect(domainTypo(typed)).toBe(meant);
  });

  it("is not seen in what is right", () => {
    for (const domain of ["gmail.com", "acme.example", "acme.co", "mail.com"]) expect(domainTypo(domain)).toBeNull();
  });
});
