import type { Resolver } from "node:dns/promises";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { type DomainClaim, type Finding, proofPath, proofText } from "../model/domain-proof.ts";
import { codeOf } from "./dns-answer.ts";
import { type Address, findAddresses } from "./find-addresses.ts";

/** How a web server is asked. */
export interface FileLook {
  /** 443, but in tests. */
  port: number;
  /** True in tests alone. */
  allowsPrivate: boolean;
  /** Certificate authorities to trust in place of the usual ones; for tests. */
  ca?: string;
  /** Ends the look, whatever it is waiting for. */
  signal: AbortSignal;
}

/** A proof is shorter than 100 bytes; more than so many are never read. */
const mostBytes = 1024;
const mostRedirects = 3;

/**
 * Looks for the file on the domain's web server. The name is looked up once, and only at the addresses found then is anything asked,
 * so that no second answer can lead elsewhere; redirects are followed on the same host alone (rule 8.1).
 */
export async function lookForFile(resolver: Resolver, claim: DomainClaim, look: FileLook): Promise<Finding> {
  const found = await findAddresses(resolver, claim.name, look.allowsPrivate);
  if ("outcome" in found) return found;
  try {
    return await ask(claim, found.addresses, look);
  } catch (error) {
    const detail = look.signal.aborted
      ? `The web server of ${claim.name} gave no whole answer in time.`
      : `The web server of ${claim.name} could not be asked, or showed no good certificate (${codeOf(error)}).`;
    return { outcome: "UNKNOWN", detail };
  }
}

async function ask(claim: DomainClaim, addresses: readonly Address[], look: FileLook): Promise<Finding> {
  let url = new URL(`https://${claim.name}:${look.port}${proofPath}`);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await fetchOnce(url, addresses, look);
    const isRedirect = answer.status >= 300 && answer.status < 400 && answer.location !== null;
    if (!isRedirect) return judge(claim, answer);
    const target = URL.canParse(answer.location ?? "", url.href) ? new URL(answer.location ?? "", url) : null;
    if (target?.origin !== url.origin)
      return { outcome: "ABSENT", detail: `The web server of ${claim.name} redirects to another host, which is not followed.` };
    url = target;
  }
  return { outcome: "ABSENT", detail: `The web server of ${claim.name} redirects without end.` };
}

/** Codes by which a server says "not now" instead of "not here" (RFC 9110, 15.5.9; RFC 8470; RFC 6585). */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

function judge({ name, token }: DomainClaim, { status, body }: Answer): Finding {
  if (status >= 500 || passing.has(status))
    return { outcome: "UNKNOWN", detail: `The web server of ${name} answered ${status} for the file.` };
  if (status !== 200) return { outcome: "ABSENT", detail: `The web server of ${name} answered ${status} for the file.` };
  if (body?.trim() === proofText(token)) return { outcome: "FOUND", detail: "The file is there." };
  return { outcome: "ABSENT", detail: `The file on the web server of ${name} holds something else.` };
}

interface Answer {
  status: number;
  location: string | null;
  /** Null where it was longer than any proof. */
  body: string | null;
}

async function fetchOnce(url: URL, addresses: readonly Address[], { ca, signal }: FileLook): Promise<Answer> {
  const request = httpsRequest({
    host: url.hostname,
    servername: url.hostname,
    port: url.port || 443,
    path: url.pathname + url.search,
    headers: { accept: "text/plain", "user-agent": "Gatehouse" },
    // Never by NODE_TLS_REJECT_UNAUTHORIZED: the certificate is what makes the file a proof.
    rejectUnauthorized: true,
    ca,
    agent: false,
    signal,
    lookup: (_name, options, found) => {
      const [first] = addresses;
      if (options.all || !first) found(null, [...addresses]);
      else found(null, first.address, first.family);
    },
  });
  // What breaks after the answer began is heard by whoever reads it.
  request.on("error", () => undefined);
  request.end();
  try {
    const [response] = (await once(request, "response", { signal })) as [IncomingMessage]; // as: the event's one argument
    const { location = null } = response.headers;
    return { status: response.statusCode ?? 0, location, body: await readShort(response) };
  } finally {
    request.destroy();
  }
}

async function readShort(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return null;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
