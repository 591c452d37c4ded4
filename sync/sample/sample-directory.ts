import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { answerCall } from "./answer-call.ts";
import type { Company } from "./company.ts";
import { type Fault, type PlannedFault, sendAnswer, spoil, takeFault } from "./fault.ts";
import { directoryScope, type Grant, grantToken, type TokenIssuer, tokenAudience } from "./grant-token.ts";
import { forgetListings } from "./list-users.ts";
import { methods } from "./methods.ts";

/** A small Google Workspace on loopback, faithful to what the sync uses of Google's contract. */
export interface SampleDirectory {
  /** For GOOGLE_API_URL. */
  url: string;
  /** For GOOGLE_TOKEN_URL. */
  tokenUrl: string;
  /** A service account's key file, as JSON text. Its `token_uri` is Google's own, as in every such file. */
  serviceAccountKey: string;
  /** An administrator to act for. */
  adminEmail: string;
  /** May be changed at any time, and the next listing tells of it. */
  company: Company;
  /** Requests so far by method, whatever came of them: `token`, `users.list`. */
  requests: Map<string, number>;
  /** What goes wrong, the first that fits a request at a time. May be changed at any time. */
  faults: PlannedFault[];
  /** All that the sync asks for, to begin with. One that is taken out is refused at once, with tokens given out before as well. */
  delegatedScopes: Set<string>;
  close(): Promise<void>;
}

export interface SampleOptions {
  company: Company;
  host?: string;
  port?: number;
  /** The service account's private key as PEM, so that one made before goes on working. */
  privateKey?: string;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** No page has more items, whatever is asked for, so that a small company has several. Google may always give fewer. */
  longestPage?: number;
}

const clientEmail = "gatehouse@acme.iam.gserviceaccount.com";
const clientId = "100000000000000000001";
const readScopes = ["user", "group", "group.member", "orgunit", "domain"].map((noun) => `${directoryScope}${noun}.readonly`);

/** Starts the Workspace. Rejects when the port is taken. */
export async function startSampleDirectory(options: SampleOptions): Promise<SampleDirectory> {
  const { company, host = "127.0.0.1", port = 0, privateKey = newPrivateKey(), now = Date.now, longestPage } = options;
  const state: State = {
    company,
    publicKey: createPublicKey(privateKey),
    clientEmail,
    delegatedScopes: new Set(readScopes),
    grants: new Map<string, Grant>(),
    now,
    longestPage,
    requests: new Map(),
    faults: [],
  };
  const server = createServer((request, response) => {
    // Whoever asked has gone: there is no one left to tell.
    answer(state, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((ready, failed) => {
    server.once("error", failed);
    server.listen(port, host, ready);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}/`; // as: a TCP server has an address of that form
  const { requests, faults, delegatedScopes } = state;
  return {
    url,
    tokenUrl: `${url}token`,
    serviceAccountKey: keyFile(privateKey),
    adminEmail: company.users.find(({ isAdmin }) => isAdmin)?.primaryEmail ?? "",
    company,
    requests,
    faults,
    delegatedScopes,
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

/** What the Google Cloud console lets one download. */
function keyFile(privateKey: string): string {
  return JSON.stringify({
    type: "service_account",
    project_id: "acme",
    private_key_id: "0123456789abcdef0123456789abcdef01234567",
    private_key: privateKey,
    client_email: clientEmail,
    client_id: clientId,
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: tokenAudience,
    universe_domain: "googleapis.com",
  });
}

interface State extends TokenIssuer {
  longestPage?: number;
  requests: Map<string, number>;
  faults: PlannedFault[];
}

/** The one place where a request is counted, answered, and spoiled if a fault is planned for it. */
async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://sample");
  const isToken = request.method === "POST" && url.pathname === "/token";
  const path = /^\/admin\/directory\/v1\/(.+)$/.exec(url.pathname)?.[1] ?? "";
  const method = request.method === "GET" ? methods.find((one) => one.path.test(path)) : undefined;
  const name = isToken ? "token" : method?.name;
  if (name === undefined) {
    response.writeHead(404, { "Content-Type": "text/html; charset=UTF-8" });
    response.end("<!DOCTYPE html><html><title>Error 404 (Not Found)!!1</title></html>");
    return;
  }
  state.requests.set(name, (state.requests.get(name) ?? 0) + 1);
  const form = isToken ? await text(request) : "";
  const fault = takeFault(state.faults, name, url);
  const token = request.headers.authorization?.replace(/^Bearer /, "") ?? null;
  takeBack(state, fault, token);
  const shift = fault?.kind === "shift" ? fault.by : undefined;
  const sound = method
    ? answerCall(state, method, { path, url, token, longestPage: state.longestPage, shift })
    : await grantToken(state, new URLSearchParams(form));
  if (fault?.kind === "change") {
    fault.change(state.company);
    forgetListings(state.company);
  }
  await sendAnswer(response, spoil(sound, fault, { method: name, url, now: state.now() }), fault);
}

/** What an administrator takes away before the request is looked at. */
function takeBack({ grants, delegatedScopes }: State, fault: Fault | null, token: string | null): void {
  if (fault?.kind === "revokeToken" && token !== null) grants.delete(token);
  if (fault?.kind === "revokeScope") delegatedScopes.delete(`${directoryScope}${fault.scope}`);
}
