import { parseOptions } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import { hashPassword, passwordFault, verifyPassword } from "../../src/secrets/password.ts";

const password = "correct horse battery";

describe("a password", () => {
  it("is kept as argon2id with 19 MiB and two passes, each time with another salt", async () => {
    const [one, other] = await Promise.all([hashPassword(password), hashPassword(password)]);
    expect(one).toMatch(/^\$argon2id\$/);
    expect(parseOptions(one)).toMatchObject({ memoryCost: 19456, timeCost: 2, parallelism: 1, saltLen: 16, outputLen: 32 });
    expect(one).not.toBe(other);
  });

  it("is told from any other", async () => {
    const hash = await hashPassword(password);
    expect(await verifyPassword(hash, password)).toBe(true);
    expect(await verifyPassword(hash, `${password} `)).toBe(false);
    expect(await verifyPassword(hash, "")).toBe(false);
  });

  it("is nobody's where there is no hash", async () => {
    expect(await verifyPassword(null, password)).toBe(false);
    expect(await verifyPassword(null, "")).toBe(false);
  });

  it("counts beyond the 72 bytes that some hashes end at", async () => {
    const long = "x".repeat(255);
    const hash = await hashPassword(`${long}a`);
    expect(await verifyPassword(hash, `${long}a`)).toBe(true);
    expect(await verifyPassword(hash, `${long}b`)).toBe(false);
    expect(await verifyPassword(hash, `${long}a`.repeat(1000))).toBe(false);
  });

  it("is the same however its accents are composed", async () => {
    expect(await verifyPassword(await hashPassword("motdepasse é à"), "motdepasse e\u0301 a\u0300")).toBe(true);
  });

  it("has 12 to 256 characters", async () => {
    for (const good of ["x".repeat(12), "🙂".repeat(12), "x".repeat(256), "🙂".repeat(256)])
      expect(passwordFault(good)).toBeNull();
    for (const bad of ["", "x".repeat(11), "🙂".repeat(6), "x".repeat(257), "e\u0301".repeat(11), "x".repeat(10_000_000)])
      expect(passwordFault(bad)).toBe("A password has 12 to 256 characters.");
    await expect(hashPassword("short")).rejects.toThrow(TypeError);
  });

  it("passes a flood of tries, one after the other", async () => {
    const hash = await hashPassword(password);
    const tries = await Promise.all(
      Array.from({ length: 12 }, (_, index) => verifyPassword(hash, index === 7 ? password : `wrong password ${index}`)),
    );
    expect(tries.flatMap((right, index) => (right ? [index] : []))).toEqual([7]);
  });

  it("is a bug where the hash is no hash", async () => {
    await expect(verifyPassword("not a hash", password)).rejects.toThrow();
  });
});
