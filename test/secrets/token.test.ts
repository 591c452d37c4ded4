import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashToken, isToken, newToken, tokenShape } from "../../src/secrets/token.ts";

describe("a token", () => {
  it("names its kind, holds 256 bits, and is kept as a hash that fits a code column", () => {
    const { token, hash, hint } = newToken("gh_");
    expect(token).toMatch(/^gh_[\w-]{49}$/);
    expect(token).toMatch(tokenShape);
    expect(Buffer.from(token.slice(3, 46), "base64url")).toHaveLength(32);
    expect(hash).toBe(createHash("sha256").update(token).digest("hex"));
    expect(hashToken(token)).toBe(hash);
    expect(hint).toBe(token.slice(0, 7));
  });

  it("is never made twice", () => {
    expect(new Set(Array.from({ length: 1000 }, () => newToken("gs_").token)).size).toBe(1000);
  });

  it("is recognised as its own kind alone", () => {
    const { token } = newToken("gs_");
    expect(isToken("gs_", token)).toBe(true);
    expect(isToken("gi_", token)).toBe(false);
    expect(isToken("gi_", token.replace("gs_", "gi_"))).toBe(false);
  });

  it("is not recognised once any character of it is another", () => {
    const { token } = newToken("gi_");
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(..."aB9-_ ~é"), (at, char) => {
        const altered = token.slice(0, at) + char + token.slice(at + 1);
        expect(isToken("gi_", altered)).toBe(altered === token);
      }),
    );
  });

  it("is not seen in garbage, whatever it is", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !isToken("gh_", text) && !isToken("gh_", `gh_${text}`)));
    expect(isToken("gh_", "gh_".repeat(1_000_000))).toBe(false);
  });
});
