import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** The Workspace's lists, kept as bytes and given again without thinking. */
export interface KeptAnswers {
  /** With a final slash, for GOOGLE_API_URL. */
  url: string;
  /** Requests so far: for pages of lists, and for single objects. Those for access tokens are neither. */
  asked: { listings: number; proofs: number };
  forget(): void;
  close(): void;
}

interface Kept {
  status: number;
  contentType: string;
  body: Buffer;
}

const isListing = /\/(users|groups|members|domains)$/;

/**
 * Stands before the sample Workspace and keeps every page that it gave: what is measured is to be the sync, not the Workspace. Tokens
 * and single objects are asked for each time.
 */
export async function keepAnswers(workspaceUrl: string): Promise<KeptAnswers> {
  const kept = new Map<string, Kept>();
  const asked = { listings: 0, proofs: 0 };
  const ask = async (request: IncomingMessage): Promise<Kept> => {
    const body = request.method === "POST" ? await buffer(request) : undefined;
    const headers = { authorization: request.headers.authorization ?? "", "content-type": request.headers["content-type"] ?? "" };
    const response = await fetch(new URL(request.url ?? "", workspaceUrl), { method: request.method, headers, body });
    const contentType = response.headers.get("content-type") ?? "";
    return { status: response.status, contentType, body: Buffer.from(await response.arrayBuffer()) };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "", workspaceUrl);
    const isList = isListing.test(url.pathname);
    if (isList) asked.listings++;
    else if (request.method === "GET") asked.proofs++;
    url.searchParams.sort();
    const found = kept.get(url.href) ?? (await ask(request));
    if (isList && found.status === 200) kept.set(url.href, found);
    response.writeHead(found.status, { "content-type": found.contentType, "content-length": found.body.length });
    response.end(found.body);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // as: a TCP server has an address of that form
  return { url, asked, forget: () => kept.clear(), close: () => server.close() };
}
