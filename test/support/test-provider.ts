import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { Provider } from "oidc-provider";
import type { SignInProvider } from "../../src/model/sign-in-provider.ts";

/** Who signs in, as the provider tells it. */
export interface Claims extends JWTPayload {
  sub: string;
  email?: unknown;
  email_verified?: unknown;
}

/** A real OpenID provider on loopback, which signs in whoever is told, and can also be asked to sign anything. */
export interface TestProvider {
  issuer: string;
  /** As the operator writes it down. */
  settings: SignInProvider;
  /** Who signs in next; null: nobody wants to. */
  next: Claims | null;
  /** Signs an ID token that is right in everything but what is given. `undefined` leaves a claim out. */
  idToken(claims: Claims, options?: { alg?: string; header?: object; key?: CryptoKey | Uint8Array }): Promise<string>;
  /** The key that it signs with, as it publishes it. */
  publicKey(): Promise<string>;
  /** Signs by another key from now on; the old one is published no more. */
  rotate(): Promise<void>;
  /** Paths that answer 503. */
  readonly broken: Set<string>;
  /** Paths that were asked for. */
  readonly asked: string[];
  close(): Promise<void>;
}

const clientId = "gatehouse";
const clientSecret = "a secret of the client's";

interface Keys {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

let made = 0;

async function newKeys(): Promise<Keys> {
  return { kid: `key${++made}`, ...(await generateKeyPair("RS256", { extractable: true })) };
}

export async function startTestProvider({
  name = "acme-id",
  isGoogle = false,
  publicUrl = "http://127.0.0.1:4000",
} = {}): Promise<TestProvider> {
  const broken = new Set<string>();
  const asked: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // as: it listens on a port
  const known = new Map<string, Claims>();
  let keys = await newKeys();

  const open = async () =>
    new Provider(issuer, {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          token_endpoint_auth_method: "client_secret_post",
          redirect_uris: [`${publicUrl}/signin/${name}/callback`],
        },
      ],
      jwks: { keys: [{ ...(await exportJWK(keys.privateKey)), kid: keys.kid, alg: "RS256", use: "sig" }] },
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "hd"] },
      conformIdTokenClaims: false,
      cookies: { keys: ["a key of the test's"] },
      ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => known.get(sub) }),
    });
  let provider = await open();

  /** Signs in at once, and agrees to everything. */
  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await provider.interactionDetails(request, response);
    const { next } = started;
    if (!next) return provider.interactionFinished(request, response, { error: "access_denied" });
    known.set(next.sub, next);
    const grant = new provider.Grant({ accountId: next.sub, clientId: params.client_id });
    grant.addOIDCScope("openid email profile");
    const result = { login: { accountId: next.sub }, consent: { grantId: await grant.save() } };
    return provider.interactionFinished(request, response, result);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://provider.example");
    asked.push(pathname);
    if (broken.has(pathname)) response.writeHead(503).end();
    else if (pathname.startsWith("/interaction/")) await interact(request, response);
    else provider.callback()(request, response);
  }

  const started: TestProvider = {
    issuer,
    settings: { name, issuer, clientId, clientSecret, sites: ["acme"], isGoogle },
    next: null,
    async idToken(claims, { alg = "RS256", header = {}, key = keys.privateKey } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const right = { iss: issuer, aud: clientId, iat: now, exp: now + 300, jti: String(++made), email_verified: true };
      return new SignJWT({ ...right, ...claims }).setProtectedHeader({ alg, kid: keys.kid, ...header }).sign(key);
    },
    publicKey: () => exportSPKI(keys.publicKey),
    async rotate() {
      keys = await newKeys();
      provider = await open();
    },
    broken,
    asked,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
  return started;
}
