import { exportJWK, generateKeyPair, UnsecuredJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createLog } from "../../../src/server/log.ts";
import { openProviders } from "../../../src/server/sign-in/providers.ts";
import { refusalOf } from "../../support/access-house.ts";
import { openGateway } from "../../support/gateway.ts";
import { buildSignInHouse, type SignInHouse } from "../../support/sign-in-house.ts";
import { type Claims, startTestProvider } from "../../support/test-provider.ts";

let house: SignInHouse;
beforeAll(async () => {
  house = await buildSignInHouse();
});
afterEach(() => {
  vi.useRealTimers();
  house.provider.broken.clear();
});
afterAll(() => house.close());

const seconds = () => Math.floor(Date.now() / 1000);

/** Tries a token that must let nobody in, and leave everything as it was. */
async function refuse(idToken: string): Promise<void> {
  const before = await house.everything();
  const { session, userErrors } = await house.signIn(idToken);
  expect({ session, userErrors }).toEqual({
    session: null,
    userErrors: [
      {
        code: "BAD_CREDENTIALS",
        message:
          "Nobody can sign in here with this. If you were invited, follow the link in your letter; else ask an administrator of the site.",
        path: ["input", "idToken"],
      },
    ],
  });
  expect(await house.everything()).toBe(before);
}

describe("an ID token", () => {
  it("rule 9.1: signs in whom it is of", async () => {
    const { who, claims } = await house.someone();
    expect(await house.accountBy(await house.provider.idToken(claims))).toBe(who.accountId);
  });

  const wrong: [string, Partial<Claims> | (() => Partial<Claims>)][] = [
    ["whose email is not verified", { email_verified: false }],
    ["that does not say whether the email is verified", { email_verified: undefined }],
    ['whose email is verified in a word: "true"', { email_verified: "true" }],
    ["whose email is verified by a number", { email_verified: 1 }],
    ["without an email", { email: undefined }],
    ["with a list of emails", { email: ["someone1@acme.example"] }],
    ["with two emails in one", { email: "someone1@acme.example,other@acme.example" }],
    ["for another client", { aud: "another" }],
    ["for another client besides", { aud: ["gatehouse", "another"] }],
    ["without an audience", { aud: undefined }],
    ["that another client asked for", { azp: "another" }],
    ["of another issuer", { iss: "https://accounts.google.com" }],
    ["of an issuer that is almost the right one", () => ({ iss: `${house.provider.issuer}/` })],
    ["without an issuer", { iss: undefined }],
    ["that has expired", () => ({ iat: seconds() - 600, exp: seconds() - 90 })],
    ["without an end", { exp: undefined }],
    ["from the future", () => ({ iat: seconds() + 90, exp: seconds() + 600 })],
    ["that is not valid yet", () => ({ nbf: seconds() + 90 })],
    ["that is old, though it lasts for ever", () => ({ iat: seconds() - 3700, exp: seconds() + 99_999 })],
    ["that does not say since when", { iat: undefined }],
    ["without a subject", { sub: undefined }],
    ["with an empty subject", { sub: "" }],
    ["with an endless subject", { sub: "s".repeat(256) }],
    ["that is a logout token", { events: { "http://schemas.openid.net/event/backchannel-logout": {} } }],
  ];
  it.each(wrong)("T5: is refused: %s", async (_what, change) => {
    const { claims } = await house.someone();
    await refuse(await house.provider.idToken({ ...claims, ...(typeof change === "function" ? change() : change) } as Claims)); // as: wrong on purpose
  });

  it("is let in by Google, which leaves out its scheme at times; by nobody else", async () => {
    const { who, claims } = await house.someone();
    const bare = (issuer: string) => issuer.replace("http://", "");
    await refuse(await house.provider.idToken({ ...claims, iss: bare(house.provider.issuer) }));
    expect(await house.accountBy(await house.google.idToken({ ...claims, iss: bare(house.google.issuer) }))).toBe(who.accountId);
    const again = await house.google.idToken({ ...claims, email: "other@other.example" });
    expect(await house.accountBy(again)).toBe(who.accountId);
  });

  it("is refused with another nonce than we asked for, or none, by itself", async () => {
    const { provider } = house;
    const providers = openProviders([provider.settings], "http://127.0.0.1:4000", createLog({ level: "silent" }));
    const accepted = providers.named("acme", "acme-id");
    if (!accepted) throw new Error("The site accepts it");
    const { claims } = await house.someone();
    for (const nonce of ["another", undefined, ["ours"]])
      expect(await refusalOf(providers.checkOurs(accepted, await provider.idToken({ ...claims, nonce }), "ours"))).toEqual([
        "BAD_CREDENTIALS input.idToken",
      ]);
    const ours = await providers.checkOurs(accepted, await provider.idToken({ ...claims, nonce: "ours" }), "ours");
    expect(ours).toMatchObject({ subject: claims.sub, email: claims.email });
  });

  it("is refused as an access token of the same provider", async () => {
    const { claims } = await house.someone();
    await refuse(await house.provider.idToken(claims, { header: { typ: "at+jwt" } }));
  });

  it("is let in with a clock that goes a little wrong", async () => {
    for (const times of [
      { iat: seconds() + 30, exp: seconds() + 300 },
      { iat: seconds() - 300, exp: seconds() - 30 },
    ]) {
      const { claims } = await house.someone();
      expect(await house.outcomeOf(await house.provider.idToken({ ...claims, ...times }))).toBe("in");
    }
  });

  it("is refused when it is none", async () => {
    const whole = await house.provider.idToken((await house.someone()).claims);
    const [header = "", payload = ""] = whole.split(".");
    for (const bad of ["", "a.b.c", `${header}.${payload}.`, `${header}.${payload}`, `${whole}.${whole}`, "x".repeat(20_000)])
      await refuse(bad);
  });

  it("is refused after any change to it", async () => {
    const whole = await house.provider.idToken((await house.someone()).claims);
    const [header = "", payload = "", signature = ""] = whole.split(".");
    const said = JSON.parse(Buffer.from(payload, "base64url").toString());
    const admin = Buffer.from(JSON.stringify({ ...said, email: "admin@acme.example" })).toString("base64url");
    await refuse([header, admin, signature].join("."));
  });
});

describe("a signature", () => {
  it("T24: is refused: none at all", async () => {
    const { claims } = await house.someone();
    const said = { iss: house.provider.issuer, aud: "gatehouse", iat: seconds(), exp: seconds() + 60, email_verified: true };
    await refuse(new UnsecuredJWT({ ...said, ...claims }).encode());
  });

  it("T24: is refused: by HS256 with the public key, or the client's secret, for a secret", async () => {
    const { claims } = await house.someone();
    for (const secret of [await house.provider.publicKey(), house.provider.settings.clientSecret ?? ""]) {
      const key = new TextEncoder().encode(secret.padEnd(32));
      await refuse(await house.provider.idToken(claims, { alg: "HS256", key }));
      await refuse(
        await house.provider.idToken(claims, { alg: "HS256", key: new TextEncoder().encode(`${secret}\n`.padEnd(32)) }),
      );
    }
  });

  it("T24: is refused: by a key that the token brings along, or says where to find", async () => {
    const { claims } = await house.someone();
    const own = await generateKeyPair("RS256", { extractable: true });
    const jwk = await exportJWK(own.publicKey);
    for (const header of [{}, { jwk }, { jku: "http://127.0.0.1:1/keys" }, { kid: "../../etc/passwd" }, { kid: undefined, jwk }])
      await refuse(await house.provider.idToken(claims, { key: own.privateKey, header }));
  });
});

describe("an ID token that was used", () => {
  it("rule 9.1: is refused, also under another spelling of its signature", async () => {
    const idToken = await house.provider.idToken((await house.someone()).claims);
    expect(await house.outcomeOf(idToken)).toBe("in");
    await refuse(idToken);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(idToken.slice(-1));
    await refuse(idToken.slice(0, -1) + alphabet[last ^ 1]);
  });

  it("rule 9.1, T15: lets one in of many at the same moment", async () => {
    const { who, claims } = await house.someone();
    const idToken = await house.provider.idToken(claims);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => house.outcomeOf(idToken)));
    expect(outcomes.sort()).toEqual([...Array(7).fill("BAD_CREDENTIALS"), "in"]);
    expect(await house.rows("SELECT id FROM Session WHERE accountId = ?", [who.accountId])).toHaveLength(2);
  });

  it("is kept as a hash, until it would be refused for its age", async () => {
    const { claims } = await house.someone();
    const idToken = await house.provider.idToken(claims);
    await house.signIn(idToken);
    expect(await house.everything()).not.toContain(idToken.split(".")[2]);
    const kept = await house.rows<{ tokenHash: string; expiresAt: string }>("SELECT tokenHash, expiresAt FROM UsedIdToken");
    expect(kept.every(({ tokenHash }) => /^[0-9a-f]{64}$/.test(tokenHash))).toBe(true);
    await house.write("UPDATE UsedIdToken SET expiresAt = '2020-01-01T00:00:00.000Z'");
    await house.signIn(await house.provider.idToken(claims));
    expect(await house.rows("SELECT tokenHash FROM UsedIdToken")).toHaveLength(1);
  });
});

describe("the provider's keys", () => {
  const fresh = () => openGateway(house, "jit", { signInProviders: [house.provider.settings] });
  const query = "mutation ($idToken: String!) { signInWithIdToken(input: { idToken: $idToken }) { userErrors { code } } }";

  it("are fetched once for many, and not at all for a token of nobody's", async () => {
    const gateway = await fresh();
    house.provider.asked.length = 0;
    const post = (idToken: string) => gateway.ask(query, { idToken }, null, { "gatehouse-site": "acme" });
    await post(await house.provider.idToken({ ...(await house.someone()).claims, iss: "https://nobody.example" }));
    expect(house.provider.asked).toEqual([]);
    const tokens = await Promise.all(
      Array.from({ length: 5 }, async () => house.provider.idToken((await house.someone()).claims)),
    );
    const answers = await Promise.all(tokens.map(post));
    expect(answers.map(({ data }) => data.signInWithIdToken)).toEqual(Array(5).fill({ userErrors: [] }));
    expect(house.provider.asked).toEqual(["/.well-known/openid-configuration", "/jwks"]);
    await gateway.server.close();
  });

  it("say UNAVAILABLE where the provider calls itself otherwise than the settings do, even by a slash", async () => {
    const issuer = `${house.provider.issuer}/`;
    const gateway = await openGateway(house, "jit", { signInProviders: [{ ...house.provider.settings, issuer }] });
    const idToken = await house.provider.idToken({ ...(await house.someone()).claims, iss: issuer });
    const { errors } = await gateway.ask(query, { idToken }, null, { "gatehouse-site": "acme" });
    expect(errors).toMatchObject([{ extensions: { code: "UNAVAILABLE" } }]);
    await gateway.server.close();
  });

  it("say UNAVAILABLE when they cannot be had, change nothing, use no token up, and are asked for again in a while", async () => {
    for (const path of ["/.well-known/openid-configuration", "/jwks"]) {
      const gateway = await fresh();
      const post = (idToken: string) => gateway.ask(query, { idToken }, null, { "gatehouse-site": "acme" });
      const idToken = await house.provider.idToken((await house.someone()).claims);
      const before = await house.everything();
      house.provider.broken.add(path);
      house.provider.asked.length = 0;
      const answers = await Promise.all([post(idToken), post(idToken), post(idToken)]);
      for (const { data, errors } of [...answers, await post(idToken)]) {
        expect(data.signInWithIdToken).toBeNull();
        expect(errors).toMatchObject([
          {
            extensions: { code: "UNAVAILABLE" },
            message: "The sign-in provider acme-id does not answer. Try again in a moment.",
          },
        ]);
      }
      expect(house.provider.asked.filter((asked) => asked === path)).toHaveLength(1);
      expect(await house.everything()).toBe(before);
      house.provider.broken.clear();
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6_000 });
      expect((await post(idToken)).data.signInWithIdToken).toEqual({ userErrors: [] });
      vi.useRealTimers();
      await gateway.server.close();
    }
  });

  it("are asked for again for one that is unknown, and no oftener than every 30 seconds; one withdrawn is good no more", async () => {
    const provider = await startTestProvider();
    const gateway = await openGateway(house, "jit", { signInProviders: [provider.settings] });
    const outcome = async (idToken: string) => {
      const { data } = await gateway.ask(query, { idToken }, null, { "gatehouse-site": "acme" });
      const { userErrors } = data.signInWithIdToken as unknown as { userErrors: { code: string }[] }; // as: what was selected
      return userErrors[0]?.code ?? "in";
    };
    const token = async () => provider.idToken((await house.someone()).claims);
    expect(await outcome(await token())).toBe("in");
    const old = await token();
    await provider.rotate();
    provider.asked.length = 0;
    for (let n = 0; n < 3; n++) expect(await outcome(await token())).toBe("BAD_CREDENTIALS");
    expect(provider.asked).toEqual([]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    expect(await outcome(await token())).toBe("in");
    expect(await outcome(await token())).toBe("in");
    expect(await outcome(old)).toBe("BAD_CREDENTIALS");
    expect(provider.asked).toEqual(["/jwks"]);
    await gateway.server.close();
    await provider.close();
  });
});

describe("the limits of tries", () => {
  it("rule 9.2: count aliased fields and parallel requests of one person", async () => {
    const { claims } = await house.someone();
    const tokens = await Promise.all(Array.from({ length: 6 }, () => house.provider.idToken(claims)));
    const fields = tokens.map(
      (idToken, n) => `t${n}: signInWithIdToken(input: { idToken: "${idToken}" }) { userErrors { code } }`,
    );
    const { data } = await house.askAt("acme", `mutation { ${fields.join("\n")} }`, {});
    expect(Object.values(data)).toEqual(Array(6).fill({ userErrors: [] }));
    const more = await Promise.all(Array.from({ length: 6 }, () => house.provider.idToken(claims)));
    const outcomes = await Promise.all(more.map((idToken) => house.outcomeOf(idToken)));
    expect(outcomes.sort()).toEqual([...Array(2).fill("RATE_LIMITED"), ...Array(4).fill("in")]);
    expect(await house.outcomeOf(await house.provider.idToken((await house.someone()).claims))).toBe("in");
  });

  it("rule 9.2: lock out nobody whose subject a stranger writes into tokens", async () => {
    const { claims } = await house.someone();
    const own = await generateKeyPair("RS256");
    for (let n = 0; n < 12; n++)
      expect(await house.outcomeOf(await house.provider.idToken(claims, { key: own.privateKey }))).toBe("BAD_CREDENTIALS");
    expect(await house.outcomeOf(await house.provider.idToken(claims))).toBe("in");
  });

  it("rule 9.2, T16: count a stranger's address, which is the one of the connection unless a trusted proxy says another", async () => {
    const outcomes = async (trustedProxies: string[]) => {
      const gateway = await openGateway(house, "jit", { signInProviders: [house.provider.settings], trustedProxies });
      const codes = new Set<string>();
      for (let n = 0; n < 101; n++) {
        const headers = { "gatehouse-site": "acme", "x-forwarded-for": `198.51.100.${n}` };
        const query = `mutation { signInWithIdToken(input: { idToken: "${n}" }) { userErrors { code } } }`;
        const { data } = await gateway.ask(query, {}, null, headers);
        codes.add((data.signInWithIdToken as unknown as { userErrors: { code: string }[] }).userErrors[0]?.code ?? "in"); // as: what was selected
      }
      await gateway.server.close();
      return [...codes];
    };
    expect(await outcomes([])).toEqual(["BAD_CREDENTIALS", "RATE_LIMITED"]);
    expect(await outcomes(["127.0.0.1"])).toEqual(["BAD_CREDENTIALS"]);
  });
});
