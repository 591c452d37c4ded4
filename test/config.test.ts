import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigFault, readConfig, readDatabaseSetting, settings } from "../src/config.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const enough = { PUBLIC_URL: "https://people.example.com", SECRET_KEY: key };

function faultsOf(env: NodeJS.ProcessEnv, options = {}): readonly string[] {
  try {
    readConfig(env, options);
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults;
    throw error;
  }
  return [];
}

describe("the settings", () => {
  it("need no more than a public URL and a key", () => {
    expect(readConfig(enough)).toEqual({
      database: { kind: "sqlite", file: "./gatehouse.db" },
      host: "127.0.0.1",
      port: 4000,
      publicUrl: "https://people.example.com",
      secretKey: Buffer.alloc(32, 7),
      smtpUrl: null,
      mailFrom: "no-reply@people.example.com",
      signInProviders: [],
      trustedProxies: [],
      googleApiUrl: null,
      googleTokenUrl: null,
      googleQueriesPerMinute: 2400,
      costPerMinute: 100_000,
      domains: { dnsServer: null, privateAddresses: "refuse", httpsPort: 443 },
      logLevel: "info",
      executor: "jit",
      syncChangesDays: 90,
    });
  });

  it("can all be given", () => {
    const config = readConfig({
      ...enough,
      DATABASE_URL: "mysql://gate:p%40ss@db1:3307,db2/people",
      HOST: "0.0.0.0",
      PORT: "0",
      SMTP_URL: "smtps://user:hush@mail.example.com",
      MAIL_FROM: "Gatehouse <people@example.com>",
      TRUSTED_PROXIES: "10.0.0.0/8, ::1,192.0.2.7",
      GOOGLE_API_URL: "http://127.0.0.1:9000",
      GOOGLE_TOKEN_URL: "http://127.0.0.1:9000/token",
      GOOGLE_QUERIES_PER_MINUTE: "1200",
      COST_PER_MINUTE: "50000",
      DOMAIN_DNS_SERVER: "[::1]:5353",
      DOMAIN_PRIVATE_ADDRESSES: "allow",
      DOMAIN_HTTPS_PORT: "8443",
      LOG_LEVEL: "debug",
      EXECUTOR: "js",
      SYNC_CHANGES_DAYS: "7",
    });
    expect(config).toMatchObject({
      database: {
        kind: "mysql",
        hosts: [
          { host: "db1", port: 3307 },
          { host: "db2", port: 3306 },
        ],
        user: "gate",
        password: "p@ss",
        database: "people",
      },
      host: "0.0.0.0",
      port: 0,
      smtpUrl: "smtps://user:hush@mail.example.com",
      mailFrom: "Gatehouse <people@example.com>",
      trustedProxies: ["10.0.0.0/8", "::1", "192.0.2.7"],
      googleApiUrl: "http://127.0.0.1:9000/",
      googleTokenUrl: "http://127.0.0.1:9000/token",
      googleQueriesPerMinute: 1200,
      costPerMinute: 50_000,
      logLevel: "debug",
      executor: "js",
      syncChangesDays: 7,
    });
  });

  it("take an empty text for none", () => {
    expect(readConfig({ ...enough, PORT: "", SMTP_URL: " ", DATABASE_URL: "" })).toEqual(readConfig(enough));
  });

  it("are told all at once when they make no sense", () => {
    const env = {
      DATABASE_URL: "postgres://db",
      PORT: "http",
      PUBLIC_URL: "people",
      LOG_LEVEL: "loud",
      SMTP_URL: "mail",
      EXECUTOR: "wasm",
    };
    const faults = faultsOf(env);
    expect(faults.map((fault) => fault.split(" ")[0]).sort()).toEqual([
      "DATABASE_URL",
      "EXECUTOR",
      "LOG_LEVEL",
      "PORT",
      "PUBLIC_URL",
      "SECRET_KEY",
      "SMTP_URL",
    ]);
    for (const fault of faults) expect(fault).toMatch(/^[A-Z_]+ (must|is missing)/);
    expect(() => readConfig(env)).toThrow(/^The settings are not complete:\n(- .*\n?){7}$/);
  });

  it("never repeat a value in what they say", () => {
    const env = Object.fromEntries(settings.map(({ name }) => [name, "://hush?hush@hush:hush hush"]));
    const faults = faultsOf(env);
    expect(faults).toHaveLength(settings.length);
    expect(faults.join("\n")).not.toContain("hush");
  });

  it("are described, with what they begin with", () => {
    for (const { name, description } of settings) expect(`${name}: ${description}`).toMatch(/^[A-Z_]+: .{20,}\.$/);
    expect(settings.find(({ name }) => name === "PORT")).toMatchObject({ initially: "4000", required: false, secret: false });
    expect(settings.find(({ name }) => name === "SECRET_KEY")).toMatchObject({ initially: null, required: true, secret: true });
    for (const { initially } of settings) expect(initially ?? "").not.toMatch(/^function|\[object/);
  });
});

describe("PUBLIC_URL", () => {
  it.each([
    "https://people.example.com/",
    "https://10.1.2.3:8443",
    "http://localhost:4000",
    "http://127.0.0.1:4000",
    "http://[::1]:4000",
  ])("may be %s", (url) => {
    expect(readConfig({ ...enough, PUBLIC_URL: url, MAIL_FROM: "a@example.com" }).publicUrl).toBe(url.replace(/\/$/, ""));
  });

  it.each([
    "http://people.example.com",
    "http://localhost.example.com",
    "https://people.example.com/path",
    "https://user:pw@people.example.com",
    "https://people.example.com?x",
    "https://people.example.com#x",
    "people.example.com",
    "ftp://people.example.com",
    "javascript:alert(1)",
  ])("may not be %s", (url) => {
    expect(faultsOf({ ...enough, PUBLIC_URL: url })).toEqual([expect.stringMatching(/^PUBLIC_URL must/)]);
  });

  it("needs a sender besides when its host is no domain, but on this very machine", () => {
    expect(faultsOf({ ...enough, PUBLIC_URL: "https://10.1.2.3" })).toEqual([expect.stringMatching(/^MAIL_FROM is missing/)]);
    expect(readConfig({ ...enough, PUBLIC_URL: "http://127.0.0.1:4000" }).mailFrom).toBe("no-reply@gatehouse.example");
  });
});

describe("single settings", () => {
  it.each([
    ["SECRET_KEY", "short"],
    ["SECRET_KEY", Buffer.alloc(31).toString("base64")],
    ["SECRET_KEY", Buffer.alloc(33).toString("base64")],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "0x10"],
    ["HOST", "a b"],
    ["MAIL_FROM", "no-reply@localhost"],
    ["MAIL_FROM", "a@example.com, b@example.com"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "proxy.example.com"],
    ["TRUSTED_PROXIES", "10.0.0.0/8/8"],
    ["GOOGLE_API_URL", "ftp://127.0.0.1"],
    ["GOOGLE_TOKEN_URL", "http://a:b@127.0.0.1"],
    ["GOOGLE_QUERIES_PER_MINUTE", "0"],
    ["COST_PER_MINUTE", "10099"],
    ["DOMAIN_DNS_SERVER", "dns.example.com"],
    ["DOMAIN_DNS_SERVER", "127.0.0.1:99999"],
    ["DOMAIN_PRIVATE_ADDRESSES", "yes"],
    ["DOMAIN_HTTPS_PORT", "0"],
    ["SYNC_CHANGES_DAYS", "0"],
  ])("%s refuses %s", (name, value) => {
    expect(faultsOf({ ...enough, [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
  });
});

describe("DATABASE_URL", () => {
  it.each([
    ["sqlite:/var/lib/gatehouse/data.db", { kind: "sqlite", file: "/var/lib/gatehouse/data.db" }],
    [
      "mysql://root@127.0.0.1:33306/test",
      { kind: "mysql", hosts: [{ host: "127.0.0.1", port: 33306 }], user: "root", password: "", database: "test" },
    ],
    [
      "mysql://a:@[::1]:3306/test",
      { kind: "mysql", hosts: [{ host: "::1", port: 3306 }], user: "a", password: "", database: "test" },
    ],
  ])("may be %s", (url, setting) => {
    expect(readDatabaseSetting({ DATABASE_URL: url })).toEqual(setting);
  });

  it.each([
    "sqlite:",
    "sqlite::memory:",
    "sqlite://data.db",
    "mysql://",
    "mysql://db",
    "mysql://u:p@/x",
    "mysql://u:p:q@db/x",
    "mysql://u:p%zz@db/x",
    "mysql://u@db,/x",
    "mysql://u@db:99999/x",
    "mysql://u@db/x?ssl=1",
    "postgres://db/x",
  ])("may not be %s", (url) => {
    expect(() => readDatabaseSetting({ DATABASE_URL: url })).toThrow(ConfigFault);
  });
});

describe("secrets in files", () => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-config-"));
  const fileOf = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it("stand for the setting, without the line's end", () => {
    const env = {
      PUBLIC_URL: enough.PUBLIC_URL,
      SECRET_KEY_FILE: fileOf("key", `${key}\n`),
      SMTP_URL_FILE: fileOf("smtp", "smtp://mail.example.com\r\n"),
    };
    expect(readConfig(env)).toMatchObject({ secretKey: Buffer.alloc(32, 7), smtpUrl: "smtp://mail.example.com" });
    expect(readDatabaseSetting({ DATABASE_URL_FILE: fileOf("database", "sqlite:x.db") })).toEqual({
      kind: "sqlite",
      file: "x.db",
    });
  });

  it("are refused when missing, empty, or given besides the setting", () => {
    expect(faultsOf({ ...enough, SMTP_URL_FILE: join(folder, "hush") })).toEqual([
      "SMTP_URL_FILE names a file that cannot be read.",
    ]);
    expect(faultsOf({ ...enough, SMTP_URL_FILE: fileOf("empty", "\n") })).toEqual(["SMTP_URL_FILE names an empty file."]);
    expect(faultsOf({ ...enough, SECRET_KEY_FILE: fileOf("key", key) })).toEqual([
      "SECRET_KEY and SECRET_KEY_FILE are both given: give one of them.",
    ]);
  });
});

describe("the demo", () => {
  it("needs no settings at all", () => {
    const config = readConfig({}, { demo: true });
    expect(config).toMatchObject({ publicUrl: "http://127.0.0.1:4000", mailFrom: "no-reply@gatehouse.example" });
    expect(config.secretKey).toHaveLength(32);
    expect(config.secretKey).not.toEqual(readConfig({}, { demo: true }).secretKey);
  });

  it("is reached at a name where it listens everywhere", () => {
    expect(readConfig({ HOST: "0.0.0.0", PORT: "80" }, { demo: true }).publicUrl).toBe("http://localhost:80");
    expect(readConfig({ HOST: "::1" }, { demo: true }).publicUrl).toBe("http://[::1]:4000");
  });

  it("checks what it is given all the same", () => {
    expect(faultsOf({ PORT: "x", SECRET_KEY: "short" }, { demo: true })).toHaveLength(2);
  });
});

describe("the providers to sign in with", () => {
  const google = { name: "google", issuer: "https://accounts.google.com", clientId: "1.apps.example", sites: ["acme", "other"] };
  const faults = (providers: unknown) => faultsOf({ ...enough, OIDC_PROVIDERS: JSON.stringify(providers) });

  it("are read from a list, and Google is known by its issuer", () => {
    const own = {
      name: "own-id",
      issuer: "http://localhost:9000/realm",
      clientId: "gatehouse",
      clientSecret: "hush",
      sites: ["*"],
    };
    const { signInProviders } = readConfig({
      ...enough,
      OIDC_PROVIDERS: JSON.stringify([google, own, { ...own, name: "g", google: true }]),
    });
    expect(signInProviders).toEqual([
      { ...google, clientSecret: null, isGoogle: true },
      { ...own, isGoogle: false },
      { ...own, name: "g", isGoogle: true },
    ]);
  });

  it("can be given as a file, since there are secrets in it", () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-config-"));
    const file = join(folder, "providers.json");
    writeFileSync(file, JSON.stringify([google]));
    expect(readConfig({ ...enough, OIDC_PROVIDERS_FILE: file }).signInProviders).toHaveLength(1);
    rmSync(folder, { recursive: true });
    expect(settings.find(({ name }) => name === "OIDC_PROVIDERS")).toMatchObject({ secret: true, required: false });
  });

  it.each([
    ["name", "Google"],
    ["name", "../callback"],
    ["issuer", "http://accounts.example.com"],
    ["issuer", "https://accounts.example.com/?realm=1"],
    ["issuer", "https://user:hush@accounts.example.com"],
    ["issuer", "accounts.google.com"],
    ["clientId", ""],
    ["clientId", undefined],
    ["clientSecret", 7],
    ["sites", []],
    ["sites", "acme"],
    ["sites", ["Acme"]],
    ["google", "yes"],
  ])("are refused with the %s %j, without repeating it", (part, value) => {
    const found = faults([google, { ...google, name: "other", [part]: value }]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^OIDC_PROVIDERS, provider 2: ${part} must be`));
    expect(found[0]).not.toContain("hush");
  });

  it("are refused when they are no list, have a part that is unknown, or share a name; all faults at once", () => {
    for (const odd of [{}, "google", 7, null]) expect(faults(odd)).toEqual(["OIDC_PROVIDERS must be a list in JSON."]);
    expect(faultsOf({ ...enough, OIDC_PROVIDERS: "[hush" })).toEqual(["OIDC_PROVIDERS must be a list in JSON."]);
    expect(faults([{ ...google, secret: "hush" }])).toEqual(["OIDC_PROVIDERS, provider 1: it has what no provider has."]);
    expect(faults([google, google])).toEqual(["OIDC_PROVIDERS: two providers have the same name."]);
    expect(faults([{}])).toHaveLength(4);
  });
});
