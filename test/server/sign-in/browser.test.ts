import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ownAddress } from "../../../src/server/sign-in/attempt.ts";
import { openGateway, type TestGateway } from "../../support/gateway.ts";
import { buildPeopleHouse, type Joined, type PeopleHouse } from "../../support/people-house.ts";
import { TestBrowser } from "../../support/test-browser.ts";
import { startTestProvider, type TestProvider } from "../../support/test-provider.ts";

let house: PeopleHouse;
let provider: TestProvider;
let gateway: TestGateway;
let ann: Joined;
beforeAll(async () => {
  house = await buildPeopleHouse();
  await house.verifyDomain("acme.example");
  provider = await startTestProvider();
  gateway = await openGateway(house, "jit", { signInProviders: [provider.settings] });
  ann = await house.joinByLink("ann@acme.example");
});
afterAll(async () => {
  await gateway.server.close();
  await provider.close();
  await house.close();
});
beforeEach(() => {
  provider.next = { sub: "s-ann", email: "ann@acme.example", email_verified: true, name: "Ann" };
  provider.broken.clear();
});

let people = 0;
const start = "/signin/acme-id?site=acme";
const isCallback = (url: string) => url.includes("/callback");
const browse = () => new TestBrowser(gateway.server);
const sessions = async () => (await house.rows("SELECT id FROM Session")).length;
const viewerOf = async (browser: TestBrowser) => {
  const answer = await gateway.server.inject({
    method: "POST",
    url: "/graphql",
    headers: {
      "content-type": "application/json",
      "gatehouse-site": "acme",
      cookie: `gatehouse_session=${browser.cookie("gatehouse_session")}`,
    },
    payload: JSON.stringify({ query: "{ viewer { user { email } } }" }),
  });
  return answer.json().data.viewer?.user?.email;
};

describe("signing in by browser", () => {
  it("rule 9.1: goes to the provider with PKCE, state and nonce, and comes back signed in", async () => {
    const browser = browse();
    const end = await browser.visit(`${start}&returnTo=/users?first=5`);
    expect(end.url).toBe("http://127.0.0.1:4000/users?first=5");
    expect(await viewerOf(browser)).toBe("ann@acme.example");
    const asked = new URL(browser.path[1] ?? "").searchParams;
    expect(Object.fromEntries(asked)).toEqual({
      response_type: "code",
      client_id: "gatehouse",
      redirect_uri: "http://127.0.0.1:4000/signin/acme-id/callback",
      scope: "openid email profile",
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
    expect((await house.trail()).last).toMatchObject({ action: "signInWithIdToken", findable: [ann.userId] });
  });

  it("is offered to whoever asks, and starts where it says", async () => {
    const ask = "{ signInProviders { name issuer startUrl } }";
    const headers = { "content-type": "application/json", "gatehouse-site": "acme" };
    const answer = await gateway.server.inject({
      method: "POST",
      url: "/graphql",
      headers,
      payload: JSON.stringify({ query: ask }),
    });
    const startUrl = "http://127.0.0.1:4000/signin/acme-id?site=acme";
    expect(answer.json()).toMatchObject({ data: { signInProviders: [{ name: "acme-id", issuer: provider.issuer, startUrl }] } });
    const abroad = { ...headers, "gatehouse-site": "elsewhere" };
    const other = await gateway.server.inject({
      method: "POST",
      url: "/graphql",
      headers: abroad,
      payload: JSON.stringify({ query: ask }),
    });
    expect(other.json<{ data: object }>().data).toEqual({ signInProviders: [] });
  });

  it("rule 9.3, T29: gives a new session in an HttpOnly SameSite cookie, whatever the browser had before", async () => {
    const browser = browse();
    browser.cookies.set("http://127.0.0.1:4000 / gatehouse_session", "planted");
    const callback = await browser.visit(start, (url) => !isCallback(url) && url.endsWith(":4000/"));
    expect([callback.headers["set-cookie"]].flat().join("\n")).toMatch(
      /gatehouse_session=gs_[^;]+;.*Path=\/;.*HttpOnly; SameSite=Lax/,
    );
    expect(browser.cookie("gatehouse_session")).not.toBe("planted");
    expect(browser.cookie("gatehouse_signin")).toBeUndefined();
    expect(callback.headers["cache-control"]).toBe("no-store");
  });

  it("tells nothing of the attempt to whoever reads the cookie", async () => {
    const browser = browse();
    await browser.visit(start, (url) => url.startsWith(provider.issuer));
    const sealed = browser.cookie("gatehouse_signin") ?? "";
    const { state = "", nonce = "" } = Object.fromEntries(new URL((await browse().visit(start, () => true)).url).searchParams);
    expect(sealed).not.toContain(state);
    expect(sealed).not.toContain(nonce);
    expect(sealed).toMatch(/^v1\./);
  });
});

describe("coming back from the provider", () => {
  it("T18: is refused to a browser that did not begin, or began something else, and signs nobody in", async () => {
    const attacker = browse();
    const { url: stolen } = await attacker.visit(start, isCallback);
    const before = await sessions();
    const victim = browse();
    expect((await victim.visit(stolen)).status).toBe(403);
    await victim.visit(start, (next) => next.startsWith(provider.issuer));
    expect((await victim.visit(stolen)).status).toBe(403);
    expect(victim.cookie("gatehouse_session")).toBeUndefined();
    expect(victim.cookie("gatehouse_signin")).toBeDefined();
    expect(await sessions()).toBe(before);
    expect((await attacker.visit(stolen, () => true)).status).toBe(303);
  });

  it("works once: the browser's attempt and the provider's code are used up", async () => {
    const browser = browse();
    const { url } = await browser.visit(start, isCallback);
    const kept = new Map(browser.cookies);
    expect((await browser.visit(url, () => true)).status).toBe(303);
    expect((await browser.visit(url)).status).toBe(403);
    for (const [name, value] of kept) browser.cookies.set(name, value);
    const before = await sessions();
    expect((await browser.visit(url)).status).toBe(403);
    expect(await sessions()).toBe(before);
  });

  it.each([
    ["state", "of somebody else's"],
    ["state", null],
    ["code", "of somebody else's"],
    ["code", null],
    ["iss", "https://elsewhere.example"],
  ])("is refused with the %s %s", async (name, value) => {
    const browser = browse();
    const callback = new URL((await browser.visit(start, isCallback)).url);
    if (value === null) callback.searchParams.delete(name);
    else callback.searchParams.set(name, value);
    const before = await sessions();
    const { status, body } = await browser.visit(callback.href);
    expect(status).toBe(403);
    expect(body).not.toContain("elsewhere");
    expect(await sessions()).toBe(before);
  });

  it("is refused where the ID token has another nonce than was asked for", async () => {
    const browser = browse();
    const toProvider = new URL((await browser.visit(start, (url) => url.startsWith(provider.issuer))).url);
    toProvider.searchParams.set("nonce", "another");
    const before = await sessions();
    expect((await browser.visit(toProvider.href)).status).toBe(403);
    expect(await sessions()).toBe(before);
  });

  it("is refused where the code was asked for with another PKCE challenge", async () => {
    const browser = browse();
    const toProvider = new URL((await browser.visit(start, (url) => url.startsWith(provider.issuer))).url);
    toProvider.searchParams.set("code_challenge", "x".repeat(43));
    expect((await browser.visit(toProvider.href)).status).toBe(403);
  });

  it("says so when the person does not want to, or may not come in", async () => {
    provider.next = null;
    const declined = await browse().visit(start);
    expect(declined).toMatchObject({ status: 403, body: expect.stringContaining("The provider did not sign you in.") });
    provider.next = { sub: "s-nobody", email: "nobody@acme.example", email_verified: true };
    const unknown = await browse().visit(start);
    expect(unknown).toMatchObject({ status: 403, body: expect.stringContaining("follow the link in your letter") });
    expect(unknown.headers["content-security-policy"]).toContain("default-src 'none'");
    provider.next = { sub: "s-unverified", email: "ann@acme.example", email_verified: false };
    expect((await browse().visit(start)).body).toBe(unknown.body);
  });

  it("says so when the provider is down, and changes nothing", async () => {
    for (const path of ["/.well-known/openid-configuration", "/token", "/jwks"]) {
      const fresh = await openGateway(house, "jit", { signInProviders: [provider.settings] });
      const before = await house.everything();
      provider.broken.add(path);
      const { status, body } = await new TestBrowser(fresh.server).visit(start);
      expect({ path, status, body }).toMatchObject({ status: 503, body: expect.stringContaining("does not answer") });
      provider.broken.clear();
      expect(await house.everything()).toBe(before);
      await fresh.server.close();
    }
  });
});

describe("what starting refuses", () => {
  beforeEach(async () => {
    // Tries are counted for each person, so each try here is another's.
    const { label } = await house.joinByLink(`p${++people}@acme.example`);
    provider.next = { sub: `s-${people}`, email: label, email_verified: true };
  });

  it.each(["/signin/nobody?site=acme", "/signin/acme-id?site=elsewhere", "/signin/acme-id?site=none", "/signin/acme-id"])(
    "a provider that the site does not accept, or a site that is none: %s",
    async (address) => {
      const { status, headers } = await browse().visit(address);
      expect(status).toBe(404);
      expect(headers["set-cookie"]).toBeUndefined();
    },
  );

  it.each([
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example/",
    "\\\\elsewhere.example",
    "/..//elsewhere.example/",
    "/.//elsewhere.example",
    "/\t/elsewhere.example",
    "javascript:alert(1)",
    "http://127.0.0.1:4000@elsewhere.example/",
    "",
  ])("open redirects: returnTo %j stays at home", async (returnTo) => {
    const browser = browse();
    const { url } = await browser.visit(`${start}&returnTo=${encodeURIComponent(returnTo)}`);
    expect(new URL(url).origin).toBe("http://127.0.0.1:4000");
    expect(url).toBe(ownAddress("http://127.0.0.1:4000", returnTo));
  });

  it("a returnTo that is no path, is given twice, or is endless", () => {
    for (const odd of [["/a", "/b"], "a", "https://people.example/a", `/${"x".repeat(1000)}`, undefined, 7])
      expect(ownAddress("https://people.example", odd)).toBe("https://people.example/");
    expect(ownAddress("https://people.example", "/a?b=c#d")).toBe("https://people.example/a?b=c#d");
  });
});

describe("over https", () => {
  it("the attempt's cookie is one that no other host can plant, and both are Secure", async () => {
    const publicUrl = "https://people.acme.example";
    const secure = await openGateway(house, "jit", { signInProviders: [provider.settings], publicUrl });
    const { headers } = await secure.server.inject({
      url: start,
      headers: { host: "evil.example", "x-forwarded-host": "evil.example" },
    });
    expect(headers["set-cookie"]).toMatch(
      /^__Host-gatehouse_signin=[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const asked = new URL(String(headers.location)).searchParams;
    expect(asked.get("redirect_uri")).toBe("https://people.acme.example/signin/acme-id/callback");
    await secure.server.close();
  });
});

describe("the limits of tries", () => {
  it("rule 9.2: count callbacks of one address, whatever a stranger forwards", async () => {
    const limited = await openGateway(house, "jit", { signInProviders: [provider.settings] });
    provider.broken.add("/token");
    const statuses = new Set<number>();
    const begun = await limited.server.inject({ url: start });
    const cookie = String(begun.headers["set-cookie"]).split(";")[0] ?? "";
    const state = new URL(String(begun.headers.location)).searchParams.get("state");
    for (let n = 0; n < 101; n++) {
      const url = `/signin/acme-id/callback?code=guess${n}&state=${state}`;
      const headers = { cookie, "x-forwarded-for": `198.51.100.${n}` };
      statuses.add((await limited.server.inject({ url, headers })).statusCode);
    }
    expect([...statuses].at(-1)).toBe(429);
    expect(statuses.size).toBe(2);
    await limited.server.close();
  });
});
