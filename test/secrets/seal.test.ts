import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { open, SealBroken, seal } from "../../src/secrets/seal.ts";

const key = randomBytes(32);

describe("a seal", () => {
  it("gives back what it was put on", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: "grapheme" }), (context, plain) => {
        expect(open(key, context, seal(key, context, plain))).toBe(plain);
      }),
    );
  });

  it("says its version, hides the text, and is another each time", () => {
    const sealed = seal(key, "directory:1", "a private key");
    expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/);
    expect(Buffer.from(sealed.split(".")[2] ?? "", "base64url").toString()).not.toContain("private");
    expect(seal(key, "directory:1", "a private key")).not.toBe(sealed);
  });

  it("does not open with another key or in another place", () => {
    const sealed = seal(key, "directory:1", "a private key");
    expect(() => open(randomBytes(32), "directory:1", sealed)).toThrow(SealBroken);
    expect(() => open(key, "directory:2", sealed)).toThrow(SealBroken);
  });

  it("does not open once a bit of it is another", () => {
    const parts = seal(key, "directory:1", "a private key").split(".");
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3), fc.nat(), fc.nat(7), (part, where, bit) => {
        const bytes = Buffer.from(parts[part] ?? "", "base64url");
        const at = where % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const altered = parts.with(part, bytes.toString("base64url")).join(".");
        expect(() => open(key, "directory:1", altered)).toThrow(SealBroken);
      }),
    );
  });

  it("refuses a shorter tag, another version and garbage, without a word of what was hidden", () => {
    const sealed = seal(key, "directory:1", "a private key");
    const [version, nonce, hidden, tag = ""] = sealed.split(".");
    const shortTag = Buffer.from(tag, "base64url").subarray(0, 4).toString("base64url");
    for (const altered of [
      [version, nonce, hidden, shortTag].join("."),
      sealed.replace("v1", "v2"),
      `${sealed}.x`,
      sealed.slice(3),
      "",
      "v1...",
      "v1.a.b.c",
    ])
      expect(() => open(key, "directory:1", altered)).toThrow(SealBroken);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(() => open(key, "directory:1", `v1.${text}`)).toThrow(SealBroken);
      }),
    );
  });

  it("is a bug with a key that is not 32 bytes", () => {
    expect(() => seal(randomBytes(16), "directory:1", "x")).toThrow(RangeError);
  });
});
