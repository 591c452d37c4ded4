import { describe, expect, it } from "vitest";
import { newToken } from "../../src/secrets/token.ts";
import { createLog, type LogLevel } from "../../src/server/log.ts";

function openLog(level: LogLevel = "debug") {
  const lines: string[] = [];
  const log = createLog({ level, destination: { write: (line) => lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "{}") };
}

const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n";

describe("the log", () => {
  it("writes one line of JSON with level, time, facts and a sentence", () => {
    const { log, lines, last } = openLog();
    log.info({ siteId: "sit_1", count: 3, held: false, note: null }, "Synced\nthe site");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
    expect(last()).toMatchObject({ level: "info", siteId: "sit_1", count: 3, held: false, note: null, msg: "Synced\nthe site" });
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it("keeps quiet below its level", () => {
    const { log, lines } = openLog("warn");
    log.info("unheard");
    log.debug("unheard");
    log.error("heard");
    expect(lines).toHaveLength(1);
  });

  it.each([
    "authorization",
    "Authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "password",
    "newPassword",
    "passwordHash",
    "token",
    "accessToken",
    "idToken",
    "tokenHash",
    "secret",
    "SECRET_KEY",
    "clientSecret",
    "serviceAccountKey",
    "private_key",
    "credentials",
    "parameters",
    "sql",
  ])("hides the value of %s at any depth", (key) => {
    const { log, lines, last } = openLog();
    log.info({ [key]: "hush", a: { b: [{ c: { [key]: ["hush", { d: "hush" }] } }] } }, "ok");
    expect(lines.join("")).not.toContain("hush");
    expect(last()).toMatchObject({ [key]: "[hidden]", msg: "ok" });
  });

  it("shows what only sounds like a secret", () => {
    const { log, last } = openLog();
    const facts = {
      tokenId: "tok_1",
      passwordResetAt: "now",
      keyId: "k",
      groupKey: "grp_01jdabcdefghjkmnpqrs",
      hasPassword: true,
    };
    log.info(facts, "Basic information about the Bearer");
    expect(last()).toMatchObject({ ...facts, msg: "Basic information about the Bearer" });
  });

  it.each([
    ["an API token", newToken("gh_").token],
    ["a session", newToken("gs_").token],
    ["an invitation's link", `https://people.example/join#${newToken("gi_").token}`, newToken("gi_").token.slice(0, 3)],
    ["a PEM block", pem, "MIIEvQ"],
    ["a PEM block in JSON", JSON.stringify({ key: pem }), "MIIEvQ"],
    ["a PEM block cut short", pem.slice(0, 50), "MIIEvQ"],
    ["a bearer header", "Bearer abcdefghijklmnopqrstuv", "abcdef"],
    ["an ID token", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJ"],
    ["an access token of Google's", "ya29.a0AfH6SMBx-y_z", "a0Af"],
    ["a password's hash", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", "aGFzaA"],
    ["a URL's login", "mysql://gate:opensesame@db:3306/gatehouse", "opensesame"],
    ["a URL's query", "/signin/google/callback?code=4/abc&state=xyz", "4/abc"],
    ["another URL's query", "GET https://x.example/a?first=opensesame#top failed", "opensesame"],
  ])("hides %s wherever it stands", (_, text, secret = text) => {
    const { log, lines } = openLog();
    log.warn({ a: { b: [`x ${text} y`] } }, `before ${text} after`);
    log.child({ bound: text }).error(new Error(`failed with ${text}`));
    log.error({ error: Object.assign(new Error("outer"), { cause: new Error(text), detail: { text } }) });
    expect(lines).toHaveLength(3);
    expect(lines.join("")).not.toContain(secret);
    expect(lines[0]).toContain("before ");
  });

  it("shows errors with their stack, under either name", () => {
    const { log, last } = openLog();
    log.error({ error: new TypeError("boom") }, "It failed");
    expect(last()).toMatchObject({
      msg: "It failed",
      error: { type: "TypeError", message: "boom", stack: expect.stringContaining("log.test") },
    });
    log.error({ err: new Error("bang") });
    expect(last()).toMatchObject({ err: { message: "bang" } });
  });

  it("survives what cannot be written as JSON", () => {
    const { log, last } = openLog();
    const ring: Record<string, unknown> = { name: "ring" };
    ring.self = ring;
    log.info({ ring, none: undefined, call: () => 1 }, "round");
    expect(last()).toMatchObject({ msg: "round", ring: { name: "ring" } });
  });
});
