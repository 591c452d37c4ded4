import { domainToUnicode } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainAddress } from "../../src/mail/sender.ts";
import { domainOf, spellDomain, spellEmail } from "../../src/model/email.ts";

const spelled = (input: string) => {
  const answer = spellEmail(input);
  return "email" in answer ? answer.email : null;
};
/** Rule 1.3 holds for whatever is tried: many runs, each in microseconds. */
const runs = { numRuns: 2000 };

const atom = fc.string({ unit: fc.constantFrom(..."abcxyzABCXYZ0189!#$%&'*+/=?^_`{|}~-"), minLength: 1, maxLength: 12 });
const locals = fc.array(atom, { minLength: 1, maxLength: 4 }).map((atoms) => atoms.join("."));
const label = fc.string({ unit: fc.constantFrom(..."abcxyzABCXYZ0189"), minLength: 1, maxLength: 12 });
/** Of letters that IDNA keeps or maps, none of which stands for another of them. */
const idnLabel = fc.string({ unit: fc.constantFrom(..."abcüéßñøåжшд猫例"), minLength: 1, maxLength: 8 });
const asciiDomains = fc.tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.constantFrom("com", "example", "co.uk"));
const domains = asciiDomains.map(([labels, top]) => [...labels, top].join("."));
const idnDomains = fc.tuple(idnLabel, fc.constantFrom("com", "example", "de")).map((parts) => parts.join("."));
const blanks = fc.string({ unit: fc.constantFrom(..." \t\r\n\u00a0\u3000\ufeff"), maxLength: 3 });

/** The text with each letter up or down as the bits say. */
function recased(text: string, bits: readonly boolean[]): string {
  return [...text].map((char, at) => (bits[at % Math.max(1, bits.length)] ? char.toUpperCase() : char.toLowerCase())).join("");
}

describe("the one spelling of an address", () => {
  it("rule 1.3: is the same however an address is cased and whatever blanks stand around it", () => {
    fc.assert(
      fc.property(
        locals,
        domains,
        fc.array(fc.boolean(), { minLength: 1 }),
        blanks,
        blanks,
        (local, domain, bits, before, after) => {
          const email = spelled(`${local}@${domain}`);
          expect(email).toBe(`${local}@${domain}`.toLowerCase());
          expect(spelled(`${before}${recased(`${local}@${domain}`, bits)}${after}`)).toBe(email);
        },
      ),
      runs,
    );
  });

  it("rule 1.3: is the same for a domain composed, decomposed, in upper case, and in ASCII already", () => {
    fc.assert(
      fc.property(locals, idnDomains, (local, domain) => {
        const email = spelled(`${local}@${domain}`);
        if (email === null) return; // Letters of several scripts may not stand in one name.
        for (const form of ["NFC", "NFD"] as const) expect(spelled(`${local}@${domain.normalize(form)}`)).toBe(email);
        expect(spelled(`${local}@${domain.replace(/[^ß]/gu, (char) => char.toUpperCase())}`)).toBe(email);
        expect(spelled(`${local}@${domainToUnicode(domainOf(email))}`)).toBe(email);
      }),
      runs,
    );
  });

  it("rule 1.3: is one plain ASCII mailbox that spelling again leaves alone, whatever it was made of", () => {
    const anything = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.emailAddress());
    const joined = fc.tuple(anything, anything).map((sides) => sides.join("@"));
    fc.assert(
      fc.property(fc.oneof(anything, joined), (input) => {
        const email = spelled(input);
        if (email === null) return;
        expect(spelled(email)).toBe(email);
        expect(email).toMatch(plainAddress);
        expect(email).toBe(email.toLowerCase());
        expect(email.length).toBeLessThanOrEqual(254);
      }),
      { numRuns: 5000 },
    );
  });

  it("rule 1.3: never makes one person of two: local parts that differ by more than case stay apart", () => {
    fc.assert(
      fc.property(locals, locals, domains, (one, other, domain) => {
        const [first, second] = [spelled(`${one}@${domain}`), spelled(`${other}@${domain}`)];
        expect(first === second).toBe(one.toLowerCase() === other.toLowerCase());
      }),
      runs,
    );
  });

  it("T21: does not take an address in which a parser could find a second one", () => {
    const breaking = fc.constantFrom(...'\r\n\0\t "\\()<>[],;:@\u007f\u0085\u2028\u202e\u200b\uff20');
    fc.assert(
      fc.property(locals, domains, breaking, fc.nat(), (local, domain, char, where) => {
        const address = `${local}@${domain}`;
        const at = 1 + (where % (address.length - 1)); // between two characters: blanks around are trimmed
        const broken = address.slice(0, at) + char + address.slice(at);
        // In a domain IDNA leaves out what is not seen; the mailbox is the same one then.
        const email = spelled(broken);
        if (email !== null) expect([char, email]).toEqual(["\u200b", address.toLowerCase()]);
      }),
      runs,
    );
  });

  it("T20: takes no letter outside ASCII before the @, also where lower case or NFKC would make it one inside", () => {
    const foreign = fc.oneof(
      fc.constantFrom(..."ıİKſａüéаⓐ\u0301\u200d"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(locals, foreign, fc.nat(), domains, (local, char, where, domain) => {
        fc.pre(/[^\0-\x7f]/.test(char) && char.trim() !== "");
        const at = where % (local.length + 1);
        expect(spelled(`${local.slice(0, at)}${char}${local.slice(at)}@${domain}`)).toBeNull();
      }),
      runs,
    );
  });

  it("T23: looks at no more than an address can be, and cuts none short", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 80 }), (domainLength, localLength) => {
        const domain = `${"a.".repeat(domainLength)}example`;
        const address = `${"x".repeat(localLength)}@${domain}`;
        const fits = localLength <= 64 && address.length <= 254 && domain.length <= 253;
        expect(spelled(address)).toBe(fits ? address : null);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the one spelling of a domain", () => {
  it("rule 1.3: is what stands in the address", () => {
    fc.assert(
      fc.property(fc.oneof(domains, idnDomains), (domain) => {
        const email = spelled(`a@${domain}`);
        expect(spellDomain(domain)).toEqual(email === null ? { fault: expect.any(String) } : { domain: domainOf(email) });
      }),
      runs,
    );
  });
});
