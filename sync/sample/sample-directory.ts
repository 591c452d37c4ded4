import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { jwtVerify } from "jose";
import { answerApi, refused } from "./answer-api.ts";
import type { Company } from "./company.ts";
import { type Fault, takeFault } from "./fault.ts";
import { masked, parseMask } from "./field-mask.ts";

/** A small Google Workspace on loopback, faithful to what the sync uses of Google's contract. */
export interface SampleDirectory {
  /** For GOOGLE_API_URL. */
  url: string;
  /** For GOOGLE_TOKEN_URL. */
  tokenUrl: string;
  /** A service account's key file, as JSON text. */
  serviceAccountKey: string;
  adminEmail: string;
  company: Company;
  /** Requests so far, by method: `users.list`. */
  requests: Map<string, number>;
  faults: Fault[];
  close(): Promise<void>;
}

export interface SampleOptions {
  company: Company;
  host?: string;
  port?: number;
  /** The service account's private key as PEM, so that one made before goes on working. */
  privateKey?: string;
}

/** What Google's tokens are for, whatever address the request took. */
const audience = "https://oauth2.googleapis.com/token";
const clientEmail = "gatehouse@acme.iam.gserviceaccount.com";

/** Starts the Workspace. */
export async function startSampleDirectory({
  company,
  host = "127.0.0.1",
  port = 0,
  privateKey,
}: SampleOptions): Promise<SampleDirectory> {
  const pem = privateKey ?? newPrivateKey();
  const tokens = new Map<string, Set<string>>();
  const requests = new Map<string, number>();
  const faults: Fault[] = [];
  const adminEmail = company.people.find(({ isAdmin }) => isAdmin)?.primaryEmail ?? "";
  const state = { company, tokens, requests, faults, publicKey: createPublicKey(pem) };
  const server = createServer((request, response) => void answer(state, request, response).catch(() => response.destroy()));
  await new Promise<void>((ready, failed) => {
    server.once("error", failed);
    server.listen(port, host, ready);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}/`; // as: a TCP server has an address of that form
  const key = {
    type: "service_account",
    project_id: "acme",
    private_key_id: "sample",
    private_key: pem,
    client_email: clientEmail,
    client_id: "100000000000000000001",
    token_uri: audience,
  };
  return {
    url,
    tokenUrl: `${url}token`,
    serviceAccountKey: JSON.stringify(key),
    adminEmail,
    company,
    requests,
    faults,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** A new service account's private key, as PEM. */
export function newPrivateKey(): string {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

interface State extends Pick<SampleDirectory, "company" | "requests" | "faults"> {
  tokens: Map<string, Set<string>>;
  publicKey: KeyObject;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://sample");
  if (url.pathname === "/token") {
    send(response, ...(await grant(state, await bodyOf(request))));
    return;
  }
  const scopes = state.tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "");
  if (!scopes) return send(response, 401, refused(401, "authError", "Invalid Credentials"));
  const { method, status, body } = answerApi(state.company, url);
  state.requests.set(method, (state.requests.get(method) ?? 0) + 1);
  const needed = scopeOf(method);
  if (needed && !scopes.has(needed) && !scopes.has(needed.replace(".member", "")))
    return send(response, 403, refused(403, "insufficientPermissions", "Request had insufficient authentication scopes."));
  const mask = url.searchParams.get("fields");
  const shown = status === 200 && mask ? masked(body, parseMask(mask)) : body;
  const fault = takeFault(state.faults, method);
  if (fault)
    spoil(fault, shown as Record<string, unknown>, response); // as: every answer is an object
  else send(response, status, shown);
}

function scopeOf(method: string): string | null {
  const noun = { users: "user", groups: "group", members: "group.member", domains: "domain", orgunits: "orgunit" }[
    method.split(".")[0] ?? ""
  ];
  return noun ? `https://www.googleapis.com/auth/admin.directory.${noun}.readonly` : null;
}

/** Grants an access token for an assertion, or answers Google's flat errors. */
async function grant({ company, tokens, publicKey }: State, form: string): Promise<[number, object]> {
  const assertion = new URLSearchParams(form).get("assertion") ?? "";
  try {
    const { payload } = await jwtVerify(assertion, publicKey, {
      algorithms: ["RS256"],
      audience,
      issuer: clientEmail,
      maxTokenAge: "65 min",
    });
    const subject = company.people.find(({ primaryEmail, deleted }) => primaryEmail === payload.sub && !deleted);
    if (!subject) return [400, { error: "invalid_grant", error_description: "Invalid email or User ID" }];
    const token = randomBytes(24).toString("base64url");
    tokens.set(token, subject.isAdmin ? new Set(String(payload.scope).split(" ")) : new Set());
    return [200, { access_token: token, expires_in: 3599, token_type: "Bearer" }];
  } catch {
    return [400, { error: "invalid_grant", error_description: "Invalid JWT Signature." }];
  }
}

function spoil(fault: Fault, body: Record<string, unknown>, response: ServerResponse): void {
  const text = JSON.stringify(body);
  switch (fault.kind) {
    case "partial":
      send(response, 200, shortened(body, fault.keep));
      break;
    case "loop":
      send(response, 200, { ...body, nextPageToken: "again" });
      break;
    case "refuse":
      if (fault.retryAfter !== undefined) response.setHeader("Retry-After", String(fault.retryAfter));
      send(response, fault.status, refused(fault.status, fault.reason, fault.message ?? fault.reason));
      break;
    case "html":
      response.writeHead(502, { "Content-Type": "text/html" });
      response.end("<html><title>502</title></html>");
      break;
    case "reset":
      response.destroy();
      break;
    case "cut":
      response.writeHead(200, { "Content-Type": "application/json; charset=UTF-8" });
      response.end(text.slice(0, Math.floor(text.length / 2)));
  }
}

/** A listing with the last of its items missing, as if they were not there. */
function shortened(body: Record<string, unknown>, keep: number): object {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.slice(0, Math.floor(value.length * keep)) : value,
    ]),
  );
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=UTF-8" });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}
